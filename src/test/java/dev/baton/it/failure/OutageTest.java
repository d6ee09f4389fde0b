package dev.baton.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.dispatch.RetryPolicy;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Trial;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** A bot, or what is behind a target, is down for many conversations: they wait, and go on. */
class OutageTest {

  private static final String DOWN = "{\"status\":503}";
  private static final int MANY = 20;

  /** As many as make a system count as down with a call each. */
  private static final int SOME = 10;

  private static final int AT_ONCE = 5;
  private static final Duration PROBE = Duration.ofMillis(300);
  private static final int DRAIN_PER_SECOND = 10;

  private static final Org ORG = new Org();
  private static final String DATABASE =
      "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1";

  @SuppressWarnings("NullAway.Init")
  private static Baton baton;

  private static int bots;

  private String bot = "";
  private String queue = "";

  /** Six tries in one second, as against six in forty. */
  @Configuration(proxyBeanMethods = false)
  static class Retries {
    @Bean
    RetryPolicy retriesOfTests() {
      return new RetryPolicy(Collections.nCopies(5, Duration.ofMillis(200)));
    }
  }

  @BeforeAll
  static void start() {
    baton =
        Baton.startOn(
            DATABASE,
            ORG.simulator(),
            Retries.class,
            "baton.api.answer-limit=20ms",
            "baton.targets.enabled=queue,bot",
            "baton.bots.calls-at-once=" + AT_ONCE,
            "baton.outage.probe-every=" + PROBE.toMillis() + "ms",
            "baton.outage.drain-per-second=" + DRAIN_PER_SECOND);
  }

  @AfterAll
  static void stop() {
    baton.close();
    ORG.close();
  }

  @BeforeEach
  void aBotOfItsOwn() {
    bots++;
    bot = Org.bot(bots);
    queue = Org.queue(bots);
    ORG.heal();
    ORG.addBot(bot, queue);
  }

  @Test
  void aBotThatIsDownIsNotAskedByAllWhoWaitForItAndServesThemOneAfterTheOther() {
    List<String> keys = talking("many", MANY);
    down();
    ORG.forget();
    Instant wrote = Instant.now();
    writeTo(keys, "Order Status");
    awaitParked(MANY);
    Instant began = Instant.now();
    int tried = calls().size();
    assertThat(tried)
        .as("before it counted as down, and probes")
        .isLessThanOrEqualTo(SOME + AT_ONCE + probesSince(wrote));
    await("three probes", () -> calls().size() >= tried + 3);
    assertThat(calls().size() - tried).isLessThanOrEqualTo(probesSince(began));
    assertThat(incidents()).isZero();
    List<String> inOrder = parked();

    ORG.forget();
    ORG.heal();
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
    assertThat(incidents()).isZero();
    List<JsonNode> served = served();
    List<String> servedInOrder = served.stream().map(OutageTest::key).toList();
    assertThat(servedInOrder).hasSize(MANY).doesNotHaveDuplicates();
    List<String> afterTheProbe = new ArrayList<>(inOrder);
    afterTheProbe.remove(servedInOrder.get(0));
    assertThat(servedInOrder.subList(1, MANY)).isEqualTo(afterTheProbe);
    long drained = Duration.between(at(served.get(1)), at(served.get(MANY - 1))).toMillis();
    assertThat(drained).as("not all at once").isGreaterThan((MANY - 4) * 1000L / DRAIN_PER_SECOND);
    assertThat(baton.conversation(keys.get(0)).path("waiting").isNull()).isTrue();
  }

  @Test
  void whoeverLooksAtAConversationThatWaitsIsToldForWhatSinceWhenAndUntilWhen() {
    List<String> keys = talking("shown", SOME);
    down();
    writeTo(keys, "Order Status");
    awaitParked(SOME);
    JsonNode shown = baton.conversation(keys.get(0));
    assertThat(shown.path("state").asText()).isEqualTo("talking");
    JsonNode waiting = shown.path("waiting");
    assertThat(waiting.path("system").asText()).isEqualTo("bot " + bot);
    Instant since = Instant.parse(waiting.path("since").asText());
    assertThat(since).isBetween(Instant.now().minusSeconds(60), Instant.now());
    Instant askedAgainAt = Instant.parse(waiting.path("askedAgainAt").asText());
    assertThat(askedAgainAt).isBefore(Instant.now().plus(PROBE));
    for (String key : keys) {
      await(
          "asked in vain, and again later",
          () -> {
            JsonNode now = baton.conversation(key).path("waiting");
            return Instant.parse(now.path("askedAgainAt").asText())
                .isAfter(askedAgainAt.plus(PROBE));
          });
      String instance = baton.instances(key).path(0).path("id").asText();
      JsonNode task =
          baton.get("/engine-rest/external-task?processInstanceId=" + instance).json().path(0);
      assertThat(task.path("errorMessage").asText())
          .startsWith("Waits until bot " + bot + " answers again.");
      assertThat(task.path("retries").asInt()).isPositive();
    }
    assertThat(baton.conversation(keys.get(0)).path("waiting").path("since"))
        .hasToString(waiting.path("since").toString());
    ORG.heal();
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
  }

