package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.baton.http.TestServer.Reply;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random escalations on PostgreSQL: kinds of targets, what they answer and when, faults, customers
 * who type, leave and cancel, and an application that is killed in the middle. Whatever happens to
 * one, all of what {@link #judge} asserts holds of it. How many: {@code -Descalations=1000}; from
 * which random number on: {@code -Dseed=1}; without the first batches: {@code -Dfrom=700}.
 */
@Tag("slow")
class ThousandEscalationsTest {

  private static final int ESCALATIONS = Integer.getInteger("escalations", 100);
  private static final long SEED = Long.getLong("seed", 1);
  private static final int FROM = Integer.getInteger("from", 0);
  private static final int BATCH = 50;
  private static final String TRANSFER = "Transfer To Agent";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Org org = new Org();
  private final Desk desk = new Desk();
  private final AtomicReference<Baton> baton = new AtomicReference<>();
  private final Map<String, Set<String>> accepted = new ConcurrentHashMap<>();
  private final Queue<Future<?>> deeds = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> ends = new TreeMap<>();
  private int agents;
  private final ScheduledExecutorService customers = Executors.newScheduledThreadPool(32);

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void everyEscalationEndsOnceAndLosesNothing() {
    String database = Postgres.newDatabase();
    org.simulator().script("{\"org\":{\"afterDecline\":\"goes\"}}");
    baton.set(fork(database));
    Random random = new Random(SEED);
    desk.otherwise = this::decided;
    try (org;
        desk) {
      for (int from = 0; from < ESCALATIONS; from += BATCH) {
        List<Escalation> batch =
            IntStream.range(from, Math.min(from + BATCH, ESCALATIONS))
                .mapToObj(n -> Escalation.draw(n + 1, random))
                .toList();
        if (from < FROM) {
          continue;
        }
        prepare(batch);
        batch.forEach(this::live);
        await("half of them escalate", () -> escalated(batch) >= batch.size() / 2);
        baton.get().kill();
        baton.set(fork(database));
        allDone();
        batch.forEach(this::comesToRest);
        List<JsonNode> journal = org.journal();
        batch.forEach(escalation -> judge(escalation, journal));
        nothingIsLeftInTheOrg();
        org.forget();
      }
      System.out.printf("%d escalations, seed %d: %s%n", ESCALATIONS, SEED, ends);
    } finally {
      customers.shutdownNow();
      baton.get().close();
    }
  }

  private Baton fork(String database) {
    return Baton.forkOn(
        database,
        org.simulator(),
        "spring.datasource.username=postgres",
        "spring.main.sources=" + ShortestRetries.class.getName(),
        "baton.targets.enabled=queue,skill,agent,flow,bot",
        "baton.targets.webhook.desk.url=" + desk.url(),
        "baton.targets.webhook.desk.secret=" + Desk.SECRET,
        "baton.transfer.watch-every=200ms",
        "baton.transfer.after-failure=back-to-bot");
  }

  /** The desk accepts, declines or stays silent, as the offer's key has it: nobody knows that. */
  private @Nullable Reply decided(JsonNode message) {
    String offer = message.path("offer").asText();
    if (message.path("type").asText().equals("offer")) {
      switch (Math.floorMod(offer.hashCode(), 3)) {
        case 0 -> desk.decide(offer, Desk.ACCEPTED);
        case 1 -> desk.decide(offer, Desk.CLOSED);
        default -> {}
      }
    }
    return null;
  }

  private void prepare(List<Escalation> batch) {
    ArrayNode faults = JSON.createArrayNode();
    for (Escalation escalation : batch) {
      org.simulator().script(escalation.world().toString());
      faults.addAll(escalation.faults());
    }
    org.simulator().script(JSON.createObjectNode().set("faults", faults).toString());
  }

  // What the customers do. Whoever gets no answer, since the application is gone, asks again.

  private void live(Escalation escalation) {
    later(
        0,
        () -> {
          String key = escalation.key();
          said(
              () ->
                  baton
                      .get()
                      .startProcess(
                          key,
                          "botId",
                          escalation.bot(),
                          "strategy",
                          escalation.strategy(),
                          "patience",
                          escalation.patience()));
          write(key, "transfer", TRANSFER);
          for (int i = 0; i < escalation.typed(); i++) {
            String text = key + " typed " + i;
            later(escalation.afterMs() * i / 3, () -> write(key, text, text));
          }
          switch (escalation.deed()) {
            case WAITS -> {}
            case LEAVES -> later(escalation.afterMs(), () -> said(() -> baton.get().leave(key)));
            case CANCELS ->
                later(escalation.afterMs(), () -> said(() -> baton.get().cancelTransfer(key)));
          }
        });
  }

  private void later(int delayMs, Runnable deed) {
    deeds.add(customers.schedule(deed, delayMs, TimeUnit.MILLISECONDS));
  }

  /** Each customer has done what it was to do, and was answered. */
  private void allDone() {
    // A deed may add another, but never after it is done itself.
    for (Future<?> deed = deeds.poll(); deed != null; deed = deeds.poll()) {
      try {
        deed.get(3, TimeUnit.MINUTES);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new AssertionError("A customer was not answered", e);
      }
    }
  }

  private void write(String key, String id, String text) {
    Baton.Answer answer =
        said(
            () ->
                baton
                    .get()
                    .post(
                        "/api/conversations/" + key + "/messages",
                        Baton.object("id", id, "text", text)));
    if (answer.status() < 300) {
      accepted.computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet()).add(text);
    }
  }

  private static Baton.Answer said(Supplier<Baton.Answer> call) {
    return Awaitility.await("an answer")
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(200))
        .ignoreException(UncheckedIOException.class)
        .until(call::get, answer -> answer.status() < 500);
  }

  private static void await(String what, Supplier<Boolean> condition) {
    Awaitility.await(what)
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(100))
        .ignoreException(UncheckedIOException.class)
        .until(condition::get);
  }

  private long escalated(List<Escalation> batch) {
    return batch.stream()
        .filter(e -> !baton.get().conversation(e.key()).path("transfers").isEmpty())
        .count();
  }

  private void comesToRest(Escalation escalation) {
    try {
      await(escalation.key(), () -> atRest(escalation));
    } catch (ConditionTimeoutException e) {
      String key = escalation.key();
      throw new AssertionError(
          "%s stands at %s: %s"
              .formatted(escalation, baton.get().standsAt(key), baton.get().conversation(key)),
          e);
    }
  }

  private boolean atRest(Escalation escalation) {
    JsonNode now = baton.get().conversation(escalation.key());
    return switch (now.path("state").asText()) {
      case "talking" -> baton.get().standsAt(escalation.key()).equals(List.of("WaitForCustomer"));
      case "transferred", "ended" -> baton.get().instances(escalation.key()).isEmpty();
      default -> false;
    };
  }

  // What has to hold of each

  private void judge(Escalation escalation, List<JsonNode> journal) {
    String key = escalation.key();
    JsonNode shown = baton.get().conversation(key);
    List<String> sessions =
        escalation.bots().stream().flatMap(bot -> Org.sessions(journal, bot).stream()).toList();
    List<JsonNode> calls =
        journal.stream()
            .filter(call -> call.path("effect").asText().equals("processed"))
            .filter(call -> sessions.stream().anyMatch(s -> ofSession(call, s)))
            .toList();
    onceReported(escalation, shown, calls);
    oneOutcomeEach(escalation, shown);
    nothingLostOrTwice(escalation, shown, calls, journal);
    ends.merge(
        shown.path("state").asText()
            + " "
            + shown.path("transfers").path(0).path("report").asText("none"),
        1,
        Integer::sum);
  }

  private static boolean ofSession(JsonNode call, String session) {
    return call.path("session").asText().equals(session)
        || call.path("path").asText().contains("/sessions/" + session);
  }

  /**
   * Each escalate has one report at the bot, or the customer had left, or the session was gone. Who
   * leaves while the report is under way leaves it in doubt.
   */
  private static void onceReported(Escalation escalation, JsonNode shown, List<JsonNode> calls) {
    boolean left = calls.stream().anyMatch(ended("UserRequest"));
    for (JsonNode transfer : shown.path("transfers")) {
      String escalate = transfer.path("escalateId").asText();
      List<String> reports =
          calls.stream()
              .map(call -> call.path("body").path("message"))
              .filter(message -> message.path("inReplyToMessageId").asText().equals(escalate))
              .map(message -> message.path("type").asText())
              .toList();
      String report = transfer.path("report").asText("");
      if (report.equals("unconfirmed") && left) {
        assertThat(reports).as("%s %s", escalation, shown).hasSizeLessThanOrEqualTo(1);
      } else if ((report.isEmpty() && left) || report.equals("session-gone")) {
        assertThat(reports).as("%s %s", escalation, shown).isEmpty();
      } else {
        assertThat(reports)
            .as("%s %s", escalation, shown)
            .containsExactly(report.equals("succeeded") ? "transferSucceeded" : "transferFailed");
      }
    }
  }

  private static Predicate<JsonNode> ended(String reason) {
    return call -> call.path("headers").path("X-Session-End-Reason").asText().equals(reason);
  }

  /** Each offer has one outcome; a transfer has one owner at most, and who is no bot keeps it. */
  private void oneOutcomeEach(Escalation escalation, JsonNode shown) {
    int keepers = 0;
    for (JsonNode transfer : shown.path("transfers")) {
      int owners = 0;
      for (JsonNode attempt : transfer.path("attempts")) {
        assertThat(attempt.path("outcome").asText("")).as("%s %s", escalation, shown).isNotEmpty();
        if (attempt.path("outcome").asText().equals("accepted")) {
          String type = attempt.path("target").path("type").asText();
          owners++;
          keepers += type.equals(Escalation.BOT) ? 0 : 1;
          agents += type.equals(Escalation.BOT) || type.equals(Escalation.DESK) ? 0 : 1;
        }
      }
      assertThat(owners).as("%s %s", escalation, shown).isLessThanOrEqualTo(1);
    }
    boolean transferred = shown.path("state").asText().equals("transferred");
    assertThat(keepers).as("%s %s", escalation, shown).isEqualTo(transferred ? 1 : 0);
  }

  private void nothingLostOrTwice(
      Escalation escalation, JsonNode shown, List<JsonNode> calls, List<JsonNode> journal) {
    int reached = 0;
    Set<String> texts = accepted.getOrDefault(escalation.key(), Set.of());
    for (String text : texts) {
      long toBot =
          calls.stream()
              .filter(call -> call.path("body").path("message").path("text").asText().equals(text))
              .count();
      long toAgent = Org.created(journal, "CaseComment", text + "\\n[") + desk.told(text);
      long times = text.equals(TRANSFER) ? Math.min(toBot, 1) : toBot + toAgent;
      assertThat(times).as("%s: %s %s", escalation, text, shown).isBetween(0L, 1L);
      reached += (int) times;
    }
    assertThat(shown.path("undelivered").asInt())
        .as("%s %s", escalation, shown)
        .isEqualTo(texts.size() - reached);
  }

  /**
   * Nothing waits or rings, and no case is open but those of agents who have the customer. Of
   * whoever accepted too late only the work stays open, which the API cannot end.
   */
  private void nothingIsLeftInTheOrg() {
    await(
        "nothing waits in the org",
        () -> org.query("SELECT Id FROM PendingServiceRouting").isEmpty());
    await(
        "nothing rings",
        () -> org.query("SELECT Id FROM AgentWork WHERE Status = 'Assigned'").isEmpty());
    // What is taken back in the background may take a moment longer.
    String open = "SELECT Id, Status, OwnerId, Subject FROM Case WHERE Status != 'Closed'";
    try {
      await(agents + " cases are open", () -> org.query(open).size() == agents);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("Not %d open: %s".formatted(agents, org.query(open)), e);
    }
  }
}
