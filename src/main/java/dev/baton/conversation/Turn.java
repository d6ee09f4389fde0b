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
  MORE
}
