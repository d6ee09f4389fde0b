package dev.baton.conversation;

import dev.baton.bots.EndReason;
import org.jspecify.annotations.Nullable;

/**
 * A conversation's row.
 *
 * @param key the conversation's key, the business key of its process instance
 * @param state never {@link ConversationState#FAILED}; see {@link #visibleState()}
 * @param stuck whether an order of it failed for good and waits for an operator
 * @param variables the bot's variables, a JSON array: those of the start, and what the bot told of
 *     them when it escalated
 * @param sessionOver whether the bot said that the session is over, or no longer knows it
 * @param failedTransfers transfers that failed since the customer last wrote to the bot
 * @param endReason why the session is to be ended; null while it is not
 * @param turn null while each message takes the process's token with it
 */
public record Conversation(
    String key,
    String processInstanceId,
    String botId,
    ConversationState state,
    boolean stuck,
    @Nullable String openingText,
    String variables,
    @Nullable String sessionId,
    boolean sessionOver,
    @Nullable String runtimeCrc,
    int failedTransfers,
    @Nullable EndReason endReason,
    @Nullable Turn turn) {

  /** The state that people are shown. */
  public ConversationState visibleState() {
    return stuck ? ConversationState.FAILED : state;
  }

  Conversation in(ConversationState other) {
    return with(other, sessionOver, runtimeCrc, endReason);
  }

  Conversation over(ConversationState how, @Nullable EndReason why) {
    return with(how, sessionOver, runtimeCrc, why);
  }

  Conversation withoutSession() {
    return with(state, true, runtimeCrc, endReason);
  }

  Conversation with(@Nullable String crc) {
    return with(state, sessionOver, crc, endReason);
  }

  private Conversation with(
      ConversationState how,
      boolean withoutSession,
      @Nullable String crc,
      @Nullable EndReason why) {
    return new Conversation(
        key,
        processInstanceId,
        botId,
        how,
        stuck,
        openingText,
        variables,
        sessionId,
        withoutSession,
        crc,
        failedTransfers,
        why,
        turn);
  }
}
