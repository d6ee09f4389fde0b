package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.http.TestServer.Reply;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.camunda.bpm.engine.HistoryService;
import org.camunda.bpm.engine.ManagementService;
import org.camunda.bpm.engine.RuntimeService;
import org.camunda.bpm.engine.history.HistoricActivityInstance;
import org.camunda.bpm.engine.runtime.Job;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A transfer runs ahead of its process as long as nobody has to be waited for: whoever looks or
 * steps in finds what there would be to find if the token had gone along.
 */
class AheadTest {

  private static final String WAIT = "WaitForCustomer";
  private static final String OFFER =
      "{\"type\":\"offer\",\"offer\":\"<offer>\",\"handover\":\"<handover>\"}";
  private static final String WITHDRAW = "{\"type\":\"withdraw\",\"offer\":\"<offer>\"}";
  private static final String RELEASE = "{\"type\":\"release\",\"offer\":\"<offer>\"}";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String AHEAD = "AHEAD";

  /** The token goes along. */
  private static final String ALONG = "along";

  private static Desk desk;
  private static Trial trial;
  private static Baton baton;

  /** How the conversation's turn stood whenever somebody was asked. */
  private static final List<String> TURNS = new CopyOnWriteArrayList<>();

  private final List<Held> held = new ArrayList<>();

  @BeforeAll
  static void start() {
    desk = new Desk();
    List<String> all = new ArrayList<>(List.of(Postgres.USER));
    all.add("baton.transfer.patience=" + PATIENCE);
    all.add("baton.transfer.watch-every=200ms");
    for (String name : List.of("one", "two", "three")) {
      all.add("baton.targets.webhook.%s.url=%s".formatted(name, desk.url()));
      all.add("baton.targets.webhook.%s.secret=%s".formatted(name, Desk.SECRET));
    }
    trial = Trial.startOn(Postgres.newDatabase(), ShortRetries.class, all.toArray(String[]::new));
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
    desk.close();
  }

  @AfterEach
  void release() {
    held.forEach(Held::close);
  }

  // Targets that answer at once

  @Test
  void theProcessOfATransferThatRanAheadHasThePastThatItWouldHaveHad() {
    for (String key : List.of("went-ahead", "went-along")) {
      talks(key, key.equals("went-along"));
      answers(key, DECLINES, DECLINES, ACCEPTS);
      escalates(key);
      over(key, "transferred");
      assertThat(TURNS).hasSize(3).containsOnly(key.equals("went-along") ? ALONG : AHEAD);
      assertThat(trial.trail(key))
          .containsExactly("start", "text", "transferSucceeded", "end Transfer");
      assertThat(sequence(key)).containsExactly(1L, 2L);
      assertThat(transfer(key)).containsExactly("succeeded", "closed", "closed", "accepted");
    }
    assertThat(visited("went-ahead"))
        .isEqualTo(visited("went-along"))
        .containsOnlyOnce("SendMessage", "TellSucceeded", "EndTransferred");
    assertThat(visits("went-ahead", "Offer")).hasSize(3);
    assertThat(trial.said("went-ahead")).isEqualTo(trial.said("went-along"));
  }

  @Test
  void whatWasPassedIsInHistoryWhenItReallyWas() {
    String key = "times";
    talks(key, false);
    // So much later the process follows.
    answers(key, DECLINES, DECLINES, then(AheadTest::thinks, Desk.ACCEPTED));
    escalates(key);
    over(key, "transferred");
    assertThat(TURNS).containsOnly(AHEAD);
    List<HistoricActivityInstance> offers = visits(key, "Offer");
    List<Map<String, Object>> rows = offers(key);
    assertThat(offers).hasSameSizeAs(rows);
    for (int i = 0; i < rows.size(); i++) {
      assertMoment(offers.get(i).getStartTime().toInstant(), rows.get(i).get("offered_at"));
      assertMoment(offers.get(i).getEndTime().toInstant(), rows.get(i).get("over_at"));
      assertThat(offers.get(i).getDurationInMillis())
          .isCloseTo(
              Duration.between(
                      offers.get(i).getStartTime().toInstant(),
                      offers.get(i).getEndTime().toInstant())
                  .toMillis(),
              within(1L));
    }
    HistoricActivityInstance told = visits(key, "TellSucceeded").get(0);
    assertMoment(told.getStartTime().toInstant(), rows.get(2).get("over_at"));
    assertMoment(
        told.getEndTime().toInstant(),
        trial
            .jdbc
            .queryForMap("select over_at from baton_transfer where conversation_key = ?", key)
            .get("over_at"));
    for (HistoricActivityInstance visit : history(key)) {
      assertThat(visit.getStartTime())
          .as(visit.getActivityId() + " begins before it ends")
          .isBeforeOrEqualTo(visit.getEndTime());
    }
    List<HistoricActivityInstance> calls =
        history(key).stream()
            .filter(visit -> visit.getActivityType().equals("serviceTask"))
            .toList();
    for (int i = 1; i < calls.size(); i++) {
      assertThat(calls.get(i).getStartTime())
          .as(calls.get(i).getActivityId() + " begins after the last is over")
          .isAfterOrEqualTo(calls.get(i - 1).getEndTime());
    }
  }

