package dev.baton.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.transfer.Plan.Planned;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Plan} as JSON, as it is stored. Durations are in ISO 8601; members without a value are
 * left out. A plan of an older version is read for as long as a transfer may last that has it.
 *
 * <pre>{@code
 * {"version":1,"strategy":"ORDERED","deadline":"PT10M","reserve":"PT20S","hedge":"PT0S",
 *  "backToBot":false,"opensAt":"2026-03-02T08:00","fault":"...",
 *  "targets":[{"type":"Salesforce:Core:Queue:Id","value":"00G...","patience":"PT1M"}],
 *  "skipped":[{"type":"Salesforce:Core:Skill:Id","value":"0C5..."}]}
 * }</pre>
 */
public final class PlanJson {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VERSION = 1;

  private PlanJson() {}

  /** Writes a plan. */
  public static String write(Plan plan) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("version", VERSION)
            .put("strategy", plan.strategy().name())
            .put("deadline", plan.limits().deadline().toString())
            .put("reserve", plan.limits().reserve().toString())
            .put("hedge", plan.hedge().toString());
    if (plan.backToBot() != null) {
      json.put("backToBot", plan.backToBot());
    }
    LocalDateTime opensAt = plan.opensAt();
    if (opensAt != null) {
      json.put("opensAt", opensAt.toString());
    }
    if (plan.fault() != null) {
      json.put("fault", plan.fault());
    }
    ArrayNode targets = json.putArray("targets");
    for (Planned planned : plan.targets()) {
      ObjectNode target = put(targets, planned.target());
      Duration patience = planned.patience();
      if (patience != null) {
        target.put("patience", patience.toString());
      }
    }
    ArrayNode skipped = json.putArray("skipped");
    plan.skipped().forEach(target -> put(skipped, target));
    return json.toString();
  }

  private static ObjectNode put(ArrayNode targets, Target target) {
    return targets.addObject().put("type", target.type()).put("value", target.value());
  }

  /**
   * Reads a plan that was written.
   *
   * @throws IllegalArgumentException when it was not written by this version or one before
   */
  public static Plan read(String text) {
    try {
      return read(JSON.readTree(text));
    } catch (JsonProcessingException | DateTimeException e) {
      throw new IllegalArgumentException("A plan cannot be read", e);
    }
  }

  private static Plan read(JsonNode json) {
    if (json.path("version").asInt() != VERSION) {
      throw new IllegalArgumentException("A plan of version " + json.path("version").asText());
    }
    List<Planned> targets = new ArrayList<>();
    for (JsonNode target : json.path("targets")) {
      String patience = optional(target, "patience");
      targets.add(new Planned(target(target), patience == null ? null : Duration.parse(patience)));
    }
    List<Target> skipped = new ArrayList<>();
    json.path("skipped").forEach(target -> skipped.add(target(target)));
    String opensAt = optional(json, "opensAt");
    return new Plan(
        Strategy.valueOf(json.path("strategy").asText()),
        targets,
        skipped,
        new Limits(duration(json, "deadline"), duration(json, "reserve")),
        duration(json, "hedge"),
        json.hasNonNull("backToBot") ? json.path("backToBot").asBoolean() : null,
        opensAt == null ? null : LocalDateTime.parse(opensAt),
        optional(json, "fault"));
  }

  private static Target target(JsonNode json) {
    return new Target(json.path("type").asText(), json.path("value").asText());
  }

  private static Duration duration(JsonNode json, String member) {
    return Duration.parse(json.path(member).asText());
  }

  private static @Nullable String optional(JsonNode json, String member) {
    return json.hasNonNull(member) ? json.path(member).asText() : null;
  }
}
