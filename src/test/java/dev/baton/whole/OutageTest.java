package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** A bot, or what is behind a target, is down for many conversations: they wait, and go on. */
class OutageTest {

  private static final String BOT = Org.bot(1);
  private static final String OTHER_BOT = Org.bot(2);
  private static final String QUEUE = Org.queue(1);
  private static final String DOWN = "{\"status\":503}";
  private static final int MANY = 30;
  private static final int PROBE_MILLIS = 500;
  private static final int DRAIN_PER_SECOND = 10;

  private final String database =
      "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1";
  private final Org org = new Org();

  @SuppressWarnings("NullAway.Init") // Each test starts its own.
  private Baton baton;

  @AfterEach
  void stop() {
    baton.close();
    org.close();
  }

  @Test
  void aBotThatIsDownIsNotAskedByAllWhoWaitForItAndServesThemOneAfterTheOther() {
    start();
    List<String> keys = talking("c", MANY);
    fault(BOT);
    org.forget();
    Instant began = Instant.now();
    writeTo(keys, "Order Status");
    awaitParked(MANY);
    int tried = calls().size();
    await("three probes", () -> calls().size() >= tried + 3);
    long probes = Duration.between(began, Instant.now()).toMillis() / PROBE_MILLIS + 1;
    assertThat((long) calls().size()).isLessThanOrEqualTo(MANY + probes);
    assertThat(incidents()).isEmpty();
    List<String> inOrder = parkedInOrder();

    org.forget();
    org.heal();
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
    assertThat(incidents()).isEmpty();
    assertThat(orders()).isZero();
    List<JsonNode> served =
        calls().stream().filter(call -> call.path("status").asInt() == 200).toList();
    List<String> servedInOrder = served.stream().map(this::key).toList();
    assertThat(servedInOrder).hasSize(MANY).doesNotHaveDuplicates();
    List<String> afterTheProbe = new ArrayList<>(inOrder);
    afterTheProbe.remove(servedInOrder.get(0));
    assertThat(servedInOrder.subList(1, MANY)).isEqualTo(afterTheProbe);
    long drained = Duration.between(at(served.get(1)), at(served.get(MANY - 1))).toMillis();
    assertThat(drained).as("not all at once").isGreaterThan((MANY - 3) * 1000L / DRAIN_PER_SECOND);
    keys.forEach(key -> assertThat(baton.conversation(key).path("waiting").isNull()).isTrue());
  }

  @Test
  void whoeverLooksAtAConversationThatWaitsIsToldForWhatSinceWhenAndUntilWhen() {
    start("baton.outage.probe-every=1h");
    List<String> keys = talking("c", 10);
    fault(BOT);
    writeTo(keys, "Order Status");
    awaitParked(10);
    JsonNode shown = baton.conversation(keys.get(0));
    assertThat(shown.path("state").asText()).isEqualTo("talking");
    JsonNode waiting = shown.path("waiting");
    assertThat(waiting.path("system").asText()).isEqualTo("bot " + BOT);
    Instant since = Instant.parse(waiting.path("since").asText());
    assertThat(since).isBetween(Instant.now().minusSeconds(60), Instant.now());
    assertThat(Instant.parse(waiting.path("askedAgainAt").asText()))
        .isBetween(since.plusSeconds(3500), since.plusSeconds(3700));
    JsonNode tasks = baton.get("/engine-rest/external-task").json();
    assertThat(tasks).hasSize(10);
    for (JsonNode task : tasks) {
      assertThat(task.path("errorMessage").asText())
          .startsWith("Waits until bot " + BOT + " answers again.");
      assertThat(task.path("retries").asInt()).isPositive();
    }
  }

