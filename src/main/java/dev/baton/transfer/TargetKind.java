package dev.baton.transfer;

import dev.baton.bots.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One way to offer a session to a kind of target; the extension point for further kinds.
 *
 * <p>Implementations are thread-safe and hold no state about offers: all of it is in the arguments,
 * so that every call may be made by another process than the one before. No call blocks. A call
 * that fails completes its future with a {@link TargetException}, possibly inside a {@link
 * java.util.concurrent.CompletionException}; anything else counts as a bug and as not retryable.
 */
public interface TargetKind {

  /** Whether this kind handles such a target. Looks at the type, asks nobody. */
  boolean serves(Target target);

  /**
   * The name of the system behind the target: when it is down for one target, it is down for all of
   * that system.
   */
  default String system(Target target) {
    return target.type();
  }

  /** Whether somebody can be asked who is available; if not, nothing is known of it. */
  default boolean tellsAvailability() {
    return true;
  }

  /** Whether offering to the target makes sense right now. Changes nothing. */
  CompletableFuture<Availability> availability(Target target);

  /**
   * Offers the session. Fails with an {@link OfferOverException} when the target says no in its
   * answer.
   *
   * @return the reference, at most 255 characters, that the other calls need
   */
  CompletableFuture<String> offer(Offer offer);

  /** Whether the reference itself tells that the target accepted in its answer to the offer. */
  default boolean acceptedAtOnce(String reference) {
    return false;
  }

  /**
   * Looks for what an earlier try to make this offer has left. Asked before an offer is repeated or
   * withdrawn whose making {@linkplain TargetException#mayHaveBeenProcessed() may have been
   * processed}, or was cut off by a crash.
   *
   * <p>Fails with an {@link OfferOverException}, outcome {@link Outcome#IN_DOUBT}, when nobody will
   * ever be able to tell.
   *
   * @return the reference, or empty when the target never got it, or nothing of it is left
   */
  CompletableFuture<Optional<String>> find(Offer offer);

  /**
   * Where these offers stand. Made to be polled: costs a fixed small number of remote calls however
   * many offers there are.
   *
   * @return one entry per offer, by offer key
   */
  CompletableFuture<Map<String, OfferStatus>> status(List<PlacedOffer> offers);

  /**
   * Takes an offer back, one that was refused as well: nothing of it stays with the target. Can be
   * repeated.
   *
   * @return {@link OfferStatus.Withdrawn}, or {@link OfferStatus.Accepted} when somebody took the
   *     session before it could be taken back
   */
  CompletableFuture<OfferStatus> withdraw(PlacedOffer offer);

  /**
   * Takes the session back from who accepted it, since it is another's: somebody was faster, or the
   * customer left. Can be repeated.
   */
  CompletableFuture<Void> release(PlacedOffer offer);

  /**
   * Hands over one message that the customer typed in the meantime. The caller sends them one at a
   * time and in order.
   *
   * @param repeated an earlier try may have arrived; look before sending it anew
   */
  CompletableFuture<Void> deliver(PlacedOffer offer, HeldMessage message, boolean repeated);
}
