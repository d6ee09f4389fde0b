package dev.baton.bots;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Opens a session. Two calls open two sessions, whatever the key.
 *
 * @param externalSessionKey our id of the conversation, found again in the bot's event log
 * @param text the customer's first words; null if there are none yet
 * @param referrers the bots and sessions the conversation comes from
 * @param timeZone IANA name
 */
public record StartSession(
    String botId,
    UUID externalSessionKey,
    @Nullable String text,
    List<Variable> variables,
    List<Referrer> referrers,
    @Nullable String timeZone) {

  public StartSession {
    variables = List.copyOf(variables);
    referrers = List.copyOf(referrers);
  }

  @Override
  public String toString() {
    return "StartSession[" + botId + ", " + externalSessionKey + "]";
  }
}
