package dev.baton.bots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the bot answered.
 *
 * @param sessionId always there in the answer to a start
 * @param messages in the order of display
 * @param variables empty unless asked for
 * @param runtimeCrc to be sent with the next call; null means: keep the last one
 * @param json the answer exactly as received. Not to be changed.
 */
public record BotAnswer(
    @Nullable String sessionId,
    @Nullable String botVersion,
    List<Long> processedSequenceIds,
    List<BotMessage> messages,
    List<Variable> variables,
    @Nullable String runtimeCrc,
    ObjectNode json) {

  private static final int MAX_MESSAGES = 200;
  private static final int MAX_TARGETS = 100;
  private static final int MAX_VARIABLES = 1000;

  /** Reads an answer, also one that was kept. */
  public static BotAnswer read(ObjectNode json, @Nullable String runtimeCrc) {
    List<Long> processed = new ArrayList<>();
    for (JsonNode id : json.path("processedSequenceIds")) {
      if (id.isIntegralNumber() && id.canConvertToLong()) {
        processed.add(id.longValue());
      }
    }
    return new BotAnswer(
        Json.id(json, "sessionId"),
        Json.text(json, "botVersion"),
        List.copyOf(processed),
        Json.list(json.path("messages"), BotMessage::read),
        Json.list(json.path("variables"), Variable::read),
        runtimeCrc,
        json);
  }

  /** What there is too much of: each of these is kept, shown or asked one by one. */
  Optional<String> excess() {
    if (messages.size() > MAX_MESSAGES) {
      return Optional.of("it has more than " + MAX_MESSAGES + " messages");
    }
    boolean tooManyTargets =
        messages.stream()
            .anyMatch(
                message ->
                    message instanceof BotMessage.Escalate escalate
                        && escalate.targets().size() > MAX_TARGETS);
    if (tooManyTargets) {
      return Optional.of("it names more than " + MAX_TARGETS + " targets");
    }
    return variables.size() > MAX_VARIABLES
        ? Optional.of("it has more than " + MAX_VARIABLES + " variables")
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "BotAnswer[" + sessionId + ", " + processedSequenceIds + ", " + messages + "]";
  }
}
