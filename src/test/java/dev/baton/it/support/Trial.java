package dev.baton.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.app.BatonApplication;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * An application and its simulated org, for the tests of one class: what Salesforce saw of each
 * conversation, and what each conversation left in the tables.
 */
public final class Trial implements AutoCloseable {

  private static final Map<String, String> ENGINE_ROWS =
      Map.of(
          "act_ru_execution", "proc_inst_id_",
          "act_ru_event_subscr", "proc_inst_id_",
          "act_ru_job", "process_instance_id_",
          "act_ru_variable", "proc_inst_id_",
          "act_ru_ext_task", "proc_inst_id_",
          "act_ru_incident", "proc_inst_id_");

  public final Simulator simulator;
  public final Baton baton;
  public final JdbcTemplate jdbc;
  private final HttpClient http = HttpClient.newHttpClient();

  private Trial(Simulator simulator, Baton baton) {
    this.simulator = simulator;
    this.baton = baton;
    this.jdbc = new JdbcTemplate(baton.bean(DataSource.class));
  }

  public static Trial start(String... properties) {
    return startWith(BatonApplication.class, properties);
  }

  public static Trial startWith(Class<?> configuration, String... properties) {
    String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=10000";
    return startOn(url, configuration, properties);
  }

  public static Trial startOn(String jdbcUrl, Class<?> configuration, String... properties) {
    Simulator simulator = Simulator.start(0);
    return new Trial(simulator, Baton.startOn(jdbcUrl, simulator, configuration, properties));
  }

  @Override
  public void close() {
    baton.close();
    simulator.close();
  }

  // The org

  /** Back to the default script and an empty journal; then a script with single quotes. */
  public void script(String script) {
    simulator.script("{\"reset\":true}");
    simulator.script(script.replace('\'', '"'));
    forget();
  }

  /** Changes the script only. */
  public void change(String script) {
    simulator.script(script.replace('\'', '"'));
  }

  /** Waits until an answer is delayed, and has all delayed answers sent. */
  public void release() {
    until("an answer to release", simulator::release, count -> count > 0);
  }

  /** The agent who was offered a case accepts it. */
  public void accept(String caseId) {
    send("POST", "/simulator/agents/accept?case=" + caseId);
  }

  /** The agent who was offered a case declines it. */
  public void decline(String caseId) {
    send("POST", "/simulator/agents/decline?case=" + caseId);
  }

  /** The bot forgets the conversation's session. */
  public void expireAtTheBot(String key) {
    send("POST", "/simulator/sessions/expire?session=" + session(key));
  }

  /** None of the tokens that were issued is good any more. */
  public void revokeTokens() {
    send("POST", "/simulator/tokens/revoke");
  }

  /** Forgets what came in. */
  public void forget() {
    send("DELETE", "/simulator/journal");
  }