  @Test
  void whatWaitsSurvivesARestartAfterWhichTheBotIsAskedByOneOnly() {
    start();
    List<String> keys = talking("c", MANY);
    fault(BOT);
    writeTo(keys, "Order Status");
    awaitParked(MANY);
    baton.close();
    org.forget();
    Instant began = Instant.now();
    start();
    await("three probes", () -> calls().size() >= 3);
    long probes = Duration.between(began, Instant.now()).toMillis() / PROBE_MILLIS + 1;
    assertThat((long) calls().size()).isLessThanOrEqualTo(probes);
    org.heal();
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
    assertThat(incidents()).isEmpty();
    assertThat(orders()).isZero();
  }

  @Test
  void aBotThatHangsDoesNotSlowAnother() {
    start("baton.bots.calls-at-once=5", "baton.api.answer-limit=20ms");
    List<String> keys = talking("c", 10);
    org.fault("{\"bot\":\"%s\"}".formatted(BOT), "{\"delayMs\":8000}");
    keys.forEach(key -> baton.write(key, "m", "Order Status"));
    await("the bot hangs", () -> org.journal().stream().filter(Org::unanswered).count() == 5);
    for (int n = 0; n < 5; n++) {
      long started = System.nanoTime();
      baton.post("/api/conversations", Baton.object("key", "d" + n, "botId", OTHER_BOT));
      baton.awaitAt("d" + n, "WaitForCustomer");
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(4));
    }
    assertThat(org.journal().stream().filter(Org::unanswered).count()).isEqualTo(5);
    org.heal();
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
  }

  @Test
  void whoLeavesWhileTheBotIsDownIsNotSentAndTheSessionIsEndedAfterwards() {
    start();
    List<String> keys = talking("c", 10);
    fault(BOT);
    writeTo(keys, "Order Status");
    awaitParked(10);
    keys.forEach(key -> assertThat(baton.leave(key).status()).isEqualTo(204));
    keys.forEach(key -> assertThat(state(key)).isEqualTo("ended"));
    awaitParked(10);
    assertThat(jdbc().queryForList("select distinct kind from baton_order", String.class))
        .containsExactly("BOT_END");
    org.forget();
    org.heal();
    keys.forEach(baton::awaitOver);
    await("nothing is left", () -> orders() == 0);
    List<JsonNode> served =
        calls().stream().filter(call -> call.path("status").asInt() == 200).toList();
    assertThat(served).hasSize(10);
    assertThat(served).allMatch(call -> call.path("method").asText().equals("DELETE"));
    keys.forEach(
        key -> assertThat(baton.conversation(key).path("undelivered").asInt()).isEqualTo(1));
  }

  @Test
  void aReportWaitsForItsBotAsLongAsItTakes() {
    start();
    org.addQueue(QUEUE, "decline", 0);
    org.simulator().script("{\"org\":{\"afterDecline\":\"goes\"}}");
    List<String> keys = talking("c", 10);
    org.fault("{\"body\":\"transferFailed\"}", DOWN);
    writeTo(keys, "Transfer To Agent");
    awaitParked(10);
    await("probes", () -> calls().size() > 20);
    assertThat(incidents()).isEmpty();
    keys.forEach(key -> assertThat(baton.standsAt(key)).containsExactly("TellFailed"));
    org.heal();
    keys.forEach(baton::awaitOver);
    for (String key : keys) {
      JsonNode transfer = baton.conversation(key).path("transfers").path(0);
      assertThat(transfer.path("report").asText()).isEqualTo("failed");
    }
  }

  @Test
  void theNextTargetIsAskedAtOnceWhenTheOrgIsKnownToBeDown() {
    start("baton.targets.enabled=queue,bot");
    org.addQueue(QUEUE, "wait", 0);
    org.simulator()
        .script(
            """
            {"bots":{"%s":{"targets":[{"type":"Salesforce:Core:Queue:Id","value":"%s"},
                                      {"type":"Salesforce:Core:Bot:Id","value":"%s"}]}}}"""
                .formatted(BOT, QUEUE, OTHER_BOT));
    org.fault("{\"path\":\"/services/data/\"}", DOWN);
    List<String> keys = talking("c", 6);
    writeTo(keys, "Transfer To Agent");
    keys.forEach(this::awaitOtherBot);

    String late = talking("late", 1).get(0);
    org.forget();
    long started = System.nanoTime();
    writeTo(List.of(late), "Transfer To Agent");
    awaitOtherBot(late);
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(8));
    JsonNode first = baton.conversation(late).path("transfers").path(0).path("attempts").path(0);
    assertThat(first.path("outcome").asText()).isEqualTo("error");
    assertThat(first.path("detail").asText()).startsWith("org is down, since ");
    assertThat(org.journal())
        .filteredOn(call -> call.path("path").asText().startsWith("/services/data/"))
        .as("but for probes")
        .hasSizeLessThan(3);
    assertThat(incidents()).isEmpty();
  }

  @Test
  void faultsOfOneConversationAloneAreAnIncidentAsBefore() {
    baton =
        Baton.startOn(database, org.simulator(), ShortRetries.class, "baton.api.answer-limit=1s");
    org.addBot(BOT, QUEUE);
    List<String> keys = talking("c", 1);
    fault(BOT);
    writeTo(keys, "Order Status");
    baton.awaitState("c0", "failed");
    assertThat(incidents()).hasSize(1);
  }

  private void start(String... more) {
    org.addBot(BOT, QUEUE);
    org.addBot(OTHER_BOT, QUEUE);
    List<String> all =
        new ArrayList<>(
            List.of(
                "baton.api.answer-limit=20ms",
                "baton.outage.probe-every=" + PROBE_MILLIS + "ms",
                "baton.outage.drain-per-second=" + DRAIN_PER_SECOND));
    all.addAll(List.of(more));
    baton = Baton.startOn(database, org.simulator(), all.toArray(String[]::new));
  }

  private void fault(String bot) {
    org.fault("{\"bot\":\"%s\"}".formatted(bot), DOWN);
  }

  private List<String> talking(String prefix, int count) {
    List<String> keys = IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
    for (String key : keys) {
      int status =
          baton.post("/api/conversations", Baton.object("key", key, "botId", BOT)).status();
      assertThat(status).isIn(201, 202);
    }
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
    return keys;
  }

  private void writeTo(List<String> keys, String text) {
    keys.forEach(key -> baton.write(key, "m", text));
  }

  private void awaitOtherBot(String key) {
    await(
        key + " is with the other bot",
        () ->
            jdbc()
                .queryForList(
                    "select bot_id from baton_conversation where conversation_key = ?",
                    String.class,
                    key)
                .equals(List.of(OTHER_BOT)));
  }

  private JdbcTemplate jdbc() {
    return new JdbcTemplate(baton.bean(DataSource.class));
  }

  private void awaitParked(int count) {
    await(count + " wait", () -> parkedInOrder().size() == count);
  }

  private List<String> parkedInOrder() {
    return jdbc()
        .queryForList(
            "select conversation_key from baton_order where parked_for is not null order by id",
            String.class);
  }

  private int orders() {
    return jdbc().queryForList("select id from baton_order").size();
  }

  private JsonNode incidents() {
    return baton.get("/engine-rest/incident").json();
  }

  private String state(String key) {
    return baton.conversation(key).path("state").asText();
  }

  /** What the sessions of bots were asked. */
  private List<JsonNode> calls() {
    return org.journal().stream()
        .filter(call -> call.path("path").asText().contains("/sessions/"))
        .toList();
  }

  private String key(JsonNode call) {
    Map<String, String> keys = new HashMap<>();
    jdbc()
        .query(
            "select session_id, conversation_key from baton_conversation",
            row -> {
              keys.put(row.getString(1), row.getString(2));
            });
    String path = call.path("path").asText();
    return keys.entrySet().stream()
        .filter(entry -> path.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  private static Instant at(JsonNode call) {
    return Instant.parse(call.path("at").asText());
  }

  private static void await(String what, Callable<Boolean> done) {
    Trial.until(what, done, Boolean.TRUE::equals);
  }
}
