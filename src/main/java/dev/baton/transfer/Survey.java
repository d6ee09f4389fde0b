package dev.baton.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who was available when the targets of an escalation were asked about.
 *
 * @param answers by target; one that was not asked about is missing
 */
public record Survey(Map<Target, Availability> answers) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the map. */
  public Survey {
    answers = Map.copyOf(answers);
  }

  /** What is known of a target. */
  public Optional<Availability> of(Target target) {
    return Optional.ofNullable(answers.get(target));
  }

  /** As it is stored: a JSON array. */
  public String toJson() {
    ArrayNode all = JSON.createArrayNode();
    answers.forEach(
        (target, availability) -> {
          ObjectNode one =
              all.addObject()
                  .put("type", target.type())
                  .put("value", target.value())
                  .put("availability", availability.code());
          if (availability instanceof Availability.Unavailable no) {
            one.put("outcome", no.outcome().code()).put("detail", no.detail());
          }
        });
    return all.toString();
  }

  /** Reads what {@link #toJson} wrote. */
  public static Survey read(String json) {
    Map<Target, Availability> answers = new HashMap<>();
    try {
      for (JsonNode one : JSON.readTree(json)) {
        answers.put(
            new Target(one.path("type").asText(), one.path("value").asText()), availability(one));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("A survey cannot be read", e);
    }
    return new Survey(answers);
  }

  private static Availability availability(JsonNode one) {
    @Nullable String detail = one.hasNonNull("detail") ? one.path("detail").asText() : null;
    return switch (one.path("availability").asText()) {
      case "available" -> new Availability.Available();
      case "unavailable" ->
          new Availability.Unavailable(Outcome.ofCode(one.path("outcome").asText()), detail);
      default -> new Availability.Unknown();
    };
  }
}