  @Test
  void whatWaitsSurvivesARestartAfterWhichTheBotIsAskedByOneOnly() {
    List<String> keys = talking("restart", MANY);
    down();
    writeTo(keys, "Order Status");
    awaitParked(MANY);
    baton.close();
    ORG.forget();
    Instant began = Instant.now();
    start();
    await("three probes", () -> calls().size() >= 3);
    assertThat(calls().size()).isLessThanOrEqualTo(probesSince(began));
    ORG.heal();
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
    assertThat(incidents()).isZero();
  }

  @Test
  void aBotThatHangsDoesNotSlowAnotherAndIsNotAskedMoreAtOnceThanIsAllowed() {
    List<String> keys = talking("hang", SOME);
    ORG.fault("{\"bot\":\"%s\"}".formatted(bot), "{\"delayMs\":60000}");
    writeTo(keys, "Order Status");
    await("the bot hangs", () -> hanging() == AT_ONCE);
    String other = Org.bot(900);
    ORG.addBot(other, queue);
    for (int n = 0; n < 3; n++) {
      baton.post("/api/conversations", Baton.object("key", "other" + n, "botId", other));
      baton.awaitAt("other" + n, "WaitForCustomer");
    }
    assertThat(hanging()).isEqualTo(AT_ONCE);
    ORG.heal();
    ORG.simulator().release();
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
  }

  @Test
  void whatACustomerWroteWhoLeftMeanwhileIsNotSentAndTheSessionIsEndedAfterwards() {
    List<String> keys = talking("left", SOME);
    // The bot has surely not heard any of it.
    ORG.fault("{\"bot\":\"%s\"}".formatted(bot), "{\"status\":429}");
    writeTo(keys, "Order Status");
    awaitParked(SOME);
    keys.forEach(key -> assertThat(baton.leave(key).status()).isEqualTo(204));
    keys.forEach(key -> baton.awaitState(key, "ended"));
    awaitParked(SOME);
    assertThat(jdbc().queryForList("select distinct kind from baton_order", String.class))
        .containsExactly("BOT_END");
    ORG.forget();
    ORG.heal();
    keys.forEach(baton::awaitOver);
    assertThat(served()).hasSize(SOME);
    assertThat(served()).allMatch(call -> call.path("method").asText().equals("DELETE"));
    keys.forEach(
        key -> assertThat(baton.conversation(key).path("undelivered").asInt()).isEqualTo(1));
  }

  @Test
  void aReportWaitsForItsBotAsLongAsItTakes() {
    ORG.addQueue(queue, "decline", 0);
    List<String> keys = talking("report", SOME);
    ORG.simulator().script("{\"org\":{\"afterDecline\":\"goes\"}}");
    ORG.fault("{\"body\":\"transferFailed\",\"bot\":\"%s\"}".formatted(bot), DOWN);
    ORG.forget();
    writeTo(keys, "Transfer To Agent");
    awaitParked(SOME);
    int tried = calls().size();
    await("more probes than an order has tries", () -> calls().size() > tried + 6);
    assertThat(incidents()).isZero();
    keys.forEach(key -> assertThat(baton.standsAt(key)).contains("TellFailed"));
    ORG.heal();
    keys.forEach(baton::awaitOver);
    for (String key : keys) {
      JsonNode transfer = baton.conversation(key).path("transfers").path(0);
      assertThat(transfer.path("report").asText()).isEqualTo("failed");
    }
  }

