package dev.baton.conversation;

import dev.baton.conversation.Token.StepResult;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A process that catches up with a turn: its token moves to the step that sends the message. If the
 * bot has answered, the token passes the step at once. If the call is still pending, the token
 * stays there. Bound to one thread, which holds the conversation's lock, while the token moves.
 */
public final class Following {

  private static final ThreadLocal<@Nullable Following> CURRENT = new ThreadLocal<>();

  private final String key;
  private final @Nullable StepResult result;
  private final BiConsumer<String, String> stands;
  private boolean reached;

  private Following(String key, @Nullable StepResult result, BiConsumer<String, String> stands) {
    this.key = key;
    this.result = result;
    this.stands = stands;
  }

  /** Moves a process past the step that sends the message; the bot's answer had this result. */
  static void passing(String key, StepResult result, BooleanSupplier move) {
    new Following(key, result, (task, step) -> {}).move(move);
  }

  /**
   * Moves a process to the step that sends the message.
   *
   * @param stands receives the ids of the task and of the step
   */
  static void stopping(String key, BiConsumer<String, String> stands, BooleanSupplier move) {
    new Following(key, null, stands).move(move);
  }

  /**
   * @param move moves the token; false when it cannot
   * @throws IllegalStateException when the process does not reach the step: nothing of the move may
   *     be committed then
   */
  private void move(BooleanSupplier move) {
    CURRENT.set(this);
    try {
      if (!move.getAsBoolean()) {
        throw new IllegalStateException("The process does not wait for the customer.");
      }
      if (!reached) {
        throw astray();
      }
    } finally {
      CURRENT.remove();
    }
  }

  /** The move of this conversation's process, until it has reached the step; null for none. */
  public static @Nullable Following of(@Nullable String key) {
    Following following = CURRENT.get();
    return following != null && following.key.equals(key) && !following.reached ? following : null;
  }

  /**
   * The token has reached a step that calls a remote system.
   *
   * @return the result of the call; null when it is pending, and the token has to stay
   */
  public @Nullable StepResult reached(OrderKind kind) {
    if (kind != OrderKind.BOT_MESSAGE) {
      throw astray();
    }
    reached = result != null;
    return result;
  }

  /** The token stays at the step. */
  public void staysAt(String taskId, String stepId) {
    reached = true;
    stands.accept(taskId, stepId);
  }

  private static IllegalStateException astray() {
    return new IllegalStateException(
        "The process leaves the wait for the customer by another way than the bot's message.");
  }
}