  /** For long, if not as long as somebody is waited for. */
  private static void thinks() {
    Instant begun = Instant.now();
    Trial.until("thought", Instant::now, now -> now.isAfter(begun.plusMillis(600)));
  }

  @Test
  void nobodyWhoIsLeftEndsAsEver() {
    String key = "nobody";
    talks(key, false);
    answers(key, DECLINES, DECLINES, DECLINES);
    escalates(key);
    over(key, "ended");
    assertThat(TURNS).containsOnly(AHEAD).hasSize(3);
    assertThat(trial.trail(key))
        .containsExactly("start", "text", "transferFailed NoAgentAvailable", "end Other");
    assertThat(transfer(key)).containsExactly("failed", "closed", "closed", "closed");
    assertThat(visits(key, "Offer")).hasSize(3);
    assertThat(visits(key, "TellFailed")).hasSize(1);
  }

  // Who has to be waited for

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAnswerThatTakesItsTimeIsWaitedForAtItsStep(boolean accepts) {
    String key = "lasts-" + accepts;
    talks(key, false);
    Held second = held();
    answers(key, DECLINES, second, ACCEPTS);
    escalates(key);
    second.awaitAsked();
    baton.awaitAt(key, "Offer");
    assertThat(TURNS).containsExactly(AHEAD, AHEAD);
    assertThat(turn(key)).isEqualTo(ALONG);
    JsonNode task = onlyTask(key);
    assertThat(task.path("topicName").asText()).isEqualTo("target-offer");
    assertThat(local(task, "targetType")).isEqualTo("Baton:Webhook");
    assertThat(local(task, "targetValue")).isEqualTo("two");
    assertThat(trial.jdbc.queryForList("select kind, task_id, step_id from baton_order"))
        .containsExactly(
            Map.of(
                "kind", "TARGET_OFFER",
                "task_id", task.path("id").asText(),
                "step_id", task.path("activityInstanceId").asText()));
    assertThat(offers(key).get(1)).containsEntry("task_id", task.path("id").asText());

    second.answers(accepts ? Desk.ACCEPTED : Desk.CLOSED);
    over(key, "transferred");
    assertThat(desk.got()).hasSize(accepts ? 2 : 3).containsOnly(OFFER);
    assertThat(visits(key, "Offer")).hasSize(accepts ? 2 : 3);
    assertThat(trial.trail(key))
        .containsExactly("start", "text", "transferSucceeded", "end Transfer");
    assertThat(visits(key, "SendMessage")).hasSize(1);
    assertThat(visits(key, "TellSucceeded")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void patienceCountsFromWhenTheOfferWasMadeAndNotFromWhenTheTokenCame(boolean hangs) {
    String key = "patience-" + hangs;
    talks(key, false);
    Held second = held();
    answers(key, DECLINES, hangs ? second : WAITS, ACCEPTS);
    escalates(key);
    second.awaitAskedIf(hangs);
    baton.awaitAt(key, "Offer");
    assertThat(TURNS).containsExactly(AHEAD, AHEAD);
    Job timer = onlyTimer(key);
    Instant offered = instant(offers(key).get(1).get("offered_at"));
    assertThat(timer.getDuedate().toInstant())
        .isCloseTo(offered.plus(PATIENCE), within(150, ChronoUnit.MILLIS));

    baton.bean(ManagementService.class).executeJob(timer.getId());
    second.answers(Desk.WAITING);
    over(key, "transferred");
    assertThat(desk.got()).containsExactly(OFFER, OFFER, WITHDRAW, OFFER);
    assertThat(transfer(key)).containsExactly("succeeded", "closed", "timed-out", "accepted");
  }

  @Test
  void aReportThatFailsIsFoundAtItsStepAndMadeOnceMore() {
    String key = "fails";
    talks(key, false);
    trial.change(
        "{'faults':[{'match':{'body':'transferSucceeded','times':0},'then':{'status':500}}]}");
    answers(key, ACCEPTS);
    escalates(key);
    baton.awaitState(key, "failed");
    assertThat(TURNS).containsExactly(AHEAD);
    assertThat(baton.standsAt(key)).containsExactly("TellSucceeded");
    assertThat(baton.get("/engine-rest/incident?processInstanceId=" + instance(key)).json())
        .extracting(incident -> incident.path("activityId").asText())
        .containsExactly("TellSucceeded");
    trial.change("{'faults':[]}");
    baton.put("external-task/" + onlyTask(key).path("id").asText() + "/retries", "{\"retries\":1}");
    over(key, "transferred");
    assertThat(trial.trail(key)).endsWith("transferSucceeded", "end Transfer");
    assertThat(sequence(key)).startsWith(1L, 2L).containsOnly(1L, 2L);
    assertThat(desk.got()).containsExactly(OFFER);
  }

  @Test
  void aTargetThatFailsIsAskedAgainAtItsStepAndThenTheNext() {
    String key = "target-fails";
    talks(key, false);
    Answer fails = () -> Reply.json(400, "{}");
    answers(key, fails, ACCEPTS);
    escalates(key);
    over(key, "transferred");
    assertThat(TURNS.get(0)).isEqualTo(AHEAD);
    assertThat(transfer(key)).containsExactly("succeeded", "error", "accepted");
    assertThat(visits(key, "Offer")).hasSize(2);
  }

  @Test
  void whoIsBeingTransferredIsNotSilent() {
    String key = "silent";
    script();
    trial.begin(key, "silence", "PT1H");
    List<String> after = new ArrayList<>();
    answers(
        key,
        then(
            () -> {
              baton.bean(ManagementService.class).executeJob(onlyTimer(key).getId());
              after.addAll(baton.standsAt(key));
            },
            Desk.ACCEPTED));
    escalates(key);
    over(key, "transferred");
    assertThat(TURNS).containsExactly(AHEAD);
    assertThat(after).containsExactly(WAIT);
    assertThat(trial.trail(key))
        .containsExactly("start", "text", "transferSucceeded", "end Transfer");
  }

  // Customers

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void whoLeavesWhileSomebodyIsAskedIsGone(boolean ahead, boolean accepts) {
    String key = "leaves-%s-%s".formatted(ahead, accepts);
    talks(key, false);
    String last = accepts ? Desk.ACCEPTED : Desk.CLOSED;
    List<Integer> left = new CopyOnWriteArrayList<>();
    meanwhile(key, ahead, () -> left.add(baton.leave(key).status()), last);
    over(key, "ended");
    assertThat(left).containsExactly(204);
    assertThat(trial.trail(key)).containsExactly("start", "text", "end UserRequest");
    assertThat(desk.got()).filteredOn(OFFER::equals).hasSize(2);
    assertThat(desk.got().contains(RELEASE)).isEqualTo(accepts);
    assertThat(visits(key, "TellSucceeded")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoCancelsWhileSomebodyIsAskedGoesOnTalking(boolean ahead) {
    String key = "cancels-" + ahead;
    talks(key, false);
    List<Integer> cancelled = new CopyOnWriteArrayList<>();
    meanwhile(key, ahead, () -> cancelled.add(baton.cancelTransfer(key).status()), Desk.WAITING);
    baton.awaitState(key, "talking");
    assertThat(cancelled).containsExactly(204);
    baton.awaitAt(key, WAIT);
    assertThat(desk.got()).containsExactly(OFFER, OFFER, WITHDRAW);
    assertThat(transfer(key)).containsExactly("failed", "closed", "withdrawn-by-customer");
    assertThat(baton.write(key, "m2", "1").path("messages")).isNotEmpty();
    assertThat(sequence(key)).containsExactly(1L, 2L, 3L);
    baton.leave(key);
    over(key, "ended");
    assertThat(trial.trail(key))
        .hasSize(5)
        .startsWith("start", "text")
        .endsWith("text", "end UserRequest")
        .element(2)
        .asString()
        .startsWith("transferFailed");
  }

  /** As ever: who takes the conversation while the offer is being taken back has it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoCancelsTooLateIsHandedOver(boolean ahead) {
    String key = "too-late-" + ahead;
    talks(key, false);
    meanwhile(key, ahead, () -> baton.cancelTransfer(key), Desk.ACCEPTED);
    over(key, "transferred");
    assertThat(desk.got()).containsExactly(OFFER, OFFER);
    assertThat(transfer(key)).containsExactly("succeeded", "closed", "accepted");
    assertThat(trial.trail(key))
        .containsExactly("start", "text", "transferSucceeded", "end Transfer");
  }

  @Test
  void whatIsTypedMeanwhileReachesWhoeverAccepts() {
    String key = "typed";
    talks(key, false);
    answers(
        key,
        then(() -> baton.write(key, "m2", "Hello?"), Desk.CLOSED),
        then(() -> baton.write(key, "m3", "Anybody?"), Desk.ACCEPTED));
    escalates(key);
    over(key, "transferred");
    assertThat(TURNS).containsExactly(AHEAD, AHEAD);
    assertThat(desk.got())
        .containsExactly(OFFER, OFFER, message("m2", "Hello?"), message("m3", "Anybody?"));
    assertThat(trial.trail(key))
        .containsExactly("start", "text", "transferSucceeded", "end Transfer");
    assertThat(visits(key, "DeliverHeld")).hasSize(2);
    assertThat(baton.conversation(key).path("undelivered").asInt()).isZero();
  }

  // Operators

  @ParameterizedTest
  @ValueSource(strings = {Desk.ACCEPTED, Desk.CLOSED})
  void whatAnOperatorDeletesLeavesNothingOpen(String last) {
    String key = "deleted-" + last.length();
    talks(key, false);
    meanwhile(
        key,
        true,
        () ->
            baton.bean(RuntimeService.class).deleteProcessInstance(instance(key), "an operator's"),
        last);
    trial.awaitNothingLeft(key);
    assertThat(desk.got()).filteredOn(OFFER::equals).hasSize(2);
    assertThat(desk.got().contains(RELEASE)).isEqualTo(last.equals(Desk.ACCEPTED));
    Trial.until("ended at the bot", () -> trial.trail(key), trail -> trail.size() > 2);
    assertThat(trial.trail(key)).hasSize(3).element(2).asString().startsWith("end ");
    assertThat(baton.conversation(key).path("state").asText()).isEqualTo("ended");
  }

  @Test
  void whatAnOperatorHoldsWaitsWithItsOutcomeUntilItGoesOn() {
    String key = "held";
    talks(key, false);
    Held first = held();
    answers(key, first, ACCEPTS);
    escalates(key);
    first.awaitAsked();
    suspend(key, true);
    String turn = turn(key);
    first.answers(Desk.CLOSED);
    // By then the outcome is known, and would have been put away.
    somethingElseGoesOn();
    assertThat(turn).isEqualTo(AHEAD);
    assertThat(turn(key)).isEqualTo(AHEAD);
    assertThat(baton.standsAt(key)).containsExactly(WAIT);
    List<String> said = trial.said(key);
    assertRefused(baton.leave(key));
    assertRefused(baton.cancelTransfer(key));
    assertThat(trial.said(key)).isEqualTo(said);
    assertThat(baton.conversation(key).path("state").asText()).isEqualTo("transferring");
    assertThat(offers(key)).hasSize(1);
    assertThat(TURNS).hasSize(1);

    suspend(key, false);
    over(key, "transferred");
    assertThat(TURNS).hasSize(2);
    assertThat(transfer(key)).containsExactly("succeeded", "closed", "accepted");
    assertThat(trial.trail(key))
        .containsExactly("start", "text", "transferSucceeded", "end Transfer");
    assertThat(visits(key, "Offer")).hasSize(2);
  }

  private static void assertRefused(Baton.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(409);
    assertThat(answer.json().path("detail").asText()).contains("an operator holds its process");
  }

  /** A whole transfer of another conversation. */
  private static void somethingElseGoesOn() {
    var before = desk.otherwise;
    desk.otherwise = message -> Reply.json(200, Desk.ACCEPTED);
    baton.begin("else");
    escalates("else");
    over("else", "transferred");
    desk.otherwise = before;
  }

  @Test
  void whoWakesTheProcessMeanwhileIsRefused() {
    String key = "woken";
    talks(key, false);
    List<Baton.Answer> woken = new CopyOnWriteArrayList<>();
    answers(
        key,
        then(
            () ->
                woken.add(
                    baton.post(
                        "/engine-rest/message",
                        Baton.object(
                            "messageName", "customer-message-arrived", "businessKey", key))),
            Desk.CLOSED),
        ACCEPTS);
    escalates(key);
    over(key, "transferred");
    assertThat(TURNS).containsExactly(AHEAD, AHEAD);
    assertThat(woken).hasSize(1);
    assertThat(woken.get(0).status()).as(woken.get(0).body()).isEqualTo(400);
    assertThat(woken.get(0).json().path("message").asText()).contains("is being transferred");
    assertThat(transfer(key)).containsExactly("succeeded", "closed", "accepted");
    assertThat(visits(key, WAIT)).hasSize(1);
    assertThat(visits(key, "SendMessage")).hasSize(1);
  }

  // Where the token goes along

  @ParameterizedTest
  @CsvSource({"strategy,ordered", "patience,PT1M"})
  void whatTheStartSaysOfTheTransferHasTheTokenGoAlong(String variable, String value) {
    String key = "wishes-" + variable;
    script();
    trial.begin(key, variable, value);
    assertTokenGoesAlong(key);
  }

  @Test
  void aProcessWithAnotherFileHasTheTokenGoAlong() throws IOException {
    String shipped = Files.readString(Path.of("bpmn", "bot-conversation.bpmn"));
    String changed =
        shipped.replaceFirst("</bpmn:documentation>", "It is ours.</bpmn:documentation>");
    String deployment = deploy("mine.bpmn", changed);
    try {
      talks("ours", false);
      assertThat(
              trial.jdbc.queryForMap(
                  "select turn, runs_ahead from baton_conversation where conversation_key = 'ours'"))
          .containsEntry("turn", "FREE")
          .containsEntry("runs_ahead", null);
      assertTokenGoesAlong("ours");
    } finally {
      undeploy(deployment);
    }
  }

  /** Its name says nothing. */
  @Test
  void theSameFileUnderAnotherNameIsTheSameProcess() throws IOException {
    String deployment =
        deploy("mine.bpmn", Files.readString(Path.of("bpmn", "bot-conversation.bpmn")));
    try {
      talks("same", false);
      answers("same", ACCEPTS);
      escalates("same");
      over("same", "transferred");
      assertThat(TURNS).containsExactly(AHEAD);
    } finally {
      undeploy(deployment);
    }
  }

  private static void assertTokenGoesAlong(String key) {
    List<List<String>> stood = new CopyOnWriteArrayList<>();
    Answer first = then(() -> stood.add(baton.standsAt(key)), Desk.CLOSED);
    answers(key, first, ACCEPTS);
    escalates(key);
    over(key, "transferred");
    assertThat(TURNS).containsExactly(ALONG, ALONG);
    assertThat(stood).containsExactly(List.of("Offer"));
    assertThat(transfer(key)).containsExactly("succeeded", "closed", "accepted");
  }

  private static String deploy(String file, String content) {
    Baton.Answer deployed = Deployments.deploy(baton, file, content);
    assertThat(deployed.status()).as(deployed.body()).isEqualTo(200);
    return deployed.json().path("id").asText();
  }

  private static void undeploy(String deployment) {
    String path = "/engine-rest/deployment/" + deployment + "?cascade=true";
    assertThat(baton.send(baton.request(path).DELETE()).status()).isEqualTo(204);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoIsAskedTogetherWithOthersIsAskedByTheProcess(boolean oneAccepts) {
    String key = "race-" + oneAccepts;
    String race = RoutingPolicyTest.policy("strategy", "\"race\"", "skip", "");
    String deployment = deploy("mine.dmn", race);
    try {
      talks(key, false);
      CountDownLatch all = new CountDownLatch(3);
      List<List<String>> stood = new CopyOnWriteArrayList<>();
      answers(
          key,
          raced(all, key, stood, Desk.CLOSED),
          raced(all, key, stood, Desk.CLOSED),
          raced(all, key, stood, oneAccepts ? Desk.ACCEPTED : Desk.CLOSED));
      escalates(key);
      over(key, oneAccepts ? "transferred" : "ended");
      assertThat(TURNS).containsExactly(ALONG, ALONG, ALONG);
      assertThat(stood).containsOnly(List.of("Offer", "Offer", "Offer"));
      assertThat(desk.got()).filteredOn(OFFER::equals).hasSize(3);
      assertThat(trial.trail(key))
          .startsWith("start", "text")
          .endsWith(
              oneAccepts ? "transferSucceeded" : "transferFailed NoAgentAvailable",
              oneAccepts ? "end Transfer" : "end Other")
          .hasSize(4);
      assertThat(offers(key)).extracting(offer -> offer.get("round")).containsExactly(1, 1, 1);
    } finally {
      undeploy(deployment);
    }
  }

  /** Answers when all have been asked. */
  private static Answer raced(
      CountDownLatch all, String key, List<List<String>> stood, String status) {
    return () -> {
      stood.add(baton.standsAt(key));
      all.countDown();
      return Reply.json(200, await(all) ? status : "{}");
    };
  }

  // What targets do

  private static final Answer DECLINES = new Says(Desk.CLOSED);
  private static final Answer ACCEPTS = new Says(Desk.ACCEPTED);
  private static final Answer WAITS = new Says(Desk.WAITING);

  /** What a target answers to an offer. */
  private interface Answer extends Supplier<Reply> {}

  private record Says(String status) implements Answer {
    @Override
    public Reply get() {
      return Reply.json(200, status);
    }
  }

  /** An answer that takes its time. */
  private static final class Held implements Answer, AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile String status = Desk.CLOSED;

    @Override
    public Reply get() {
      asked.countDown();
      await(released);
      return Reply.json(200, status);
    }

    void awaitAsked() {
      assertThat(await(asked)).as("asked").isTrue();
    }

    void awaitAskedIf(boolean it) {
      if (it) {
        awaitAsked();
      }
    }

    void answers(String its) {
      status = its;
      released.countDown();
    }

    @Override
    public void close() {
      released.countDown();
    }
  }

  private Held held() {
    Held one = new Held();
    held.add(one);
    return one;
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Something happens while a target thinks. */
  private static Answer then(Runnable happens, String status) {
    return () -> {
      happens.run();
      return Reply.json(200, status);
    };
  }

  private static void answers(String key, Answer... answers) {
    TURNS.clear();
    desk.forget();
    AtomicInteger asked = new AtomicInteger();
    desk.otherwise =
        message -> {
          if (!isOffer(message)) {
            return null;
          }
          TURNS.add(turn(key));
          int nth = asked.getAndIncrement();
          return (nth < answers.length ? answers[nth] : DECLINES).get();
        };
  }

  private static boolean isOffer(JsonNode message) {
    return message.path("type").asText().equals("offer");
  }

  /**
   * The first target declines, and something happens while the second one thinks.
   *
   * @param ahead whether before the process has followed
   */
  private void meanwhile(String key, boolean ahead, Runnable happens, String last) {
    if (ahead) {
      answers(key, DECLINES, then(happens, last), DECLINES);
      escalates(key);
    } else {
      Held second = held();
      answers(key, DECLINES, second, DECLINES);
      escalates(key);
      second.awaitAsked();
      baton.awaitAt(key, "Offer");
      happens.run();
      second.answers(last);
    }
    Trial.until("two are asked", () -> TURNS, turns -> turns.size() == 2);
    assertThat(TURNS).containsExactly(AHEAD, AHEAD);
  }

  // What customers do

  private static void script() {
    trial.script(targets());
  }

  private static String targets() {
    return """
    {'bots':{'%s':{'targets':[{'type':'Baton:Webhook','value':'one'},
      {'type':'Baton:Webhook','value':'two'},{'type':'Baton:Webhook','value':'three'}]}}}"""
        .formatted(Simulator.DEMO_BOT_ID);
  }

  private static void talks(String key, boolean withAWish) {
    script();
    if (withAWish) {
      trial.begin(key, "strategy", "ordered");
    } else {
      baton.begin(key);
      baton.awaitAt(key, WAIT);
    }
  }

  private static void escalates(String key) {
    baton.write(key, "m1", "Transfer To Agent");
  }

  private static void over(String key, String state) {
    baton.awaitState(key, state);
    trial.awaitNothingLeft(key);
  }

  // What there is to see

  private static String turn(String key) {
    return trial
        .jdbc
        .queryForList(
            "select coalesce(turn, 'along') from baton_conversation where conversation_key = ?",
            String.class,
            key)
        .get(0);
  }

  private static List<Map<String, Object>> offers(String key) {
    return trial.jdbc.queryForList(
        "select * from baton_offer where conversation_key = ? order by id", key);
  }

  /** How the transfer was reported, and what became of each offer. */
  private static List<String> transfer(String key) {
    JsonNode transfers = baton.conversation(key).path("transfers");
    assertThat(transfers).hasSize(1);
    List<String> told = new ArrayList<>();
    told.add(transfers.path(0).path("report").asText());
    transfers.path(0).path("attempts").forEach(a -> told.add(a.path("outcome").asText()));
    return told;
  }

  private static List<Long> sequence(String key) {
    return trial.calls(key).stream()
        .filter(call -> call.path("path").asText().endsWith("/messages"))
        .map(call -> call.path("body").path("message").path("sequenceId").asLong())
        .toList();
  }

  private static String message(String id, String text) {
    return "{\"type\":\"message\",\"offer\":\"<offer>\",\"message\":{\"id\":\"%s\",\"text\":\"%s\"}}"
        .formatted(id, text);
  }

  private static List<HistoricActivityInstance> history(String key) {
    return baton
        .bean(HistoryService.class)
        .createHistoricActivityInstanceQuery()
        .processInstanceId(pastInstance(key))
        .orderPartiallyByOccurrence()
        .asc()
        .list();
  }

  private static List<HistoricActivityInstance> visits(String key, String activity) {
    return history(key).stream().filter(visit -> visit.getActivityId().equals(activity)).toList();
  }

  private static List<String> visited(String key) {
    return history(key).stream().map(HistoricActivityInstance::getActivityId).toList();
  }

  private static String pastInstance(String key) {
    return baton
        .bean(HistoryService.class)
        .createHistoricProcessInstanceQuery()
        .processInstanceBusinessKey(key)
        .singleResult()
        .getId();
  }

  private static String instance(String key) {
    return baton.instances(key).path(0).path("id").asText();
  }

  private static JsonNode onlyTask(String key) {
    JsonNode tasks =
        baton.get("/engine-rest/external-task?processInstanceId=" + instance(key)).json();
    assertThat(tasks).hasSize(1);
    return tasks.path(0);
  }

  private static String local(JsonNode task, String variable) {
    return baton
        .get(
            "/engine-rest/execution/%s/localVariables/%s"
                .formatted(task.path("executionId").asText(), variable))
        .json()
        .path("value")
        .asText();
  }

  private static Job onlyTimer(String key) {
    return baton
        .bean(ManagementService.class)
        .createJobQuery()
        .processInstanceId(instance(key))
        .timers()
        .singleResult();
  }

  private static void suspend(String key, boolean suspended) {
    baton.put(
        "process-instance/" + instance(key) + "/suspended", "{\"suspended\":" + suspended + "}");
  }

  private static Instant instant(@Nullable Object column) {
    return ((Timestamp) Objects.requireNonNull(column)).toInstant();
  }

  private static void assertMoment(Instant seen, @Nullable Object column) {
    assertThat(seen).isCloseTo(instant(column), within(200, ChronoUnit.MILLIS));
  }
}
