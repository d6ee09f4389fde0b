package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.transfer.Handover;
import dev.baton.transfer.HandoverJson;
import dev.baton.transfer.Offer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a flow gets to know, by the names of what {@link FlowSettings#inputs} may name. */
final class FlowInputs {

  private static final List<String> NAMES =
      List.of(
          "conversationKey",
          "sessionId",
          "transferKey",
          "subject",
          "botId",
          "summary",
          "transcript",
          "handover");

  private static final String VARIABLE = "variable:";
  private static final String TEXT = "text:";

  /** A flow's text variables hold more; what reads them, such as Case.Description, does not. */
  private static final int LONGEST_TRANSCRIPT = CaseText.LONGEST_DESCRIPTION;

  private static final int LONGEST_HANDOVER = 100_000;

  private FlowInputs() {}

  static void check(String source) {
    if (!NAMES.contains(source) && !source.startsWith(VARIABLE) && !source.startsWith(TEXT)) {
      throw new IllegalArgumentException(
          "A flow's input is one of %s, variable:Name or text:words, not %s"
              .formatted(String.join(", ", NAMES), source));
    }
  }

  /** What this software has a value for, by the spelling of the flow's own input variables. */
  static Map<String, String> standard(List<String> declared) {
    Map<String, String> inputs = new TreeMap<>();
    for (String input : declared) {
      NAMES.stream()
          .filter(name -> name.equalsIgnoreCase(input))
          .forEach(name -> inputs.put(input, name));
    }
    return inputs;
  }

  /**
   * The flow's inputs. What there is no value for is left out.
   *
   * @param sources by input variable
   */
  static ObjectNode of(Offer offer, Map<String, String> sources) {
    ObjectNode inputs = JsonNodeFactory.instance.objectNode();
    new TreeMap<>(sources)
        .forEach(
            (input, source) -> {
              JsonNode value = value(offer, source);
              if (value != null) {
                inputs.set(input, value);
              }
            });
    return inputs;
  }

  private static @Nullable JsonNode value(Offer offer, String source) {
    Handover handover = offer.handover();
    if (source.startsWith(VARIABLE)) {
      return variable(handover, source.substring(VARIABLE.length()));
    }
    if (source.startsWith(TEXT)) {
      return text(source.substring(TEXT.length()));
    }
    return switch (source) {
      case "conversationKey" -> text(handover.conversationKey());
      case "sessionId" -> text(handover.sessionId());
      case "transferKey" -> text(offer.key());
      case "subject" -> text(Cases.subject(offer));
      case "botId" -> text(handover.context().botId());
      case "summary" -> text(handover.context().summary());
      case "transcript" -> text(CaseText.description(handover.transcript(), LONGEST_TRANSCRIPT));
      case "handover" -> text(HandoverJson.of(handover, LONGEST_HANDOVER).toString());
      default -> throw new IllegalArgumentException("There is no " + source);
    };
  }

  private static @Nullable JsonNode variable(Handover handover, String name) {
    return handover.context().variables().stream()
        .filter(variable -> variable.name().equals(name))
        .map(variable -> variable.toJson().path("value"))
        .filter(value -> !value.isNull() && !value.isMissingNode())
        .findFirst()
        // Lists and objects of a bot are none of a flow.
        .map(value -> value.isContainerNode() ? text(value.toString()) : value)
        .orElse(null);
  }

  private static @Nullable JsonNode text(@Nullable String value) {
    return value == null ? null : JsonNodeFactory.instance.textNode(value);
  }
}
