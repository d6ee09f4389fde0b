package dev.baton.conversation;

/**
 * How a conversation stands whose process waits for the customer, and lets Baton do the talking.
 */
public enum Turn {
  /** Nothing is under way. */
  FREE,
  /** A message is being sent to the bot. */
  TAKEN,
  /** A message is being sent to the bot, and another one waits. */
  MORE,
  /**
   * A call is made {@link Ahead} of the process: the bot escalated and is being answered, or is
   * asked for the session with which the conversation begins.
   */
  AHEAD
}
