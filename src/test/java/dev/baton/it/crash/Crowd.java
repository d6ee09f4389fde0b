package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.baton.http.TestServer.Reply;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Desk;
import dev.baton.it.support.Org;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
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
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Customers whose conversations escalate, each as an {@link Escalation} has it, and what has to
 * hold of all of them whatever happened meanwhile. Whoever gets no answer asks again.
 */
final class Crowd implements AutoCloseable {

  private static final String TRANSFER = "Transfer To Agent";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Org org;
  private final Desk desk;
  private final Supplier<Baton> node;
  private final Map<String, Set<String>> accepted = new ConcurrentHashMap<>();
  private final Queue<Future<?>> deeds = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> ends = new TreeMap<>();
  private final ScheduledExecutorService customers = Executors.newScheduledThreadPool(32);

  /** The numbers that Salesforce's ids have, of the agents who have a customer. */
  private final List<String> serving = new ArrayList<>();

  /**
   * Nobody has come yet.
   *
   * @param node whom a customer's next request goes to
   */
  Crowd(Org org, Desk desk, Supplier<Baton> node) {
    this.org = org;
    this.desk = desk;
    this.node = node;
    desk.otherwise = this::decided;
  }

  /** How many conversations ended how. */
  Map<String, Integer> ends() {
    return ends;
  }

