package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One session's state. Guarded by its own lock: {@link #begin} makes it busy until {@link
 * #release}, and what lies between is the work of one request only.
 */
final class BotSession {

  /** A processed request, kept for the case that it is repeated. */
  record Processed(JsonNode request, ObjectNode answer) {}

  private final String id = UUID.randomUUID().toString();
  private final String botId;
  private final Map<Long, Processed> processed = new HashMap<>();
  private final Map<String, ObjectNode> variables = new LinkedHashMap<>();
  private boolean busy;
  private Instant lastActivity;
  private String crc = newCrc();
  private long highest = Long.MIN_VALUE;
  private int failures;
  private @Nullable String awaitedReport;

  BotSession(String botId, Instant now) {
    this.botId = botId;
    this.lastActivity = now;
  }

  String id() {
    return id;
  }

  String botId() {
    return botId;
  }

  /** Makes the session busy. False when a request runs already. */
  synchronized boolean begin(Instant now) {
    if (busy) {
      return false;
    }
    busy = true;
    lastActivity = now;
    return true;
  }

  synchronized void release() {
    busy = false;
  }

  synchronized boolean idleFor(long millis, Instant now) {
    return !busy && now.toEpochMilli() - lastActivity.toEpochMilli() >= millis;
  }

  synchronized String crc() {
    return crc;
  }

  synchronized String rollCrc() {
    crc = newCrc();
    return crc;
  }

  synchronized Optional<Processed> repeated(long sequenceId) {
    return Optional.ofNullable(processed.get(sequenceId));
  }

  synchronized boolean isBehind(long sequenceId) {
    return sequenceId <= highest;
  }

  synchronized void remember(long sequenceId, JsonNode request, ObjectNode answer) {
    highest = Math.max(highest, sequenceId);
    processed.put(sequenceId, new Processed(request, answer));
  }

  synchronized void set(Collection<ObjectNode> changed) {
    changed.forEach(variable -> variables.put(variable.path("name").asText(), variable));
  }

  /** The variables that a request asked to see. */
  synchronized ArrayNode variables(BotRequest.Wanted wanted, Collection<ObjectNode> changed) {
    ArrayNode seen = Json.array();
    List<String> filter = wanted.filter();
    for (ObjectNode variable : wanted.onlyChanged() ? changed : variables.values()) {
      if (filter.isEmpty() || filter.contains(variable.path("name").asText())) {
        seen.add(variable);
      }
    }
    return seen;
  }

  /** The id of the escalate message whose outcome the bot waits for, or null. */
  synchronized @Nullable String awaitedReport() {
    return awaitedReport;
  }

  synchronized void await(@Nullable String escalateId) {
    awaitedReport = escalateId;
  }

  synchronized int countFailure() {
    return failures++;
  }

  private static String newCrc() {
    return UUID.randomUUID().toString().substring(0, 8);
  }
}
