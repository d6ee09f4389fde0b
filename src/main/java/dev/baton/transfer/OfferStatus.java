package dev.baton.transfer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a placed offer stands. */
public sealed interface OfferStatus {

  /**
   * Nobody took it yet, somebody still may.
   *
   * @param position the conversation's place in the target's line, from 1, when it tells
   * @param estimate how long it will take from now, when the target tells
   */
  record Waiting(@Nullable Integer position, @Nullable Duration estimate) implements OfferStatus {

    /** For how long, the target does not tell. */
    public Waiting() {
      this(null, null);
    }

    /** Whether the target tells anything about it. */
    public boolean told() {
      return position != null || estimate != null;
    }
  }

  /**
   * Somebody took over the conversation. Final.
   *
   * @param by the target's own id of whoever took it, when it tells
   */
  record Accepted(@Nullable String by) implements OfferStatus {}

  /** Nobody will take it any more. Final. */
  record Refused(Outcome outcome) implements OfferStatus {}

  /** Taken back by us before anybody took it. Final. */
  record Withdrawn() implements OfferStatus {}
}
