package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No answer of a bot brings its conversation to a standstill that no operator hears of. */
class OddBotTest {

  enum Database {
    H2,
    POSTGRES;

    private Trial start() {
      return this == H2
          ? Trial.startWith(ShortRetries.class)
          : Trial.startOn(Postgres.newDatabase(), ShortRetries.class, Postgres.USER);
    }
  }

  /** What the bot answers, and the types of the messages that the channel is given. */
  private record Odd(ObjectNode then, String given) {}

  private static final Map<String, Odd> ODD = new LinkedHashMap<>();

  static {
    odd("no messages", "{\"messages\":[]}", "");
    odd("an empty object", "{}", "");
    odd("messages that are null", "{\"messages\":null}", "");
    odd("messages that are an object", "{\"messages\":{}}", "");
    odd("messages that are none", "{\"messages\":[null,1,\"text\",[]]}", "");
    odd("an empty text", "{\"messages\":[{\"type\":\"text\",\"id\":\"t1\",\"text\":\"\"}]}", "");
    ODD.put("an empty body", new Odd(Baton.object("body", "none").put("status", 200), ""));
    ODD.put("no content", new Odd(Baton.object("body", "none").put("status", 204), ""));
    odd(
        "unknown messages only",
        "{\"messages\":[{\"type\":\"hologram\",\"id\":\"h1\"},{\"id\":\"h2\"}]}",
        "hologram,");
    odd(
        "one id twice",
        """
        {"messages":[{"type":"text","id":"t1","text":"One"},{"type":"text","id":"t1","text":"Two"}]}""",
        "text,text");
  }

  private static void odd(String name, String body, String given) {
    ODD.put(name, new Odd(Baton.object("raw", body).put("status", 200), given));
  }

  @ParameterizedTest
  @EnumSource(Database.class)
  void oddAnswersAreAnswers(Database database) {
    try (Trial trial = database.start()) {
      answersToMessages(trial);
      answersToMessagesWhileOthersWait(trial);
      answersToStarts(trial);
      answersToReports(trial);
      answersThatAreNoObject(trial);
      targetsThatNobodyCouldKeep(trial);
    }
  }

  private static void answersToMessages(Trial trial) {
    trial.simulator.script(faults((name, odd) -> fault(name, odd.then)));
    Map<String, CompletableFuture<Baton.Answer>> answers =
        forEach(
            "alone ",
            (name, key) -> {
              trial.baton.begin(key);
              return trial.baton.writeLater(key, "m1", name);
            });
    answers.forEach((name, answer) -> assertGiven(name, answer.join()));
    forEach(
        "alone ",
        (name, key) -> {
          goesOn(trial, name, key, "m2", 3);
          return key;
        });
  }

  private static void answersToMessagesWhileOthersWait(Trial trial) {
    trial.simulator.script(
        faults((name, odd) -> fault(name, odd.then.deepCopy().put("delayMs", 1500))));
    trial.forget();
    Map<String, CompletableFuture<Baton.Answer>> first =
        forEach(
            "waits ",
            (name, key) -> {
              trial.baton.begin(key);
              return trial.baton.writeLater(key, "m1", name);
            });
    Map<String, CompletableFuture<Baton.Answer>> second =
        forEach("waits ", (name, key) -> trial.baton.writeLater(key, "m2", name));
    Map<String, CompletableFuture<Baton.Answer>> third =
        forEach("waits ", (name, key) -> trial.baton.writeLater(key, "m3", "Order Status"));
    first.forEach((name, answer) -> assertGiven(name, answer.join()));
    second.forEach((name, answer) -> assertGiven(name, answer.join()));
    third.forEach(
        (name, answer) -> assertThat(types(answer.join())).as(name).isEqualTo("text,choices"));
    forEach(
        "waits ",
        (name, key) -> {
          goesOn(trial, name, key, "m4", 5);
          return key;
        });
  }

  /** The conversation stands where it stood, and takes the next message. */
  private static void goesOn(Trial trial, String name, String key, String id, int calls) {
    Baton baton = trial.baton;
    assertThat(types(baton.writeLater(key, id, "Order Status").join()))
        .as(name)
        .isEqualTo("text,choices");
    assertThat(baton.conversation(key).path("state").asText()).as(name).isEqualTo("talking");
    assertThat(trial.trail(key)).as(name).hasSize(calls).startsWith("start").doesNotContain("503");
    baton.leave(key);
    trial.awaitNothingLeft(key);
  }

