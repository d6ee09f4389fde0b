package dev.baton.conversation;

import org.jspecify.annotations.Nullable;

/**
 * A session that was started at another bot, by which the conversation was offered to it.
 *
 * @param answer the bot's answer to the start, as it came
 */
public record BotSession(
    long offerId, String botId, String sessionId, @Nullable String runtimeCrc, String answer) {

  /** Without what the bot said. */
  @Override
  public String toString() {
    return "BotSession[offerId=%d, botId=%s, sessionId=%s]".formatted(offerId, botId, sessionId);
  }
}
