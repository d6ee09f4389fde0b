package dev.baton.conversation;

import org.jspecify.annotations.Nullable;

/**
 * A customer's message in the inbox.
 *
 * @param id the inbox's own id; ids of a conversation grow in the order of acceptance
 * @param messageId the channel's id
 */
public record InboxMessage(
    long id,
    String messageId,
    @Nullable String text,
    @Nullable String choiceId,
    InboxMessage.State state) {

  /** What became of a message. */
  public enum State {
    /** Accepted; nobody has it yet. */
    WAITING,
    /** Ordered to be sent to the bot. */
    SENDING,
    /** The bot answered it. */
    ANSWERED,
    /** Sent to the bot, whose answer was lost for good. */
    UNCONFIRMED,
    /** Passed on to the target that took the session. */
    DELIVERED,
    /** The conversation ended before anybody had it. */
    UNDELIVERED
  }
}
