package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came in and what was answered, oldest first. An entry stands from the moment its request was
 * read, and has its status before the client can see the answer. Secrets are masked. Keeps the
 * newest {@value #KEPT}. Thread-safe.
 */
final class Journal {

  private static final int KEPT = 20_000;
  private static final String MASK = "***";
  private static final List<String> HEADERS =
      List.of(
          "X-Org-Id",
          "X-Request-ID",
          "X-Runtime-CRC",
          "X-Session-End-Reason",
          "Sforce-Auto-Assign",
          "Content-Type");
  private static final List<String> SECRETS =
      List.of("access_token", "assertion", "client_secret", "refresh_token", "token");

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Map<String, Long> firstSeen = new Bounded();
  private long count;

  /** Begins the entry of a request. */
  Entry open(Call call) {
    ObjectNode json = Json.object();
    ObjectNode headers = Json.object();
    if (call.header("Authorization") != null) {
      headers.put("Authorization", call.bearer().isEmpty() ? MASK : "Bearer " + MASK);
    }
    for (String name : HEADERS) {
      String value = call.header(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    synchronized (this) {
      json.put("n", ++count).put("at", Instant.now().toString()).put("method", call.method());
      json.put("path", call.path());
      if (!call.query().isEmpty()) {
        ObjectNode query = json.putObject("query");
        call.query().forEach(query::put);
      }
      json.set("headers", headers);
      json.set("body", body(call));
      Entry entry = new Entry(json, count);
      entries.addLast(entry);
      if (entries.size() > KEPT) {
        entries.removeFirst();
      }
      return entry;
    }
  }

  synchronized ArrayNode json() {
    ArrayNode all = Json.array();
    entries.forEach(entry -> all.add(entry.json.deepCopy()));
    return all;
  }

  synchronized void clear() {
    entries.clear();
    firstSeen.clear();
  }

  private static JsonNode body(Call call) {
    String type = call.header("Content-Type");
    if (type != null && type.startsWith("application/x-www-form-urlencoded")) {
      ObjectNode form = Json.object();
      Call.form(call.body()).forEach(form::put);
      return masked(form);
    }
    if (call.body().isEmpty()) {
      return Json.object().nullNode();
    }
    try {
      return masked(Json.parse(call.body()));
    } catch (BadJson e) {
      return TextNode.valueOf(call.body());
    }
  }

  private static JsonNode masked(JsonNode node) {
    if (node instanceof ObjectNode object && SECRETS.stream().anyMatch(object::has)) {
      ObjectNode copy = object.deepCopy();
      SECRETS.stream().filter(copy::has).forEach(name -> copy.put(name, MASK));
      return copy;
    }
    return node;
  }

  /** One request's line, which its endpoint may add to. */
  final class Entry {

    private final ObjectNode json;
    private final long n;

    private Entry(ObjectNode json, long n) {
      this.json = json;
      this.n = n;
    }

    /** Adds a remark: session, crc, effect. */
    void note(String name, String value) {
      synchronized (Journal.this) {
        json.put(name, value);
      }
    }

    /** Remembers that something came that should come once, and marks a repetition. */
    void once(String kind, String key) {
      synchronized (Journal.this) {
        Long first = firstSeen.putIfAbsent(kind + " " + key, n);
        if (first != null) {
          json.withObject("/duplicateOf").put(kind, first);
        }
      }
    }

    void close(Answer answer) {
      synchronized (Journal.this) {
        json.put("status", answer.status());
        if (answer.json() != null) {
          json.set("answer", masked(answer.json()));
        } else if (answer.text() != null) {
          json.put("answer", answer.text());
        }
      }
    }
  }

  private static final class Bounded extends LinkedHashMap<String, Long> {
    @Override
    protected boolean removeEldestEntry(Map.@Nullable Entry<String, Long> eldest) {
      return size() > 4 * KEPT;
    }
  }
}
