package dev.baton.salesforce;

import dev.baton.bots.Target;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.RecordId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * In what one type of target differs from the others: whether it is there, and how a session gets
 * to it. Its references are ids of work items, unless it {@linkplain #known knows} them.
 * Thread-safe.
 */
interface Route {

  CompletableFuture<Availability> availability(Target target);

  CompletableFuture<String> offer(Offer offer);

  CompletableFuture<Optional<String>> find(Offer offer);

  /**
   * Whether nobody else is asked when one has declined: the item stays in the waiting line all the
   * same, and is in it for nothing.
   */
  default boolean asksOneOnly() {
    return false;
  }

  /** Whether the row of the waiting line is ours to delete. */
  default boolean ownsLine() {
    return true;
  }

  /** What the reference itself says; empty when it is a work item's id. */
  default Optional<OfferStatus> known(String reference) {
    return Optional.empty();
  }

  static boolean isId(String value, String prefix) {
    return RecordId.canonical(value).filter(id -> id.startsWith(prefix)).isPresent();
  }

  static Availability notUsable(String detail) {
    return new Availability.Unavailable(Outcome.ERROR, detail);
  }

  /** What stands in the way of an offer, as a failure of it. */
  static OfferOverException over(Availability.Unavailable no) {
    String detail = no.detail();
    return new OfferOverException(no.outcome(), detail == null ? no.outcome().label() : detail);
  }
}
