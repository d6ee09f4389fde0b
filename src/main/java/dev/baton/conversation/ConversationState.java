package dev.baton.conversation;

import java.util.Locale;

/** Where a conversation stands, as channels are told. */
public enum ConversationState {
  /** The customer talks with the bot. */
  TALKING,
  /** The bot escalated; the session is being offered. What the customer writes is held. */
  TRANSFERRING,
  /** A target took the session over. */
  TRANSFERRED,
  /** Over: the bot or the customer ended it, or nobody took it. */
  ENDED,
  /** Stands still until an operator acts; there is an incident in the engine. */
  FAILED;

  /** The name on the wire, in lower case. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether no message is accepted any more. */
  public boolean over() {
    return this == TRANSFERRED || this == ENDED;
  }
}
