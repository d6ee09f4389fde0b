package dev.baton.conversation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A remote call that is to be made: committed before the call, removed with its outcome.
 *
 * @param taskId the engine's task that stands for it; null for a clean-up that no process waits for
 * @param sequenceId the Bots API's sequence id, the same on every try; null where none is sent
 * @param inboxId the message to be sent to the bot, for {@link OrderKind#BOT_MESSAGE}
 * @param offerId the offer to be made, for {@link OrderKind#TARGET_OFFER}; the only one to be taken
 *     back, for a {@link OrderKind#TARGET_WITHDRAW} that the transfer does not wait for
 * @param attempts tries that failed
 * @param orderedAt when it was placed
 * @param dueAt when the call may be made; null for at once
 * @param parked why it waits longer than that; null when it does not
 * @param repeated whether an earlier try may have been processed
 * @param deaths nodes that died without an orderly shutdown while they made this call
 */
public record Order(
    long id,
    String conversationKey,
    OrderKind kind,
    @Nullable String taskId,
    @Nullable Long sequenceId,
    @Nullable Long inboxId,
    @Nullable Long offerId,
    Order.State state,
    Instant orderedAt,
    @Nullable Instant dueAt,
    Order.@Nullable Parked parked,
    int attempts,
    boolean repeated,
    int deaths,
    @Nullable String owner) {

  /** Below any id that the database draws. */
  private static final long TURNS = 1_000_000_000_000_000L;

  /**
   * The order that a turn stands for. It has an id, and no row as long as nothing unusual happens.
   */
  static Order ofTurn(
      String key, long sequenceId, long inboxId, Instant orderedAt, @Nullable String owner) {
    return new Order(
        inboxId - TURNS,
        key,
        OrderKind.BOT_MESSAGE,
        null,
        sequenceId,
        inboxId,
        null,
        State.OPEN,
        orderedAt,
        null,
        null,
        0,
        false,
        0,
        owner);
  }

  /** The message of the turn whose order has this id; null when it is no turn's. */
  static @Nullable Long messageOfTurn(long id) {
    return id < 0 ? id + TURNS : null;
  }

  /** Whether it is a turn's, which no step of the process stands for. */
  public boolean isTurn() {
    return kind == OrderKind.BOT_MESSAGE && taskId == null;
  }

  /**
   * The system that an order is for is down: the order waits until it answers again.
   *
   * @param system the system's name
   * @param since when the order began to wait
   * @param askedAgainAt when the system is asked again whether it answers, by one order of all that
   *     wait for it
   */
  public record Parked(String system, Instant since, Instant askedAgainAt) {}

  /** Where an order stands. */
  public enum State {
    /** To be called. */
    OPEN,
    /** Failed for good; the process stands at an incident. */
    FAILED,
    /** The process went another way while the call was being made. */
    DROPPED
  }
}
