package dev.baton.conversation;

import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The seam between a conversation and the process that models it: who moves the process's token,
 * and when. Each call joins the transaction that holds the conversation's lock.
 */
public interface Token {

  /**
   * Starts the process of a conversation; it opens the conversation's row itself.
   *
   * @return the process instance's id
   */
  String begin(String key, Opening opening);

  /** A message lies in the inbox: if the process waits for one, it goes on. */
  void wake(Conversation conversation);

  /**
   * A message is on its way to the bot: the process, which waits for one, goes on to the step that
   * sends it.
   *
   * @return false when it does not wait for one
   * @throws RuntimeException of which {@link #isHeld} is true when the process is suspended
   */
  boolean goOn(Conversation conversation);

  /**
   * The customer left: the process goes the way that is modelled for it.
   *
   * @return false when the process, as it stands, has no such way
   */
  boolean leave(Conversation conversation);

  /** The customer cancels the transfer: if offers are waited for, they are withdrawn. */
  void cancelTransfer(Conversation conversation);

  /** An order has its outcome: the process goes on from the step that ordered it. */
  void advance(Conversation conversation, String taskId, StepResult result);

  /**
   * Does work in which the process may go several steps: what they leave of themselves in the
   * engine's tables is written at the end of it. In the transaction that holds the conversation.
   */
  <T> T together(Supplier<T> work);

  /** An order failed; with no retries left the step becomes an incident. */
  void fail(String taskId, String error, int retriesLeft);

  /** Which of these steps an operator allowed to be tried again. */
  List<String> retried(Collection<String> taskIds);

  /** Whether the process cannot move now but may later, for instance because it is suspended. */
  boolean isHeld(RuntimeException e);

  /**
   * How a conversation is begun.
   *
   * @param botId null for the configured bot
   * @param text the customer's first words, null for none
   * @param variables the bot's variables in the Bots API's JSON, an array; null for none
   */
  record Opening(@Nullable String botId, @Nullable String text, @Nullable String variables) {}

  /** What a step of the process brought about, as far as the model branches on it. */
  sealed interface StepResult {

    /** Nothing that the model branches on. */
    record Done() implements StepResult {}

    /** What the bot's answer means for the conversation. */
    record BotSaid(Meaning meaning) implements StepResult {}

    /** The bot was told that the transfer failed. */
    record FailureTold(Meaning meaning, boolean backToBot) implements StepResult {}

    /** An offer or a withdrawal is settled. */
    record OffersSettled(@Nullable Long winner, boolean offersOpen) implements StepResult {}

    /** A held message was passed on, or none was left. */
    record Delivered(boolean messagesHeld) implements StepResult {}

    /**
     * The bot's session is ended.
     *
     * @param next the bot that has the conversation now; null when the talk with bots is over
     */
    record SessionEnded(@Nullable NextBot next) implements StepResult {}
  }

  /**
   * Another bot that goes on with the conversation.
   *
   * @param said what its first words mean
   */
  record NextBot(String botId, Meaning said) {}

  /** What an answer of the bot means for the conversation. */
  enum Meaning {
    GOES_ON,
    ESCALATED,
    ENDED,
    /** The bot no longer knows the session. */
    GONE
  }
}
