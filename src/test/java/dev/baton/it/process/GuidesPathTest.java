package dev.baton.it.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The guide's example, up to the agent: each request that Salesforce gets, and no other. */
class GuidesPathTest {

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial = Trial.start();
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @ParameterizedTest(name = "{1} as {0}")
  @CsvSource({
    "text, Transfer To Agent, empty-text",
    "text, 3, no-messages",
    "choice, 3, empty-text",
    "choice, transfer to agent, no-messages",
    "choice, id, empty-text"
  })
  void theOptionIsSentInEachWayAndEveryRequestIsMadeOnce(String how, String option, String answer) {
    trial.script(
        "{'bots':{'" + Simulator.DEMO_BOT_ID + "':{'transferSucceeded':'" + answer + "'}}}");
    String key = "guide " + how + " " + option;
    JsonNode begun = baton.begin(key);
    assertThat(begun.path("state").asText()).isEqualTo("talking");
    assertThat(types(begun)).containsExactly("text", "choices");
    String choiceId = begun.path("messages").path(1).path("choices").path(2).path("id").asText();

    JsonNode escalated =
        how.equals("text")
            ? baton.write(key, "m1", option)
            : baton.choose(key, "m1", option.equals("id") ? choiceId : option);
    assertThat(escalated.path("state").asText()).isEqualTo("transferring");
    assertThat(types(escalated)).containsExactly("text", "escalate");
    String escalateId = escalated.path("messages").path(1).path("id").asText();

    baton.awaitAt(key, "Offer");
    assertThat(variable(key, "targetType")).isEqualTo("Salesforce:Core:Queue:Id");
    assertThat(variable(key, "targetValue")).isEqualTo(Simulator.DEMO_QUEUE_ID);
    assertThat(attempt(key).path("outcome").isNull()).isTrue();

    trial.accept(trial.awaitCase(key, 1));
    baton.awaitState(key, "transferred");
    trial.awaitNothingLeft(key);
    assertThat(baton.conversation(key).path("state").asText()).isEqualTo("transferred");
    assertThat(attempt(key).path("outcome").asText()).isEqualTo("accepted");

    List<JsonNode> calls = trial.calls();
    assertThat(Trial.lines(calls))
        .containsExactly(
            "start",
            how.equals("text") ? "text" : "choice",
            "case",
            "transferSucceeded",
            "end Transfer");
    assertThat(calls).extracting(call -> call.path("effect").asText()).containsOnly("processed");
    assertThat(calls).noneMatch(call -> call.has("duplicateOf"));
    assertThat(calls.get(2).path("headers").path("Sforce-Auto-Assign").asText()).isEqualTo("FALSE");
    assertThat(calls.get(2).path("body").path("OwnerId").asText())
        .isEqualTo(Simulator.DEMO_QUEUE_ID);
    assertThat(calls.get(3).path("body").path("message").path("inReplyToMessageId").asText())
        .isEqualTo(escalateId);
    List<JsonNode> toBot = new ArrayList<>(calls);
    toBot.remove(2);
    checkHeaders(toBot);
    if (how.equals("choice")) {
      assertThat(calls.get(1).path("body").path("message").path("choiceId").asText())
          .isEqualTo(choiceId);
    }
    assertThat(calls.get(3).path("body").path("message").path("sequenceId").asLong())
        .isGreaterThan(calls.get(1).path("body").path("message").path("sequenceId").asLong());
  }

  private static void checkHeaders(List<JsonNode> toBot) {
    List<String> requestIds =
        toBot.stream().map(call -> call.path("headers").path("X-Request-ID").asText()).toList();
    assertThat(requestIds).noneMatch(String::isBlank);
    assertThat(new HashSet<>(requestIds)).hasSameSizeAs(requestIds);
    assertThat(toBot.subList(1, toBot.size()))
        .extracting(call -> call.path("crc").asText())
        .containsOnly("matched");
  }

  private static JsonNode attempt(String key) {
    JsonNode attempts = baton.conversation(key).path("transfers").path(0).path("attempts");
    assertThat(attempts).hasSize(1);
    return attempts.path(0);
  }

  private static String variable(String key, String name) {
    JsonNode found =
        baton
            .get(
                "/engine-rest/variable-instance?variableName="
                    + name
                    + "&processInstanceIdIn="
                    + baton.instances(key).path(0).path("id").asText())
            .json();
    assertThat(found).hasSize(1);
    return found.path(0).path("value").asText();
  }

  private static List<String> types(JsonNode answer) {
    return StreamSupport.stream(answer.path("messages").spliterator(), false)
        .map(message -> message.path("type").asText())
        .toList();
  }
}