  @Test
  void nobodyWaitsForAnOrgThatIsKnownToBeDown() {
    List<String> keys = talking("org", SOME);
    String late = talking("late", 1).get(0);
    ORG.fault("{\"path\":\"/services/data/\"}", DOWN);
    writeTo(keys, "Transfer To Agent");
    keys.forEach(baton::awaitOver);
    Instant began = Instant.now();
    ORG.forget();
    writeTo(List.of(late), "Transfer To Agent");
    baton.awaitOver(late);
    assertThat(orgCalls()).isLessThanOrEqualTo(probesSince(began));
    JsonNode transfer = baton.conversation(late).path("transfers").path(0);
    assertThat(transfer.path("report").asText()).isEqualTo("failed");
    JsonNode attempt = transfer.path("attempts").path(0);
    assertThat(attempt.path("outcome").asText()).isEqualTo("error");
    // Of a probe it says what that was answered.
    assertThat(attempt.path("detail").asText()).containsAnyOf("org is down, since 20", "503");
    assertThat(Instant.parse(attempt.path("until").asText()))
        .as("without a second try")
        .isBefore(Instant.parse(attempt.path("from").asText()).plusSeconds(3));

    String other = Org.bot(901);
    ORG.addBotBefore(bot, other);
    ORG.addBot(other, queue);
    talking("next", 1);
    writeTo(List.of("next0"), "Transfer To Agent");
    await(
        "the next target has it",
        () ->
            baton
                .conversation("next0")
                .path("transfers")
                .path(0)
                .path("attempts")
                .path(0)
                .path("outcome")
                .asText()
                .equals("accepted"));
    assertThat(incidents()).isZero();
  }

  @Test
  void whatOneConversationMeetsAloneIsItsIncident() {
    List<String> keys = talking("alone", 1);
    down();
    writeTo(keys, "Order Status");
    baton.awaitState("alone0", "failed");
    assertThat(incidents()).isEqualTo(1);
    baton.leave("alone0");
    ORG.heal();
    baton.awaitOver("alone0");
  }

  private void down() {
    ORG.fault("{\"bot\":\"%s\"}".formatted(bot), DOWN);
  }

  private List<String> talking(String prefix, int count) {
    List<String> keys = IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
    for (String key : keys) {
      int status =
          baton.post("/api/conversations", Baton.object("key", key, "botId", bot)).status();
      assertThat(status).isIn(201, 202);
    }
    keys.forEach(key -> baton.awaitAt(key, "WaitForCustomer"));
    return keys;
  }

  private static void writeTo(List<String> keys, String text) {
    keys.forEach(key -> baton.write(key, "m", text));
  }

  private static int probesSince(Instant began) {
    return (int) Duration.between(began, Instant.now()).dividedBy(PROBE) + 1;
  }

  private static JdbcTemplate jdbc() {
    return new JdbcTemplate(baton.bean(DataSource.class));
  }

  private static void awaitParked(int count) {
    await(count + " wait", () -> parked().size() == count);
  }

  /** Which conversations wait for a system that is down, in the order of their orders. */
  private static List<String> parked() {
    return jdbc()
        .queryForList(
            "select conversation_key from baton_order where parked_for is not null order by id",
            String.class);
  }

  private static int incidents() {
    return baton.get("/engine-rest/incident").json().size();
  }

  /** What this test's bot was asked in its sessions. */
  private List<JsonNode> calls() {
    Map<String, String> sessions = sessions();
    return ORG.journal().stream()
        .filter(call -> sessions.keySet().stream().anyMatch(call.path("path").asText()::contains))
        .toList();
  }

  private List<JsonNode> served() {
    return calls().stream().filter(call -> call.path("status").asInt() == 200).toList();
  }

  private static long orgCalls() {
    return ORG.journal().stream()
        .filter(call -> call.path("path").asText().startsWith("/services/data/"))
        .count();
  }

  private static long hanging() {
    return ORG.journal().stream().filter(Org::unanswered).count();
  }

  /** The conversations of all bots, by their sessions. */
  private static Map<String, String> sessions() {
    Map<String, String> sessions = new HashMap<>();
    jdbc()
        .query(
            """
            select session_id, conversation_key from baton_conversation
            where session_id is not null""",
            row -> {
              sessions.put(row.getString(1), row.getString(2));
            });
    return sessions;
  }

  private static String key(JsonNode call) {
    return sessions().entrySet().stream()
        .filter(session -> call.path("path").asText().contains(session.getKey()))
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
