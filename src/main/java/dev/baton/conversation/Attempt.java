package dev.baton.conversation;

import dev.baton.bots.Target;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An offer of the session to one target.
 *
 * @param offerKey the key under which the target knows the offer
 * @param reference what the target's kind needs to find it again; null until the target is known to
 *     have it
 * @param taskId the engine's task that waits for the answer; null before there is one
 * @param dueAt when it may be made; null for at once
 * @param outcome null until the target answered or the offer is over
 */
public record Attempt(
    long id,
    long transferId,
    String conversationKey,
    String offerKey,
    int round,
    Target target,
    Attempt.State state,
    @Nullable String reference,
    @Nullable String taskId,
    @Nullable Outcome outcome,
    @Nullable String detail,
    Instant offeredAt,
    @Nullable Instant dueAt,
    @Nullable Instant overAt) {

  /** Where an offer stands. */
  public enum State {
    /** Being made, or perhaps made: the answer to the call is not known. */
    ASKING,
    /** The target has it and may accept. */
    OPEN,
    /**
     * The transfer goes on without it, since taking it back took too long; nobody's acceptance
     * counts any more. It is still being taken back.
     */
    ABANDONED,
    /** The target took the session. */
    ACCEPTED,
    /** Refused, withdrawn or failed; the outcome says which. */
    OVER
  }

  /** Whether its time has not come: the target knows nothing of it. */
  public boolean ahead(Instant now) {
    return state == State.ASKING && reference == null && dueAt != null && dueAt.isAfter(now);
  }

  /** Whether the target may still accept it. */
  public boolean open() {
    return state == State.ASKING || state == State.OPEN;
  }

  /** The offer as its target has it. */
  public PlacedOffer placed(String reference) {
    return new PlacedOffer(offerKey, target, reference);
  }
}
