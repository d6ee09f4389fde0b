package dev.baton.transfer;

import org.jspecify.annotations.Nullable;

/** Where a placed offer stands. */
public sealed interface OfferStatus {

  /** Nobody took it yet, somebody still may. */
  record Waiting() implements OfferStatus {}

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