  private static void answersToStarts(Trial trial) {
    Baton baton = trial.baton;
    String session = UUID.randomUUID().toString();
    ObjectNode then = Baton.object("raw", "{\"sessionId\":\"%s\"}".formatted(session));
    trial.simulator.script(script(List.of(start(then.put("status", 200)))));
    JsonNode begun = baton.begin("no greeting");
    assertThat(begun.path("state").asText()).isEqualTo("talking");
    assertThat(begun.path("messages")).isEmpty();
    baton.leave("no greeting");
    trial.awaitNothingLeft("no greeting");

    // Without a session there is nobody to talk to.
    trial.simulator.script(script(List.of(start(Baton.object("body", "none").put("status", 204)))));
    assertThat(baton.begin("no session").path("state").asText()).isEqualTo("failed");
    baton.leave("no session");
    trial.awaitNothingLeft("no session");
  }

  private static ObjectNode start(ObjectNode then) {
    ObjectNode fault = Baton.object();
    fault.putObject("match").put("path", "/sessions$").put("times", 0);
    fault.set("then", then);
    return fault;
  }

  private static void answersToReports(Trial trial) {
    Baton baton = trial.baton;
    for (String report : List.of("transferFailed", "transferSucceeded")) {
      ObjectNode then = Baton.object("body", "none").put("status", 204);
      trial.simulator.script(script(List.of(fault(report, then))));
      baton.begin(report);
      baton.write(report, "m1", "Transfer To Agent");
      String offered = trial.awaitCase(report, 1);
      if (report.equals("transferFailed")) {
        baton.cancelTransfer(report);
        baton.awaitAt(report, "WaitForCustomer");
        baton.leave(report);
      } else {
        trial.accept(offered);
        baton.awaitState(report, "transferred");
      }
      trial.awaitNothingLeft(report);
      assertThat(baton.conversation(report).path("transfers").path(0).path("report").asText())
          .isEqualTo(report.equals("transferFailed") ? "failed" : "succeeded");
    }
  }

  private static void answersThatAreNoObject(Trial trial) {
    Baton baton = trial.baton;
    for (String body : List.of("null", "[]", "7", "{")) {
      String key = "no object " + body.codePointAt(0);
      trial.simulator.script(
          script(List.of(fault("Order", Baton.object("raw", body).put("status", 200)))));
      baton.begin(key);
      assertThat(baton.write(key, "m1", "Order Status").path("state").asText()).isEqualTo("failed");
      baton.leave(key);
      trial.awaitNothingLeft(key);
    }
  }

  /** They are none, and the bot is told. */
  private static void targetsThatNobodyCouldKeep(Trial trial) {
    trial.simulator.script(
        """
        {"faults":[],"bots":{"%s":{"targets":[{"type":"Salesforce:Core:Queue:Id","value":"%s"},
         {"type":"Salesforce:Core:Queue:Id","value":"a\\u0000b"},
         {"type":"Salesforce:Core:Queue:Id","value":"\\ud800"}]}}}"""
            .formatted(Simulator.DEMO_BOT_ID, "0".repeat(300)));
    trial.baton.begin("odd targets");
    trial.baton.write("odd targets", "m1", "Transfer To Agent");
    JsonNode ended = trial.baton.awaitState("odd targets", "ended");
    assertThat(ended.path("transfers")).hasSize(1);
    assertThat(ended.path("transfers").path(0).path("report").asText()).isEqualTo("failed");
    assertThat(trial.trail("odd targets")).anyMatch(line -> line.startsWith("transferFailed"));
  }

  private static <T> Map<String, T> forEach(String prefix, BiFunction<String, String, T> does) {
    Map<String, T> done = new LinkedHashMap<>();
    ODD.keySet().forEach(name -> done.put(name, does.apply(name, prefix + name)));
    return done;
  }

  private static void assertGiven(String name, Baton.Answer answer) {
    assertThat(answer.status()).as(name + answer.body()).isEqualTo(200);
    assertThat(types(answer)).as(name).isEqualTo(Objects.requireNonNull(ODD.get(name)).given);
    assertThat(answer.json().path("state").asText()).as(name).isEqualTo("talking");
  }

  private static String types(Baton.Answer answer) {
    return StreamSupport.stream(answer.json().path("messages").spliterator(), false)
        .map(message -> message.path("type").asText())
        .collect(Collectors.joining(","));
  }

  private static String faults(BiFunction<String, Odd, ObjectNode> each) {
    return script(ODD.entrySet().stream().map(e -> each.apply(e.getKey(), e.getValue())).toList());
  }

  private static ObjectNode fault(String body, ObjectNode then) {
    ObjectNode fault = Baton.object();
    fault.putObject("match").put("body", body).put("times", 0);
    fault.set("then", then.deepCopy().put("processed", true));
    return fault;
  }

  private static String script(List<ObjectNode> faults) {
    ObjectNode script = Baton.object().put("reset", true);
    ArrayNode list = script.putArray("faults");
    faults.forEach(list::add);
    return script.toString();
  }
}
