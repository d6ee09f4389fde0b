package dev.baton.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** The simulated org: bots and queues are added to it, faults are scripted, agents are played. */
public final class Org implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Simulator simulator = Simulator.start(0);
  private final HttpClient http = HttpClient.newHttpClient();
  private final ArrayNode faults = JSON.createArrayNode();

  public Simulator simulator() {
    return simulator;
  }

  /** An id of a bot. */
  public static String bot(int n) {
    return "0Xxxx%010dCAA".formatted(n);
  }

  /** The id of the agent of a queue. */
  public static String agent(int n) {
    return "005xx%010dAAA".formatted(n);
  }

  /** An id of a queue. */
  public static String queue(int n) {
    return "00Gxx%010dEAA".formatted(n);
  }

  /** Adds a bot whose escalate names these queues. */
  public void addBot(String id, String... queues) {
    bot(id, "Salesforce:Core:Queue:Id", List.of(queues));
  }

  /** Adds a bot whose escalate names another. */
  public void addBotBefore(String id, String other) {
    bot(id, "Salesforce:Core:Bot:Id", List.of(other));
  }

  private void bot(String id, String type, List<String> values) {
    ArrayNode targets = JSON.createArrayNode();
    for (String value : values) {
      targets.addObject().put("type", type).put("value", value);
    }
    ObjectNode script = JSON.createObjectNode();
    script.withObject("/bots").withObject("/" + id).set("targets", targets);
    simulator.script(script.toString());
  }

  /** Adds a queue of one agent, who does as told after a while. */
  public void addQueue(String id, String does, int delayMs) {
    ObjectNode script = JSON.createObjectNode();
    script
        .withObject("/queues")
        .withObject("/" + id)
        .putArray("agents")
        .addObject()
        .put("id", "005" + id.substring(3, 15) + "AAA")
        .put("does", does)
        .put("delayMs", delayMs);
    simulator.script(script.toString());
  }

  /** From now on every request that matches is met by this, until {@link #heal}. */
  public synchronized void fault(String match, String then) {
    ObjectNode rule = JSON.createObjectNode();
    rule.set("match", ((ObjectNode) Baton.json(match)).put("times", 0));
    rule.set("then", Baton.json(then));
    faults.add(rule);
    simulator.script(JSON.createObjectNode().set("faults", faults).toString());
  }

  /** A fault is over. */
  public synchronized void mend(String match) {
    JsonNode known = Baton.json(match);
    for (int i = faults.size() - 1; i >= 0; i--) {
      ObjectNode rule = faults.get(i).path("match").deepCopy();
      rule.remove("times");
      if (rule.equals(known)) {
        faults.remove(i);
      }
    }
    simulator.script(JSON.createObjectNode().set("faults", faults).toString());
  }

  /** No faults any more. */
  public synchronized void heal() {
    faults.removeAll();
    simulator.script("{\"faults\":[]}");
  }

  /** The agent accepts the offer of a case. */
  public void accept(String caseId) {
    act("accept", caseId);
  }

  /** The agent declines the offer of a case. */
  public void decline(String caseId) {
    act("decline", caseId);
  }

  private void act(String what, String caseId) {
    send("POST", "/simulator/agents/" + what + "?case=" + caseId);
  }

  /** Forgets what came in. */
  public void forget() {
    send("DELETE", "/simulator/journal");
  }

  private void send(String method, String path) {
    URI uri = URI.create(simulator.baseUrl() + path);
    try {
      int status =
          http.send(
                  HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(),
                  BodyHandlers.discarding())
              .statusCode();
      assertThat(status).as(path).isLessThan(300);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The rows that a query finds now. */
  public List<JsonNode> query(String soql) {
    URI uri =
        URI.create(
            simulator.baseUrl()
                + "/services/data/v63.0/query?q="
                + URLEncoder.encode(soql, StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + Simulator.TOKEN).build();
    try {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode records = Baton.json(answer.body()).path("records");
      return StreamSupport.stream(records.spliterator(), false).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What came in so far. */
  public List<JsonNode> journal() {
    return StreamSupport.stream(simulator.journal().spliterator(), false).toList();
  }

  /** What one session's bot took in, a line each: the text of a text, a type, end and reason. */
  public static List<String> takenIn(List<JsonNode> journal, String session) {
    List<String> lines = new ArrayList<>();
    for (JsonNode call : journal) {
      if (call.path("effect").asText().equals("processed")
          && (call.path("session").asText().equals(session)
              || call.path("path").asText().contains("/sessions/" + session))) {
        lines.add(line(call));
      }
    }
    return lines;
  }

  private static String line(JsonNode call) {
    if (call.path("method").asText().equals("DELETE")) {
      return "end " + call.path("headers").path("X-Session-End-Reason").asText();
    }
    JsonNode message = call.path("body").path("message");
    if (!call.path("path").asText().endsWith("/messages")) {
      return "start";
    }
    return message.path("type").asText().equals("text")
        ? message.path("text").asText()
        : message.path("type").asText();
  }

  /** The sequence ids of what a session's bot took in. */
  public static List<Long> sequence(List<JsonNode> journal, String session) {
    return journal.stream()
        .filter(call -> call.path("effect").asText().equals("processed"))
        .filter(call -> call.path("path").asText().endsWith("/sessions/" + session + "/messages"))
        .map(call -> call.path("body").path("message").path("sequenceId").asLong())
        .toList();
  }

  /** The sessions that a bot was asked to start, and did. */
  public static List<String> sessions(List<JsonNode> journal, String bot) {
    return journal.stream()
        .filter(call -> call.path("path").asText().endsWith("/bots/" + bot + "/sessions"))
        .filter(call -> call.path("effect").asText().equals("processed"))
        .map(call -> call.path("session").asText())
        .toList();
  }

  /**
   * How many records were made of a kind whose body has this text, whether that was heard or not.
   */
  public static long created(List<JsonNode> journal, String kind, String text) {
    return journal.stream()
        .filter(call -> call.path("method").asText().equals("POST"))
        .filter(call -> call.path("path").asText().endsWith("/sobjects/" + kind))
        .filter(call -> call.path("body").toString().contains(text))
        .filter(call -> call.path("effect").asText().equals("processed") || unanswered(call))
        .count();
  }

  /** Processed, and not answered yet. */
  public static boolean unanswered(JsonNode call) {
    return !call.has("status") && !call.has("connection");
  }

  @Override
  public void close() {
    simulator.close();
  }
}