  /** What the org's REST API tells. */
  public JsonNode get(String path) {
    try {
      return Baton.json(
          http.send(
                  HttpRequest.newBuilder(URI.create(simulator.baseUrl() + path))
                      .header("Authorization", "Bearer simulator-token")
                      .build(),
                  BodyHandlers.ofString())
              .body());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private JsonNode send(String method, String path) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(simulator.baseUrl() + path))
                  .header("Authorization", "Bearer " + Simulator.TOKEN)
                  .method(method, BodyPublishers.noBody())
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
      return Baton.json(answer.body());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The bot's session of a conversation. */
  public String session(String key) {
    return jdbc.queryForList(
            "select session_id from baton_conversation where conversation_key = ?",
            String.class,
            key)
        .get(0);
  }

  /** The cases by which a conversation was offered, oldest first. */
  public List<String> cases(String key) {
    return jdbc.queryForList(
        """
        select reference from baton_offer where conversation_key = ? and reference is not null
        order by id""",
        String.class,
        key);
  }

  /** The keys under which a conversation was offered, oldest first. */
  public List<String> offerKeys(String key) {
    return jdbc.queryForList(
        "select offer_key from baton_offer where conversation_key = ? order by id",
        String.class,
        key);
  }

  /** What the org has, whoever made it. */
  public List<JsonNode> query(String soql) {
    List<JsonNode> records = new ArrayList<>();
    send("GET", "/services/data/v63.0/query?q=" + URLEncoder.encode(soql, StandardCharsets.UTF_8))
        .path("records")
        .forEach(records::add);
    return records;
  }

  /** Waits until so many cases were made for a conversation; answers the last. */
  public String awaitCase(String key, int count) {
    return until("cases of " + key, () -> cases(key), cases -> cases.size() == count)
        .get(count - 1);
  }

  /** Every call that the org got and that could change something, except for tokens. */
  public List<JsonNode> calls() {
    List<JsonNode> calls = new ArrayList<>();
    for (JsonNode call : simulator.journal()) {
      if (!call.path("method").asText().equals("GET")
          && !call.path("path").asText().startsWith("/services/oauth2/")) {
        calls.add(call);
      }
    }
    return calls;
  }

  /** The calls of one conversation: those of its session and of its cases. */
  public List<JsonNode> calls(String key) {
    String session = session(key);
    List<String> cases = cases(key);
    return calls().stream()
        .filter(
            call ->
                call.path("path").asText().contains("/sessions/" + session)
                    || call.path("answer").path("sessionId").asText().equals(session)
                    || cases.contains(call.path("answer").path("id").asText())
                    || cases.contains(call.path("body").path("ParentId").asText())
                    || cases.stream().anyMatch(id -> call.path("path").asText().endsWith(id)))
        .toList();
  }

  /** A conversation's calls that were answered well, a line each. */
  public List<String> trail(String key) {
    return lines(calls(key));
  }

  public static List<String> lines(List<JsonNode> calls) {
    return calls.stream().map(Trial::line).toList();
  }

  private static String line(JsonNode call) {
    String method = call.path("method").asText();
    String path = call.path("path").asText();
    JsonNode body = call.path("body");
    String line;
    if (method.equals("POST") && path.endsWith("/sessions")) {
      line = "start";
    } else if (path.endsWith("/messages")) {
      JsonNode message = body.path("message");
      String reason = message.path("reason").asText();
      line = (message.path("type").asText() + " " + reason).strip();
    } else if (method.equals("DELETE")) {
      line = "end " + call.path("headers").path("X-Session-End-Reason").asText();
    } else if (path.endsWith("/CaseComment")) {
      line = "comment " + body.path("CommentBody").asText();
    } else if (path.endsWith("/Case")) {
      line = "case";
    } else {
      line = "case " + body.path("Status").asText();
    }
    int status = call.path("status").asInt();
    return status < 300 ? line : line + " -> " + status;
  }

  // The tables

  /** How many rows the engine has for a conversation that runs. */
  public Map<String, Integer> engineRows(String key) {
    Map<String, Integer> rows = new LinkedHashMap<>();
    ENGINE_ROWS.forEach(
        (table, column) ->
            rows.put(
                table,
                count(
                    "select count(*) from "
                        + table
                        + " where "
                        + column
                        + " in (select proc_inst_id_ from act_hi_procinst where business_key_ = ?)",
                    key)));
    return rows;
  }

  public int count(String sql, Object... values) {
    return jdbc.queryForList(sql, Integer.class, values).get(0);
  }

  /** Waits until nothing of the conversation is left to be done, by the engine or by Baton. */
  public void awaitNothingLeft(String key) {
    until(
        "what " + key + " left",
        () -> left(key),
        left -> left.values().stream().allMatch(count -> count == 0));
  }

  /** Waits until nothing of any conversation is left to be done. */
  public void awaitNothingLeft() {
    until(
        "what is left",
        () ->
            count("select count(*) from act_ru_execution")
                + count("select count(*) from baton_order")
                + count("select count(*) from baton_offer where state in ('ASKING', 'OPEN')"),
        left -> left == 0);
  }

  private Map<String, Integer> left(String key) {
    Map<String, Integer> left = engineRows(key);
    left.put("orders", count("select count(*) from baton_order where conversation_key = ?", key));
    left.put(
        "open offers",
        count(
            """
            select count(*) from baton_offer
            where conversation_key = ? and state in ('ASKING', 'OPEN')""",
            key));
    return left;
  }

  /** Every place in the database's engine tables where a text stands, as table.column. */
  public List<String> engineTablesWith(String text) {
    List<String> places = new ArrayList<>();
    List<Map<String, Object>> columns =
        jdbc.queryForList(
            """
            select table_name, column_name from information_schema.columns
            where lower(table_name) like 'act\\_%' escape '\\' and (lower(data_type) like '%char%'
              or lower(data_type) like '%large object%')""");
    assertThat(columns).hasSizeGreaterThan(200);
    for (Map<String, Object> column : columns) {
      String table = String.valueOf(column.get("table_name"));
      String name = String.valueOf(column.get("column_name"));
      boolean found =
          jdbc
              .query(
                  "select " + name + " from " + table + " where " + name + " is not null",
                  (row, number) -> new String(row.getBytes(1), StandardCharsets.UTF_8))
              .stream()
              .anyMatch(value -> value.contains(text));
      if (found) {
        places.add(table + "." + name);
      }
    }
    return places;
  }

  // What is said

  /** Begins a conversation with one start variable, and waits for the bot's greeting. */
  public void begin(String key, String variable, String value) {
    ObjectNode start = Baton.object("businessKey", key);
    start.putObject("variables").putObject(variable).put("value", value);
    Baton.Answer answer =
        baton.post("/engine-rest/process-definition/key/bot-conversation/start", start);
    assertThat(answer.status()).isEqualTo(200);
    baton.awaitAt(key, "WaitForCustomer");
  }

  /** The texts of a conversation's transcript, as "speaker: text" (a choice: its id). */
  public List<String> said(String key) {
    List<String> said = new ArrayList<>();
    for (JsonNode line : baton.conversation(key).path("transcript")) {
      JsonNode message = line.path("message");
      String what =
          message
              .path("text")
              .asText(message.path("choiceId").asText(message.path("type").asText()));
      said.add(line.path("from").asText() + ": " + what);
    }
    return said;
  }

  public static <T> T until(String what, Callable<T> now, Predicate<T> done) {
    return Wait.until(what).until(now, done);
  }
}
