package dev.baton.transfer;

import org.jspecify.annotations.Nullable;

/** What a kind of target knows about a target before a session is offered to it. */
public sealed interface Availability {

  /** Stable name for tables and policies: available, unavailable, unknown. */
  String code();

  /** Worth asking. No promise: whoever is there may still decline. */
  record Available() implements Availability {

    @Override
    public String code() {
      return "available";
    }
  }

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

    @Override
    public String code() {
      return "unavailable";
    }
  }

  /** Cannot be told; ask anyway. */
  record Unknown() implements Availability {

    @Override
    public String code() {
      return "unknown";
    }
  }
}
