package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.it.support.ApplicationTest;
import dev.baton.it.support.Caller;
import dev.baton.simulator.Simulator;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

@ApplicationTest
@TestPropertySource(properties = "baton.api.answer-limit=6s")
class ConversationApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ALL = "/api/conversations";

  @LocalServerPort private int port;
  @Autowired private Simulator simulator;

  private final String key = "c " + UUID.randomUUID();
  private final String path = ALL + "/" + key.replace(" ", "%20");
  private Caller caller;

  @BeforeEach
  void call() {
    caller = Caller.demo(port);
  }

  @AfterEach
  void forget() {
    simulator.script("{\"reset\":true}");
  }

  @Test
  void aConversationBeginsOnce() {
    HttpResponse<String> first = begin();
    HttpResponse<String> second = begin();

    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(first.headers().firstValue("Location")).hasValue(path);
    JsonNode greeting = json(first);
    assertThat(greeting.path("key").asText()).isEqualTo(key);
    assertThat(greeting.path("state").asText()).isEqualTo("talking");
    assertThat(greeting.path("messages").findValuesAsText("type")).contains("text", "choices");
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(json(second)).isEqualTo(greeting);
  }

  @Test
  void aMessageIsAnsweredOnce() {
    begin();
    HttpResponse<String> first = say("m1", "Order Status");
    HttpResponse<String> second = say("m1", "Order Status");

    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(json(first).path("messages")).isNotEmpty();
    assertThat(json(second)).isEqualTo(json(first));
    assertThat(json(caller.get(path + "/messages/m1"))).isEqualTo(json(first));
  }

  @Test
  void aChoiceMayBeNamedByItsAlias() {
    begin();
    HttpResponse<String> answer =
        caller.post(path + "/messages", "{\"id\":\"m1\",\"choiceId\":\"4\"}");

    assertThat(answer.statusCode()).isEqualTo(200);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> json(caller.get(path)).path("state").asText().equals("ended"));
    assertThat(say("m2", "Hello?").statusCode()).isEqualTo(409);
    assertThat(begin().statusCode()).isEqualTo(200);
  }

  @Test
  void aSlowBotIsNotWaitedForTooLong() {
    begin();
    simulator.script(
        "{\"bots\":{\"%s\":{\"answerDelayMs\":60000}}}".formatted(Simulator.DEMO_BOT_ID));

    HttpResponse<String> answer = say("m1", "Order Status");

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(json(answer).path("messages")).isEmpty();
    String location = answer.headers().firstValue("Location").orElseThrow();
    assertThat(location).isEqualTo(path + "/messages/m1");
    assertThat(caller.get(location).statusCode()).isEqualTo(202);
    simulator.release();
    await().atMost(Duration.ofSeconds(30)).until(() -> caller.get(location).statusCode() == 200);
    assertThat(json(caller.get(location)).path("messages")).isNotEmpty();
  }

  @Test
  void aSlowBotIsNotWaitedForAtTheStartEither() {
    simulator.script(
        "{\"bots\":{\"%s\":{\"answerDelayMs\":60000}}}".formatted(Simulator.DEMO_BOT_ID));

    HttpResponse<String> answer = begin();

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.headers().firstValue("Location")).hasValue(path);
    assertThat(json(answer).path("messages")).isEmpty();
    simulator.release();
  }

  @Test
  void messagesAreHeldWhileATransferRuns() {
    begin();
    assertThat(json(say("m1", "Transfer To Agent")).path("state").asText())
        .isEqualTo("transferring");

    HttpResponse<String> held = say("m2", "Are you there?");

    assertThat(held.statusCode()).isEqualTo(200);
    assertThat(json(held).path("state").asText()).isEqualTo("transferring");
    assertThat(json(held).path("messages")).isEmpty();
    // Before the first one is asked, all are asked whether they are there.
    JsonNode attempt =
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> json(caller.get(path)).at("/transfers/0/attempts/0"),
                first -> !first.isMissingNode());
    assertThat(attempt.at("/target/value").asText()).isEqualTo(Simulator.DEMO_QUEUE_ID);
    assertThat(attempt.has("outcome")).isTrue();
    assertThat(attempt.path("outcome").isNull()).isTrue();
  }

  @Test
  void theTranscriptSaysWhoSaidWhat() {
    begin();
    say("m1", "Order Status");

    JsonNode transcript = json(caller.get(path)).path("transcript");

    assertThat(transcript.findValuesAsText("from"))
        .startsWith("customer", "bot", "bot", "customer");
    assertThat(transcript.at("/0/message/text").asText()).isEqualTo("Hi");
    assertThat(transcript.at("/3/message/id").asText()).isEqualTo("m1");
  }

  @Test
  void theCustomerMayLeave() {
    begin();

    assertThat(caller.send("DELETE", path, "").statusCode()).isEqualTo(204);
    assertThat(json(caller.get(path)).path("state").asText()).isEqualTo("ended");
    assertThat(caller.send("DELETE", path, "").statusCode()).isEqualTo(204);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"key\":null}",
        "{\"key\":1}",
        "{\"key\":\" \"}",
        "{\"key\":\"a/b\"}",
        "{\"key\":\"..\"}",
        "{\"key\":\"k\",\"colour\":\"red\"}",
        "{\"key\":\"k\",\"key\":\"l\"}",
        "{\"key\":\"k\"} {}",
        "{\"key\":\"k\",\"variables\":{}}",
        "{\"key\":\"k\",\"variables\":[1]}"
      })
  void aRequestThatIsWrongIsRefusedInWords(String body) {
    assertProblem(caller.post(ALL, body), 400);
  }

  @Test
  void whatIsUnknownIsSaidToBe() {
    assertProblem(caller.get(path), 404);
    assertProblem(caller.send("DELETE", path, ""), 404);
    assertProblem(say("m1", "Hello"), 404);
    assertProblem(caller.get(path + "/messages/m1"), 404);
    begin();
    assertProblem(caller.get(path + "/messages/m1"), 404);
  }

  @Test
  void aBodyHasALimit() {
    assertProblem(caller.post(ALL, "{\"key\":\"%s\"}".formatted("k".repeat(70_000))), 413);
    begin();
    assertProblem(say("m1", "x".repeat(4_001)), 400);
  }

  private HttpResponse<String> begin() {
    return caller.post(ALL, "{\"key\":\"%s\",\"text\":\"Hi\"}".formatted(key));
  }

  private HttpResponse<String> say(String id, String text) {
    return caller.post(path + "/messages", "{\"id\":\"%s\",\"text\":\"%s\"}".formatted(id, text));
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(json(answer).path("detail").asText()).isNotBlank();
  }

  private static JsonNode json(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new AssertionError(answer.body(), e);
    }
  }
}
