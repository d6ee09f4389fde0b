package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.it.support.ApplicationTest;
import dev.baton.it.support.Caller;
import dev.baton.simulator.Simulator;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.RuntimeService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is wrong is refused in words, as the description says, and changes nothing. */
@ApplicationTest
class BadInputTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ALL = "/api/conversations";

  /** One that talks, one that is transferring, one that is over, and none. */
  private static final String TALKING = ALL + "/talking";

  private static final String TRANSFERRING = ALL + "/transferring";
  private static final String OVER = ALL + "/over";
  private static final String NONE = ALL + "/none";

  @LocalServerPort private int port;
  @Autowired private DataSource dataSource;
  @Autowired private RuntimeService runtime;
  @Autowired private Simulator simulator;
  private Caller caller;

  /** A request, the status it gets, and a word of the answer. */
  record Bad(
      int status, String word, String method, String path, String body, List<String> headers) {
    @Override
    public String toString() {
      String shown = body.length() > 60 ? body.substring(0, 60) + "…" : body;
      return status + " " + method + " " + path + " " + shown + " " + String.join(" ", headers);
    }
  }

  static Stream<Bad> everything() {
    return Stream.of(
            bodies("POST", ALL, "{\"key\":\"new\"%s}"),
            bodies("POST", TALKING + "/messages", "{\"id\":\"new\",\"text\":\"Hi\"%s}"),
            begins(),
            messages(),
            unknown(),
            tooLate(),
            addresses())
        .flatMap(bad -> bad);
  }

  private static Stream<Bad> bodies(String method, String path, String good) {
    String right = good.formatted("");
    return Stream.of(
        bad(400, "no body", method, path, ""),
        bad(400, "not JSON", method, path, "{"),
        bad(400, "not JSON", method, path, right + "}"),
        bad(400, "not JSON", method, path, right + " {}"),
        bad(400, "not JSON", method, path, "{'key':'new'}"),
        bad(400, "not JSON", method, path, "key=new&id=new"),
        bad(400, "names a member twice", method, path, good.formatted(",\"text\":1,\"text\":2")),
        bad(400, "not a JSON object", method, path, "[" + right + "]"),
        bad(400, "not a JSON object", method, path, "\"" + "new" + "\""),
        bad(400, "not a JSON object", method, path, "null"),
        bad(400, "'colour' is not known", method, path, good.formatted(",\"colour\":\"red\"")),
        bad(400, "is not known", method, path, good.formatted(",\"" + "x".repeat(999) + "\":1")),
        bad(400, "is missing", method, path, "{}"),
        bad(413, "larger than", method, path, good.formatted(",\"x\":\"" + "x".repeat(66_000))),
        bad(415, "application/json", method, path, right, "Content-Type", "text/plain"),
        bad(415, "application/json", method, path, right, "Content-Type", "nonsense"),
        bad(406, "", method, path, right, "Accept", "text/html"));
  }

  private static Stream<Bad> begins() {
    return Stream.of(
            "{\"key\":%s}|1|not a string",
            "{\"key\":%s}|{}|not a string",
            "{\"key\":%s}|null|missing",
            "{\"key\":%s}|\"\"|empty",
            "{\"key\":%s}|\"  \"|empty",
            "{\"key\":%s}|\"a/b\"|part of an address",
            "{\"key\":%s}|\"a\\\\b\"|part of an address",
            "{\"key\":%s}|\"..\"|part of an address",
            "{\"key\":%s}|\"a\\u0000b\"|part of an address",
            "{\"key\":%s}|\"" + "k".repeat(256) + "\"|at most 255",
            "{\"key\":\"new\",\"text\":%s}|1|not a string",
            "{\"key\":\"new\",\"text\":%s}|[\"Hi\"]|not a string",
            "{\"key\":\"new\",\"text\":%s}|\"" + "x".repeat(4001) + "\"|at most 4000",
            "{\"key\":\"new\",\"text\":%s}|\"a\\u0000b\"|U+0000",
            "{\"key\":\"new\",\"botId\":%s}|1|not a string",
            "{\"key\":\"new\",\"botId\":%s}|\"\"|no bot's id",
            "{\"key\":\"new\",\"botId\":%s}|\"bot\"|no bot's id",
            "{\"key\":\"new\",\"botId\":%s}|\"0XxSB00000006rp\\n\"|no bot's id",
            "{\"key\":\"new\",\"botId\":%s}|\"0XxSB00000006rp0\"|no bot's id",
            "{\"key\":\"new\",\"botId\":%s}|\"00DSB00000006rp0AA\"|no bot's id",
            "{\"key\":\"new\",\"botId\":%s}|\"../../0XxSB0000000\"|no bot's id",
            "{\"key\":\"new\",\"variables\":%s}|{}|not an array",
            "{\"key\":\"new\",\"variables\":%s}|\"[]\"|not an array",
            "{\"key\":\"new\",\"variables\":%s}|[1]|needs a",
            "{\"key\":\"new\",\"variables\":%s}|[{\"name\":\"a\"}]|needs a",
            "{\"key\":\"new\",\"variables\":%s}|[{\"name\":\"a\",\"type\":\"text\"}]|needs a",
            "{\"key\":\"new\",\"variables\":%s}|[{\"name\":1,\"type\":\"Text\"}]|needs a",
            number("1e400"),
            number("-1e99999999999"),
            number("9".repeat(400)),
            number("[{\"name\":\"in\",\"type\":\"number\",\"value\":1e400}]"),
            number("[{\"deep\":{\"er\":[1e400]}}]"))
        .map(row -> row.split("\\|"))
        .map(row -> bad(400, row[2], "POST", ALL, row[0].formatted(row[1])));
  }

  private static String number(String value) {
    return "{\"key\":\"new\",\"variables\":%s}|[{\"name\":\"a\",\"type\":\"number\",\"value\":"
        + value
        + "}]|too large";
  }

  private static Stream<Bad> messages() {
    return Stream.of(
            "{\"id\":1,\"text\":\"Hi\"}|not a string",
            "{\"text\":\"Hi\"}|'id' is missing",
            "{\"id\":\"\",\"text\":\"Hi\"}|no id",
            "{\"id\":\"a/b\",\"text\":\"Hi\"}|part of an address",
            "{\"id\":\"" + "i".repeat(256) + "\",\"text\":\"Hi\"}|at most 255",
            "{\"id\":\"new\"}|either",
            "{\"id\":\"new\",\"text\":null,\"choiceId\":null}|either",
            "{\"id\":\"new\",\"text\":\"Hi\",\"choiceId\":\"1\"}|either",
            "{\"id\":\"new\",\"text\":\"\"}|empty",
            "{\"id\":\"new\",\"text\":\" \\n\\t \"}|empty",
            "{\"id\":\"new\",\"text\":7}|not a string",
            "{\"id\":\"new\",\"text\":\"" + "x".repeat(4001) + "\"}|at most 4000",
            "{\"id\":\"new\",\"text\":\"a\\u0000b\"}|U+0000",
            "{\"id\":\"new\",\"choiceId\":1}|not a string",
            "{\"id\":\"new\",\"choiceId\":\"\"}|did not offer",
            "{\"id\":\"new\",\"choiceId\":\"0\"}|did not offer",
            "{\"id\":\"new\",\"choiceId\":\"99\"}|did not offer",
            "{\"id\":\"new\",\"choiceId\":\"Free Beer\"}|did not offer",
            "{\"id\":\"new\",\"choiceId\":\"" + "c".repeat(256) + "\"}|at most 255")
        .map(row -> row.split("\\|"))
        .flatMap(
            row ->
                Stream.of(TALKING, TRANSFERRING)
                    .map(path -> bad(400, row[1], "POST", path + "/messages", row[0])));
  }

  private static Stream<Bad> unknown() {
    String message = "{\"id\":\"new\",\"text\":\"Hi\"}";
    String word = "There is no conversation";
    return Stream.of(
        bad(404, word, "GET", NONE, ""),
        bad(404, word, "DELETE", NONE, ""),
        bad(404, word, "GET", NONE + "/events", ""),
        bad(404, word, "GET", NONE + "/events", "", "Accept", "text/event-stream"),
        bad(404, word, "DELETE", NONE + "/transfer", ""),
        bad(404, word, "POST", NONE + "/messages", message),
        bad(404, word, "GET", NONE + "/messages/m1", ""),
        bad(404, word, "GET", ALL + "/" + "k".repeat(300), ""),
        bad(404, word, "GET", ALL + "/%20", ""),
        bad(404, "no message", "GET", TALKING + "/messages/none", ""),
        bad(400, "numbers", "GET", TALKING + "/events", "", "Last-Event-ID", "x"),
        bad(400, "numbers", "GET", TALKING + "/events?lastEventId=x", ""),
        bad(406, "", "GET", TALKING + "/events", "", "Accept", "application/json"),
        bad(406, "", "GET", TALKING, "", "Accept", "text/event-stream"));
  }

  private static Stream<Bad> tooLate() {
    String message = "{\"id\":\"new\",\"text\":\"Hi\"}";
    String choice = "{\"id\":\"new\",\"choiceId\":\"1\"}";
    return Stream.of(
        bad(409, "is over", "POST", OVER + "/messages", message),
        bad(409, "is over", "POST", OVER + "/messages", choice),
        bad(409, "no transfer", "DELETE", OVER + "/transfer", ""),
        bad(409, "no transfer", "DELETE", TALKING + "/transfer", ""));
  }

  private static Stream<Bad> addresses() {
    Map<String, List<String>> wrong =
        Map.of(
            ALL,
            List.of("GET", "PUT", "DELETE", "PATCH"),
            TALKING,
            List.of("POST", "PUT", "PATCH"),
            TALKING + "/messages",
            List.of("GET", "PUT", "DELETE"),
            TALKING + "/messages/m1",
            List.of("POST", "PUT", "DELETE"),
            TALKING + "/transfer",
            List.of("GET", "POST", "PUT"),
            TALKING + "/events",
            List.of("POST", "PUT", "DELETE"),
            "/api/openapi",
            List.of("POST", "DELETE"));
    return Stream.concat(
        wrong.entrySet().stream()
            .flatMap(
                entry ->
                    entry.getValue().stream()
                        .map(
                            method ->
                                bad(
                                    405,
                                    method,
                                    method,
                                    entry.getKey(),
                                    method.equals("GET") ? "" : "{}"))),
        Stream.of(
            bad(404, "", "GET", TALKING + "/nothing", ""),
            bad(404, "", "GET", "/api/nothing", "")));
  }

  private static Bad bad(
      int status, String word, String method, String path, String body, String... headers) {
    return new Bad(status, word, method, path, body, List.of(headers));
  }

  @BeforeEach
  void conversations() {
    caller = Caller.demo(port);
    if (caller.get(OVER).statusCode() == 404) {
      caller.post(ALL, "{\"key\":\"talking\"}");
      caller.post(ALL, "{\"key\":\"transferring\"}");
      caller.post(TRANSFERRING + "/messages", "{\"id\":\"m1\",\"text\":\"Transfer To Agent\"}");
      caller.post(ALL, "{\"key\":\"over\"}");
      caller.send("DELETE", OVER, "");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> simulator.journal().toString().contains("UserRequest"));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> rows().getOrDefault("baton_order", List.of()).isEmpty());
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> caller.get(TRANSFERRING).body().contains("transferring"));
    }
  }

  @ParameterizedTest
  @MethodSource("everything")
  void whatIsWrongIsRefusedInWordsAndChangesNothing(Bad bad) {
    Map<String, List<String>> before = rows();

    HttpResponse<String> answer =
        caller.send(bad.method, bad.path, bad.body, bad.headers.toArray(String[]::new));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(bad.status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = json(answer.body());
    assertThat(problem.path("status").asInt()).isEqualTo(bad.status);
    assertThat(problem.path("detail").asText()).isNotBlank().contains(bad.word);
    assertThat(problem.path("detail").asText().length()).isLessThan(400);
    assertThat(answer.body()).doesNotContain("Exception", "dev.baton", "org.springframework");
    assertThat(rows()).isEqualTo(before);
  }

  @Test
  void theEnginesOwnStartRefusesTheSameBotIds() {
    Map<String, List<String>> before = rows();

    assertThatThrownBy(
            () ->
                runtime.startProcessInstanceByKey(
                    "bot-conversation", "new", Map.of("botId", "bot")))
        .isInstanceOf(BadUserRequestException.class)
        .hasMessageContaining("no bot's id");
    assertThat(rows()).isEqualTo(before);
  }

  /** What Baton keeps, but for the nodes' signs of life; and the engine's instances. */
  private Map<String, List<String>> rows() {
    JdbcClient jdbc = JdbcClient.create(dataSource);
    Map<String, List<String>> rows = new TreeMap<>();
    for (String table :
        List.of(
            "baton_conversation",
            "baton_inbox",
            "baton_transcript",
            "baton_transfer",
            "baton_offer",
            "baton_order")) {
      rows.put(
          table,
          jdbc.sql("select * from " + table).query().listOfRows().stream()
              .map(Map::toString)
              .sorted()
              .toList());
    }
    rows.put("instances", List.of(String.valueOf(runtime.createProcessInstanceQuery().count())));
    return rows;
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new AssertionError(body, e);
    }
  }
}
