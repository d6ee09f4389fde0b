package dev.baton.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Somebody wants to be forgotten. History is kept in full here, so there is most to be found. */
class ErasureTest {

  private static final String WORDS = "Quetzalcoatl";

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial =
        Trial.startWith(
            ShortRetries.class,
            "camunda.bpm.history-level=full",
            "baton.targets.enabled=queue,bot");
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void nothingOfTheConversationIsLeftInAnyTable() {
    trial.script("{}");
    baton.begin("forget-me");
    baton.begin("keep-me");
    baton.correlate("forget-me", "m1", WORDS + " one");
    baton.write("forget-me", "m2", "Transfer To Agent");
    trial.awaitCase("forget-me", 1);
    baton.write("forget-me", "m3", WORDS + " two");
    String instance = baton.instances("forget-me").path(0).path("id").asText();
    String offer = trial.offerKeys("forget-me").get(0);
    trial.accept(trial.cases("forget-me").get(0));
    trial.awaitNothingLeft("forget-me");
    assertThat(tablesWith("forget-me", instance, offer, WORDS)).isNotEmpty();

    Baton.Answer erased = erase("forget-me");

    assertThat(erased.status()).isEqualTo(200);
    JsonNode removed = erased.json();
    assertThat(removed.path("messages").asInt()).isEqualTo(3);
    assertThat(removed.path("lines").asInt()).isGreaterThan(6);
    assertThat(removed.path("transfers").asInt()).isEqualTo(1);
    assertThat(removed.path("offers").asInt()).isPositive();
    assertThat(removed.path("processInstances").asInt())
        .as("the conversation, and one message by the engine's own interface")
        .isEqualTo(2);
    // What users of the engine did is theirs, and has no more of the conversation than its id.
    assertThat(tablesWith("forget-me", instance, offer, WORDS))
        .allMatch(place -> place.toLowerCase(Locale.ROOT).startsWith("act_hi_op_log."));
    assertThat(tablesWith("forget-me", offer, WORDS)).isEmpty();
    assertThat(baton.conversation("forget-me").path("status").asInt()).isEqualTo(404);
    assertThat(baton.conversation("keep-me").path("state").asText()).isEqualTo("talking");

    Baton.Answer again = erase("forget-me");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json()).allSatisfy(count -> assertThat(count.asInt()).isZero());

    // The key is free: a new conversation has nothing of the old one.
    assertThat(baton.begin("forget-me").path("state").asText()).isEqualTo("talking");
    assertThat(trial.said("forget-me")).noneMatch(line -> line.contains(WORDS));
  }

  @Test
  void aConversationThatGoesOnIsNotErased() {
    trial.script("{}");
    baton.begin("going on");
    refused("going on", "its process still runs");
    trial.change(
        "{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':403,'message':'no'}}]}");
    baton.write("going on", "m1", "Order Status");
    baton.awaitState("going on", "failed");
    refused("going on", "its process still runs");
    assertThat(baton.conversation("going on").path("transcript").size()).isPositive();
  }

  @Test
  void aSessionThatIsStillToBeEndedIsNotForgotten() {
    trial.script("{}");
    baton.begin("cut short");
    trial.change("{'faults':[{'match':{'method':'DELETE'},'then':{'delayMs':60000}}]}");
    String instance = baton.instances("cut short").path(0).path("id").asText();
    baton.send(baton.request("/engine-rest/process-instance/" + instance).DELETE());
    baton.awaitOver("cut short");
    refused("cut short", "still being ended");
    trial.release();
    trial.awaitNothingLeft("cut short");
    assertThat(erase("cut short").status()).isEqualTo(200);
  }

  private static void refused(String key, String words) {
    Baton.Answer answer = erase(key);
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.json().path("detail").asText()).contains(words);
  }

  private static Baton.Answer erase(String key) {
    return baton.send(
        baton.request("/api/conversations/" + key.replace(" ", "%20") + "/data").DELETE());
  }

  /** The columns of all tables, the engine's and Baton's, where one of these texts stands. */
  private static List<String> tablesWith(String... texts) {
    List<Map<String, Object>> columns =
        trial.jdbc.queryForList(
            """
            select table_name, column_name from information_schema.columns
            where lower(table_schema) = 'public' and table_name <> 'baton_schema_history' and (lower(data_type) like '%char%'
              or lower(data_type) like '%large object%')""");
    assertThat(columns).hasSizeGreaterThan(250);
    return columns.stream()
        .filter(column -> has(column, texts))
        .map(column -> column.get("table_name") + "." + column.get("column_name"))
        .toList();
  }

  private static boolean has(Map<String, Object> column, String... texts) {
    String name = String.valueOf(column.get("column_name"));
    return trial
        .jdbc
        .query(
            "select %s from %s where %1$s is not null".formatted(name, column.get("table_name")),
            (row, number) -> new String(row.getBytes(1), StandardCharsets.UTF_8))
        .stream()
        .anyMatch(value -> Stream.of(texts).anyMatch(value::contains));
  }
}
