package dev.baton.conversation;

import dev.baton.bots.Target;
import dev.baton.transfer.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An offer of the session to one target.
 *
 * @param offerKey the key under which the target knows the offer
 * @param reference what the target's kind needs to find it again; null while it is being made
 * @param taskId the engine's task that waits for the answer; null before there is one
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
    @Nullable Instant overAt) {

  /** Where an offer stands. */
  public enum State {
    /** Being made, or perhaps made: the answer to the call is not known. */
    ASKING,
    /** The target has it and may accept. */
    OPEN,
    /** The target took the session. */
    ACCEPTED,
    /** Refused, withdrawn or failed; the outcome says which. */
    OVER
  }

  /** Whether the target may still accept it. */
  public boolean open() {
    return state == State.ASKING || state == State.OPEN;
  }
}
