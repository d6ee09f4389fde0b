package dev.baton.transfer;

import org.jspecify.annotations.Nullable;

/** What a kind of target knows about a target before a session is offered to it. */
public sealed interface Availability {

  /** Worth asking. No promise: whoever is there may still decline. */
  record Available() implements Availability {}

  /**
   * Not worth asking.
   *
   * @param outcome what to record for this target instead of an offer
   * @param detail what an operator should know, free of customer data
   */
  record Unavailable(Outcome outcome, @Nullable String detail) implements Availability {

    public Unavailable(Outcome outcome) {
      this(outcome, null);
    }
  }

  /** Cannot be told; ask anyway. */
  record Unknown() implements Availability {}
}
