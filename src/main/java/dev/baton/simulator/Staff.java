package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which agent can be asked: presence, capacity and skills. Guarded by the org's lock. */
final class Staff {

  private final ScriptBook script;
  private final Records records;

  Staff(ScriptBook script, Records records) {
    this.script = script;
    this.records = records;
  }

  /** The first agent, in the script's order, who may get the row and has not declined it. */
  Optional<Script.Agent> nextFor(ObjectNode row, Set<String> declined) {
    return candidates(row).stream()
        .filter(agent -> !declined.contains(agent.id()))
        .filter(agent -> present(agent.id()) && hasRoom(agent.id(), row))
        .findFirst();
  }

  /** Online, not away, and in a status that takes cases. */
  boolean present(String userId) {
    Script now = script.now();
    return now.person(userId).filter(person -> person.present(now.org().quirks())).isPresent();
  }

  /** Whether the agent's capacity bears this much more. */
  boolean hasRoom(String userId, ObjectNode row) {
    long capacity = script.now().person(userId).map(Person::capacity).orElse(0L);
    return capacity >= Person.UNLIMITED || used(userId, capacity) + load(row, capacity) <= capacity;
  }

  /** Who is there and how many wait, for the first of the three that is named. */
  ObjectNode availability(
      @Nullable String queueId, @Nullable String agentId, @Nullable String skillId) {
    Script now = script.now();
    Script.Queue queue = queueId == null ? null : now.queues().get(queueId);
    Stream<String> asked;
    Predicate<ObjectNode> waits;
    if (queueId != null) {
      asked = queue == null ? Stream.of() : queue.agents().stream().map(Script.Agent::id);
      waits = row -> row.path("GroupId").asText().equals(queueId);
    } else if (skillId != null) {
      asked =
          now.agents().entrySet().stream()
              .filter(person -> person.getValue().has(skillId, 0))
              .map(Map.Entry::getKey);
      waits =
          row ->
              requirements(row).stream().anyMatch(r -> r.path("SkillId").asText().equals(skillId));
    } else {
      asked = Stream.ofNullable(agentId);
      waits = row -> row.path("PreferredUserId").asText().equals(agentId);
    }
    return Json.object()
        .put("onlineAgentsCount", asked.filter(this::present).count())
        .put("queueSize", records.all(Records.PENDING).stream().filter(waits).count())
        .put("estimatedWaitTime", 60);
  }

  private List<Script.Agent> candidates(ObjectNode row) {
    Script now = script.now();
    if (row.has("GroupId")) {
      Script.Queue queue = now.queues().get(row.path("GroupId").asText());
      return queue == null ? List.of() : queue.agents();
    }
    if (row.path("RoutingModel").asText().equals("ExternalRouting")) {
      return List.of();
    }
    List<Script.Agent> candidates = new ArrayList<>();
    // The preferred user is not asked for skills.
    now.agent(row.path("PreferredUserId").asText()).ifPresent(candidates::add);
    if (!row.path("IsPreferredUserRequired").asBoolean()) {
      List<ObjectNode> needed = requirements(row);
      now.agents()
          .forEach(
              (id, person) -> {
                if (needed.stream().allMatch(skill -> covers(person, skill))) {
                  candidates.add(person.as(id));
                }
              });
    }
    return candidates;
  }

  private List<ObjectNode> requirements(ObjectNode row) {
    return records.all(Records.REQUIREMENT).stream()
        .filter(r -> r.path("RelatedRecordId").equals(row.path("Id")))
        .toList();
  }

  private static boolean covers(Person person, ObjectNode requirement) {
    return person.has(
        requirement.path("SkillId").asText(), requirement.path("SkillLevel").asDouble(0));
  }

  private double used(String userId, long capacity) {
    return records.all(Records.WORK).stream()
        .filter(work -> work.path("UserId").asText().equals(userId))
        .filter(work -> List.of("Assigned", "Opened").contains(work.path("Status").asText()))
        .mapToDouble(work -> load(work, capacity))
        .sum();
  }

  private static double load(ObjectNode row, long capacity) {
    return row.hasNonNull("CapacityPercentage")
        ? row.path("CapacityPercentage").asDouble() * capacity / 100
        : row.path("CapacityWeight").asDouble(1);
  }
}