  @Override
  public void close() {
    customers.shutdownNow();
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

  /** Makes what they need in the org, and what goes wrong there. */
  void prepare(List<Escalation> batch) {
    ArrayNode faults = JSON.createArrayNode();
    for (Escalation escalation : batch) {
      org.simulator().script(escalation.world().toString());
      faults.addAll(escalation.faults());
    }
    org.simulator().script(JSON.createObjectNode().set("faults", faults).toString());
  }

  // What the customers do. Whoever gets no answer, since the application is gone, asks again.

  void live(Escalation escalation) {
    live(escalation, 0);
  }

  /** One comes after a while. */
  void live(Escalation escalation, int afterMs) {
    later(
        afterMs,
        () -> {
          String key = escalation.key();
          said(
              () ->
                  node.get()
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
            case LEAVES -> later(escalation.afterMs(), () -> said(() -> node.get().leave(key)));
            case CANCELS ->
                later(escalation.afterMs(), () -> said(() -> node.get().cancelTransfer(key)));
          }
        });
  }

  private void later(int delayMs, Runnable deed) {
    deeds.add(customers.schedule(deed, delayMs, TimeUnit.MILLISECONDS));
  }

  /** Each customer has done what it was to do, and was answered. */
  void allDone() {
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
                node.get()
                    .post(
                        "/api/conversations/" + key + "/messages",
                        Baton.object("id", id, "text", text)));
    if (answer.status() < 300) {
      accepted.computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet()).add(text);
    }
  }

  static Baton.Answer said(Supplier<Baton.Answer> call) {
    return Awaitility.await("an answer")
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(200))
        .ignoreException(UncheckedIOException.class)
        .until(call::get, answer -> answer.status() < 500);
  }

  /** Longer than an org whose quota is used up is left alone. */
  static void await(String what, Supplier<Boolean> condition) {
    Awaitility.await(what)
        .atMost(Duration.ofMinutes(6))
        .pollInterval(Duration.ofMillis(100))
        .ignoreException(UncheckedIOException.class)
        .until(condition::get);
  }

  void comesToRest(Escalation escalation) {
    try {
      await(escalation.key(), () -> atRest(escalation));
    } catch (ConditionTimeoutException e) {
      String key = escalation.key();
      throw new AssertionError(
          "%s stands at %s: %s"
              .formatted(escalation, node.get().standsAt(key), node.get().conversation(key)),
          e);
    }
  }

  private boolean atRest(Escalation escalation) {
    JsonNode now = node.get().conversation(escalation.key());
    return switch (now.path("state").asText()) {
      case "talking" -> node.get().standsAt(escalation.key()).equals(List.of("WaitForCustomer"));
      case "transferred", "ended" -> node.get().instances(escalation.key()).isEmpty();
      default -> false;
    };
  }

  /** Whoever still talks with a bot leaves. */
  void leave(Escalation escalation) {
    said(() -> node.get().leave(escalation.key()));
    await(escalation.key() + " over", () -> node.get().instances(escalation.key()).isEmpty());
  }

  // What has to hold of each

  void judge(Escalation escalation, List<JsonNode> journal) {
    String key = escalation.key();
    JsonNode shown = node.get().conversation(key);
    List<String> sessions =
        escalation.bots().stream().flatMap(bot -> Org.sessions(journal, bot).stream()).toList();
    List<JsonNode> calls =
        journal.stream()
            .filter(call -> call.path("effect").asText().equals("processed"))
            .filter(call -> sessions.stream().anyMatch(s -> ofSession(call, s)))
            .toList();
    onceReported(escalation, shown, calls);
    oneOutcomeEach(escalation, shown);
    if (!shown.path("state").asText().equals("talking")) {
      noSessionIsOpen(escalation, sessions, journal);
    }
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
      if ((report.isEmpty() && left) || report.equals("session-gone")) {
        assertThat(reports).as("%s %s", escalation, shown).isEmpty();
      } else if (report.equals("unconfirmed")) {
        assertThat(reports).as("%s %s", escalation, shown).hasSizeLessThanOrEqualTo(1);
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
          if (!type.equals(Escalation.BOT) && !type.equals(Escalation.DESK)) {
            serving.add(number(attempt.path("target").path("value").asText()));
          }
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
    // Of these it cannot be known whether the bot has them, and the transcript says so.
    int inDoubt = shown.path("transcript").toString().split("not known", -1).length - 1;
    int unheard = texts.size() - reached;
    assertThat(shown.path("undelivered").asInt())
        .as("%s %s", escalation, shown)
        .isBetween(unheard - inDoubt, unheard);
  }

  /**
   * Each session is over: ended by one side, or the bot said that it does not know it. Of what was
   * only started nobody may have heard.
   */
  private static void noSessionIsOpen(
      Escalation escalation, List<String> sessions, List<JsonNode> journal) {
    for (String session : sessions) {
      List<JsonNode> calls = journal.stream().filter(call -> ofSession(call, session)).toList();
      assertThat(calls)
          .as("%s: session %s", escalation, session)
          .matches(
              all ->
                  all.size() == 1
                      || all.stream()
                          .anyMatch(call -> call.path("method").asText().equals("DELETE"))
                      || all.stream().anyMatch(call -> call.path("status").asInt() == 404)
                      || all.toString().contains("sessionEnded"));
    }
  }

  /**
   * Nothing waits or rings, and no case is open but those of agents who have the customer. Of
   * whoever accepted too late only the work stays open, which the API cannot end.
   */
  void nothingIsLeftInTheOrg() {
    nobodyIsAsked();
    // What is taken back in the background may take a moment longer.
    try {
      await(
          "those have open cases who serve",
          () -> withOpenCases().equals(serving.stream().sorted().toList()));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "Serving are %s, and open cases have %s.".formatted(serving, withOpenCases()), e);
    }
  }

  private List<String> withOpenCases() {
    return org.query("SELECT OwnerId FROM Case WHERE Status != 'Closed'").stream()
        .map(row -> number(row.path("OwnerId").asText()))
        .sorted()
        .toList();
  }

  /** A target and its agent have the same. */
  private static String number(String id) {
    return id.substring(5, 15);
  }

  /** No offer is open. */
  void nobodyIsAsked() {
    nothing("waits in the org", "SELECT WorkItemId FROM PendingServiceRouting");
    nothing("rings", "SELECT WorkItemId FROM AgentWork WHERE Status = 'Assigned'");
  }

  private void nothing(String what, String rows) {
    try {
      await("nothing " + what, () -> org.query(rows).isEmpty());
    } catch (ConditionTimeoutException e) {
      List<JsonNode> journal = org.journal();
      throw new AssertionError(
          org.query(rows).stream()
              .map(row -> row.path("WorkItemId").asText())
              .map(item -> "%s %s: %s".formatted(item, what, written(item, journal)))
              .toList()
              .toString(),
          e);
    }
  }

  private static List<JsonNode> written(String item, List<JsonNode> journal) {
    return journal.stream()
        .filter(call -> !call.path("method").asText().equals("GET"))
        .filter(call -> call.toString().contains(item))
        .toList();
  }
}
