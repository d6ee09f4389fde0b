package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.CustomerMessage;
import dev.baton.conversation.Order;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Turns;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Baton.Answer;
import dev.baton.it.support.CountedStatements;
import dev.baton.it.support.CountedStatements.Work;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The talk goes round while the process's token waits: nothing that the process sees to may be
 * missing then, and no more may be asked of the database than that takes.
 */
class TurnsTest {

  private static final String SLOW =
      "{'bots':{'" + Simulator.DEMO_BOT_ID + "':{'answerDelayMs':%d}}}";

  /** For longer than any test waits: the test releases the answer. */
  private static final String HELD = SLOW.formatted(30_000);

  private static final String WAIT = "WaitForCustomer";

  /** What moves a turn; what looks for work every so often is none of a turn's. */
  private static final List<String> MOVERS =
      List.of(
          "dev.baton.conversation.Reception",
          "dev.baton.conversation.Gathering",
          "dev.baton.dispatch.Dispatcher");

  private static final CopyOnWriteArrayList<Work> DONE = new CopyOnWriteArrayList<>();

  private static String database;
  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    database = Postgres.newDatabase();
    trial = Trial.startOn(database, Counted.class, Postgres.USER);
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Configuration(proxyBeanMethods = false)
  @Import(ShortRetries.class)
  static class Counted {

    @Bean
    static BeanPostProcessor counted() {
      return CountedStatements.processor(Counted::moves, DONE);
    }

    private static boolean moves() {
      return StackWalker.getInstance()
          .walk(frames -> frames.anyMatch(frame -> MOVERS.contains(frame.getClassName())));
    }
  }

  // What a turn costs

  @Test
  void aTurnIsTwoStatementsAndEachItsOwnTransaction() throws Exception {
    trial.script("{}");
    talks("cost");
    Reception reception = baton.bean(Reception.class);
    List<List<Work>> turns = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      DONE.clear();
      Reception.Accepted accepted =
          reception.receive("cost", new CustomerMessage("m" + i, "words " + i, null));
      assertThat(accepted.reply().get(20, TimeUnit.SECONDS)).isPresent();
      Awaitility.await("both commits")
          .atMost(Duration.ofSeconds(30))
          .until(() -> commits(DONE) >= 2);
      turns.add(List.copyOf(DONE));
    }
    turns.sort(Comparator.comparing(TurnsTest::statements));
    List<Work> most = turns.get(turns.size() / 2);
    assertThat(statements(most)).as(most.toString()).isEqualTo(2);
    assertThat(commits(most)).as(most.toString()).isEqualTo(2);
    assertThat(most).allMatch(work -> work.roundTrips() == 1);
    assertThat(baton.standsAt("cost")).containsExactly(WAIT);
    leaves("cost");
  }

  /**
   * One text serves any number of conversations, and PostgreSQL keeps a plan for it that does not
   * know how many they are: not one that reads whole tables, whether they were empty when it was
   * made or had some rows. Empty ones that nobody else uses show that.
   */
  @Test
  void noStatementOfATurnReadsAWholeTable() throws Exception {
    trial.script("{}");
    talks("plans");
    DONE.clear();
    Reception reception = baton.bean(Reception.class);
    reception
        .receive("plans", new CustomerMessage("m1", "1", null))
        .reply()
        .get(20, TimeUnit.SECONDS);
    List<String> turn =
        DONE.stream()
            .flatMap(work -> work.statements().stream())
            .filter(sql -> sql.startsWith("with "))
            .toList();
    assertThat(turn).hasSize(2);
    leaves("plans");
    // In the simple protocol a parameter may go without a value.
    try (Connection connection =
            DriverManager.getConnection(database + "&user=postgres&preferQueryMode=simple");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("create schema plans");
      for (String table : List.of("conversation", "inbox", "transcript")) {
        statement.execute(
            "create table plans.baton_%1$s (like baton_%1$s including all)".formatted(table));
      }
      statement.execute("set local search_path = plans, public");
      assertThat(scans(statement, turn)).as("empty").allMatch(scan -> scan.contains("_pkey "));
      statement.execute(
          """
          insert into baton_conversation (conversation_key, process_instance_id, bot_id, state,
            opening_variables, started_at, turn)
          select 'key ' || n, 'process ' || n, 'bot', 'TALKING', '[]', current_timestamp, 'FREE'
          from generate_series(1, 1000) n""");
      statement.execute(
          """
          insert into baton_inbox (conversation_key, message_id, text, state, received_at)
          select 'key ' || n, 'm1', 'words', 'ANSWERED', current_timestamp
          from generate_series(1, 1000) n""");
      statement.execute("analyze baton_conversation, baton_inbox");
      assertThat(scans(statement, turn)).as("some").allMatch(scan -> scan.contains("_pkey "));
      connection.rollback();
    }
  }

  /** How these statements get at the rows of conversations and of what was said. */
  private static List<String> scans(Statement statement, List<String> turn) throws SQLException {
    List<String> scans = new ArrayList<>();
    for (String sql : turn) {
      ResultSet plan =
          statement.executeQuery("explain (generic_plan) " + CountedStatements.numbered(sql));
      while (plan.next()) {
        String step = plan.getString(1);
        if (step.matches(".*Scan .*(baton_conversation|baton_inbox|baton_transcript).*")) {
          scans.add(step);
        }
      }
    }
    assertThat(scans).hasSize(5);
    return scans;
  }

  private static int statements(List<Work> work) {
    return work.stream().mapToInt(w -> w.statements().size()).sum();
  }

  private static long commits(List<Work> work) {
    return work.stream().filter(Work::committed).count();
  }

  // Where the token is

  @Test
  void theTokenWaitsWhileTheTalkGoesRound() {
    trial.script("{}");
    talks("round");
    trial.change(HELD);
    String instance = instance("round");
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Answer> turn = baton.writeLater("round", "m" + i, "1");
      baton.awaitUnderWay("round", "bot-message");
      assertThat(baton.standsAt("round")).containsExactly(WAIT);
      assertThat(turn).isNotDone();
      assertThat(released(turn).path("messages")).isNotEmpty();
      assertThat(baton.conversation("round").path("underWay")).isEmpty();
    }
    assertThat(visits(instance, "SendMessage")).isEmpty();
    assertThat(visits(instance, WAIT)).hasSize(1);

    trial.change(SLOW.formatted(0));
    assertThat(baton.write("round", "m3", "3").path("state").asText()).isEqualTo("transferring");
    trial.awaitCase("round", 1);
    baton.awaitAt("round", "Offer");
    assertThat(visits(instance, "SendMessage")).hasSize(1);
    assertThat(sequence("round")).containsExactly(1L, 2L, 3L);
    leaves("round");
  }

  @Test
  void aTurnThatEndsTheSessionEndsTheProcess() {
    trial.script("{}");
    talks("ends");
    String instance = instance("ends");
    baton.write("ends", "m1", "4");
    baton.awaitState("ends", "ended");
    trial.awaitNothingLeft("ends");
    assertThat(visits(instance, "SendMessage")).hasSize(1);
    assertThat(trial.trail("ends")).containsExactly("start", "text");
  }

  @Test
  void aTurnOfASessionThatTheBotForgotEndsTheProcess() {
    trial.script("{}");
    talks("gone");
    String instance = instance("gone");
    baton.write("gone", "m1", "1");
    trial.expireAtTheBot("gone");
    assertThat(baton.write("gone", "m2", "1").path("state").asText()).isEqualTo("ended");
    trial.awaitNothingLeft("gone");
    assertThat(visits(instance, "SendMessage")).hasSize(1);
    assertThat(trial.trail("gone")).containsExactly("start", "text", "text -> 404");
    assertThat(baton.conversation("gone").path("undelivered").asInt()).isEqualTo(1);
  }

  // Suspended by an operator

  @Test
  void whatIsWrittenToASuspendedConversationIsSentWhenItGoesOnAndInOrder() {
    trial.script("{}");
    talks("suspended");
    baton.write("suspended", "m0", "words 0");
    suspend("suspended", true);
    Stream.of(1, 2)
        .forEach(
            i ->
                assertThat(baton.correlate("suspended", "m" + i, "words " + i).status())
                    .isEqualTo(204));
    assertThat(texts("suspended")).containsExactly("words 0");
    assertThat(baton.conversation("suspended").path("underWay")).isEmpty();
    suspend("suspended", false);
    baton.write("suspended", "m3", "words 3");
    Trial.until("all sent", () -> texts("suspended"), texts -> texts.size() == 4);
    assertThat(texts("suspended")).containsExactly("words 0", "words 1", "words 2", "words 3");
    assertThat(sequence("suspended")).containsExactly(1L, 2L, 3L, 4L);
    baton.awaitAt("suspended", WAIT);
    inTheRows("suspended", "m4");
    leaves("suspended");
  }

  /** Nobody else has anything to say: the sweep finds what lies there. */
  @Test
  void whatIsWrittenToASuspendedConversationIsSentThoughNobodyWritesAgain() {
    trial.script("{}");
    talks("swept");
    suspend("swept", true);
    assertThat(baton.correlate("swept", "m1", "1").status()).isEqualTo(204);
    assertThat(trial.trail("swept")).containsExactly("start");
    suspend("swept", false);
    Trial.until("sent", () -> trial.trail("swept"), trail -> trail.size() == 2);
    baton.awaitAt("swept", WAIT);
    leaves("swept");
  }

  @Test
  void anAnswerThatComesWhileSuspendedIsPutAway() {
    trial.script("{}");
    talks("answered");
    trial.change(HELD);
    CompletableFuture<Answer> turn = baton.writeLater("answered", "m1", "1");
    baton.awaitUnderWay("answered", "bot-message");
    suspend("answered", true);
    CompletableFuture<Answer> next = baton.writeLater("answered", "m2", "1");
    assertThat(released(turn).path("messages")).isNotEmpty();
    Trial.until(
        "settled", () -> baton.conversation("answered").path("underWay"), JsonNode::isEmpty);
    assertThat(trial.trail("answered")).containsExactly("start", "text");
    assertThat(next).isNotDone();
    suspend("answered", false);
    assertThat(released(next).path("messages")).isNotEmpty();
    assertThat(sequence("answered")).containsExactly(1L, 2L);
    leaves("answered");
  }

  @Test
  void anEscalateThatComesWhileSuspendedIsTakenUpOnceItGoesOn() {
    trial.script("{}");
    talks("escalates");
    trial.change(HELD);
    String instance = instance("escalates");
    CompletableFuture<Answer> turn = baton.writeLater("escalates", "m1", "3");
    baton.awaitUnderWay("escalates", "bot-message");
    suspend("escalates", true);
    trial.release();
    Trial.until(
        "answered",
        () -> trial.calls("escalates"),
        calls -> calls.size() == 2 && calls.get(1).path("status").asInt() == 200);
    assertThat(baton.standsAt("escalates")).containsExactly(WAIT);
    assertThat(baton.conversation("escalates").path("state").asText()).isEqualTo("talking");
    assertThat(turn).isNotDone();
    suspend("escalates", false);
    assertThat(turn.join().json().path("state").asText()).isEqualTo("transferring");
    trial.awaitCase("escalates", 1);
    assertThat(trial.trail("escalates")).containsExactly("start", "text", "case");
    assertThat(visits(instance, "SendMessage")).hasSize(1);
    assertThat(baton.conversation("escalates").path("transfers")).hasSize(1);
    leaves("escalates");
  }

  // Silence

  @Test
  void silenceCountsFromTheLastAnswerAndNotFromWhenTheTokenCame() {
    // The bot takes half of the time: the turn is over when the other half is left.
    trial.script(SLOW.formatted(1000));
    trial.begin("halfway", "silence", "PT2S");
    Answer turn = baton.writeLater("halfway", "m1", "1").join();
    Instant answered = answered("halfway");
    assertThat(turn.json().path("state").asText()).isEqualTo("talking");
    trial.change(SLOW.formatted(0));
    baton.awaitState("halfway", "ended");
    assertThat(over("halfway")).isAfterOrEqualTo(answered.plusMillis(1500));
    trial.awaitNothingLeft("halfway");
    assertThat(trial.trail("halfway")).containsExactly("start", "text", "end Expiration");
    assertThat(visits(instanceOfHistory("halfway"), WAIT)).hasSize(1);
  }

  @Test
  void aCustomerWhoNeverWritesExpires() {
    trial.script("{}");
    trial.begin("never", "silence", "PT1S");
    baton.awaitState("never", "ended");
    trial.awaitNothingLeft("never");
    assertThat(trial.trail("never")).containsExactly("start", "end Expiration");
  }

  @Test
  void aBotThatTakesLongerThanTheCustomerMayBeSilentIsHeard() {
    trial.script("{}");
    trial.begin("slow bot", "silence", "PT1S");
    trial.change(SLOW.formatted(2000));
    Answer turn = baton.writeLater("slow bot", "m1", "1").join();
    Instant answered = answered("slow bot");
    assertThat(turn.json().path("state").asText()).isEqualTo("talking");
    assertThat(turn.json().path("messages")).isNotEmpty();
    trial.change(SLOW.formatted(0));
    baton.awaitState("slow bot", "ended");
    assertThat(over("slow bot")).isAfterOrEqualTo(answered.plusMillis(500));
    trial.awaitNothingLeft("slow bot");
    assertThat(trial.trail("slow bot")).containsExactly("start", "text", "end Expiration");
  }

  /** What is written to a suspended conversation lies there until the sweep finds it. */
  @Test
  void aTimerFromBeforeTheLastTurnDoesNotExpireWhoeverWroteWhileSuspended() {
    trial.script("{}");
    trial.begin("not silent", "silence", "PT1M");
    baton.write("not silent", "m1", "1");
    suspend("not silent", true);
    assertThat(baton.correlate("not silent", "m2", "1").status()).isEqualTo(204);
    String job =
        baton
            .get("/engine-rest/job?processInstanceId=" + instance("not silent"))
            .json()
            .path(0)
            .path("id")
            .asText();
    suspend("not silent", false);
    // As if the minute from before the turn were over just now.
    baton.post("/engine-rest/job/" + job + "/execute", Baton.object());
    Trial.until("sent", () -> trial.trail("not silent"), trail -> trail.size() == 3);
    assertThat(trial.trail("not silent")).containsExactly("start", "text", "text");
    baton.awaitAt("not silent", WAIT);
    assertThat(baton.conversation("not silent").path("state").asText()).isEqualTo("talking");
    leaves("not silent");
  }

  // Several messages

  @Test
  void whatIsTypedDuringATurnIsSentAfterItOneAtATime() {
    trial.script(SLOW.formatted(700));
    talks("typed");
    CompletableFuture<Answer> first = baton.writeLater("typed", "m0", "words 0");
    baton.awaitUnderWay("typed", "bot-message");
    List<CompletableFuture<Answer>> later = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      assertThat(baton.correlate("typed", "m" + i, "words " + i).status()).isEqualTo(204);
      later.add(baton.writeLater("typed", "m" + i, "words " + i));
    }
    assertThat(first.join().json().path("messages")).isNotEmpty();
    assertThat(later).allMatch(turn -> !turn.join().json().path("messages").isEmpty());
    assertThat(texts("typed")).containsExactly("words 0", "words 1", "words 2", "words 3");
    assertThat(sequence("typed")).containsExactly(1L, 2L, 3L, 4L);
    assertThat(trial.trail("typed")).hasSize(5).noneMatch(line -> line.contains("->"));
    assertThat(visits(instance("typed"), WAIT)).hasSize(1);
    leaves("typed");
  }

  @Test
  void whatIsTypedAtTheSameInstantIsSentOnceAndInTheOrderOfTheTranscript() {
    trial.script("{}");
    talks("at once");
    for (int round = 0; round < 5; round++) {
      int ofRound = round;
      List<CompletableFuture<Answer>> turns =
          IntStream.range(0, 4)
              .mapToObj(i -> "words " + ofRound + "." + i)
              .map(words -> baton.writeLater("at once", words, words))
              .toList();
      assertThat(turns).allMatch(turn -> !turn.join().json().path("messages").isEmpty());
    }
    List<String> typed =
        trial.said("at once").stream()
            .filter(line -> line.startsWith("customer: "))
            .map(line -> line.substring("customer: ".length()))
            .toList();
    assertThat(typed).hasSize(20).doesNotHaveDuplicates();
    assertThat(texts("at once")).isEqualTo(typed);
    assertThat(sequence("at once"))
        .isEqualTo(IntStream.rangeClosed(1, 20).mapToObj(Long::valueOf).toList());
    assertThat(trial.trail("at once")).noneMatch(line -> line.contains("->"));
    leaves("at once");
  }

  @Test
  void aMessageThatComesTwiceAtTheSameInstantIsSentOnceAndAnsweredToBoth() {
    trial.script("{}");
    talks("twice");
    for (int i = 0; i < 5; i++) {
      String id = "m" + i;
      List<JsonNode> answers =
          Stream.of(
                  baton.writeLater("twice", id, "1"),
                  baton.writeLater("twice", id, "1"),
                  baton.writeLater("twice", id, "1"))
              .toList()
              .stream()
              .map(CompletableFuture::join)
              .map(Answer::json)
              .toList();
      assertThat(answers.get(0).path("messages")).isNotEmpty();
      assertThat(answers).containsOnly(answers.get(0));
    }
    // Known for long, and nothing is under way.
    assertThat(baton.write("twice", "m0", "1").path("messages")).isNotEmpty();
    assertThat(sequence("twice")).containsExactly(1L, 2L, 3L, 4L, 5L);
    inTheRows("twice", "m6");
    leaves("twice");
  }

  // Failures

  @Test
  void aTurnThatFailsForGoodIsFoundAtItsStepAndTheTalkGoesRoundAfterTheRetry() {
    trial.script("{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':500}}]}");
    talks("fails");
    assertThat(baton.write("fails", "m1", "1").path("state").asText()).isEqualTo("failed");
    assertThat(baton.standsAt("fails")).containsExactly("SendMessage");
    String instance = instance("fails");
    assertThat(incidents(instance))
        .extracting(incident -> incident.path("activityId").asText())
        .containsExactly("SendMessage");
    List<JsonNode> tries = trial.calls("fails").subList(1, trial.calls("fails").size());
    assertThat(tries).hasSize(4);

    trial.change("{'faults':[]}");
    retry(instance);
    baton.awaitState("fails", "talking");
    baton.awaitAt("fails", WAIT);
    tries = trial.calls("fails").subList(1, trial.calls("fails").size());
    assertThat(tries).hasSize(5).extracting(call -> call.path("body")).containsOnly(body(tries));
    assertThat(Trial.lines(tries))
        .containsExactly("text -> 500", "text -> 500", "text -> 500", "text -> 500", "text");
    assertThat(incidents(instance)).isEmpty();
    assertThat(baton.get("/api/conversations/fails/messages/m1").json().path("messages"))
        .isNotEmpty();

    inTheRows("fails", "m2");
    assertThat(visits(instance, "SendMessage")).hasSize(1);
    assertThat(sequence("fails")).containsExactly(1L, 1L, 1L, 1L, 1L, 2L);
    leaves("fails");
  }

  @Test
  void aTurnThatIsAnsweredAfterAllIsNotSentOnceMoreByItsStep() {
    trial.script(
        "{'faults':[{'match':{'path':'/messages$'},'then':{'connection':'reset-after'}}]}");
    talks("repeated");
    assertThat(baton.write("repeated", "m1", "1").path("messages")).hasSize(2);
    assertThat(sequence("repeated")).containsExactly(1L, 1L);
    assertThat(
            trial.calls("repeated").stream()
                .filter(call -> call.path("effect").asText().equals("processed"))
                .filter(call -> call.path("path").asText().endsWith("/messages")))
        .hasSize(1);
    inTheRows("repeated", "m2");
    leaves("repeated");
  }

  @Test
  void whatIsTypedWhileATurnFailsIsSentAfterItAndInOrder() {
    trial.script("{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':500}}]}");
    talks("typed on");
    assertThat(baton.write("typed on", "m1", "words 1").path("state").asText()).isEqualTo("failed");
    baton.write("typed on", "m2", "words 2");
    baton.write("typed on", "m3", "words 3");
    trial.change("{'faults':[]}");
    retry(instance("typed on"));
    Trial.until("all sent", () -> texts("typed on"), texts -> texts.size() == 7);
    assertThat(texts("typed on").subList(4, 7)).containsExactly("words 1", "words 2", "words 3");
    assertThat(sequence("typed on").subList(4, 7)).containsExactly(1L, 2L, 3L);
    baton.awaitAt("typed on", WAIT);
    leaves("typed on");
  }

  // Other nodes

  /** As when this node stood still for so long that it was taken for dead. */
  @Test
  void aTurnThatIsLeftToOthersWhileItsCallIsMadeIsAnsweredOnce() {
    trial.script("{}");
    talks("left");
    trial.change(HELD);
    CompletableFuture<Answer> turn = baton.writeLater("left", "m1", "1");
    baton.awaitUnderWay("left", "bot-message");
    // The bot answers the second node at once.
    trial.change(SLOW.formatted(0));
    baton.bean(Turns.class).leave(underWay("left"));
    JsonNode answer = released(turn).path("messages");
    assertThat(answer).isNotEmpty();
    Trial.until("nothing to do", () -> underWayNow("left"), List::isEmpty);
    baton.awaitAt("left", WAIT);
    // What was called by the one who was taken for dead may be called again, as the same message.
    assertThat(sequence("left")).containsOnly(1L);
    assertThat(answers("left")).isEqualTo(answer.size());
    inTheRows("left", "m2");
    leaves("left");
  }

  @Test
  void anAnswerThatComesTooLateDoesNotEndTheNextTurn() {
    trial.script("{}");
    talks("late");
    trial.change(HELD);
    CompletableFuture<Answer> first = baton.writeLater("late", "m1", "1");
    baton.awaitUnderWay("late", "bot-message");
    Order stale = underWay("late");
    assertThat(released(first).path("messages")).isNotEmpty();
    CompletableFuture<Answer> second = baton.writeLater("late", "m2", "1");
    baton.awaitUnderWay("late", "bot-message");
    CompletableFuture<Optional<Turns.Reply>> nobody = new CompletableFuture<>();
    Turns.Reply reply = new Turns.Reply(ConversationState.TALKING, List.of("{}"), null);
    assertThat(baton.bean(Turns.class).answered(stale, reply, nobody)).isFalse();
    assertThat(nobody).isNotDone();
    assertThat(underWay("late").sequenceId()).isEqualTo(2);
    assertThat(released(second).path("messages")).isNotEmpty();
    assertThat(sequence("late")).containsExactly(1L, 2L);
    leaves("late");
  }

  private static Order underWay(String key) {
    return underWayNow(key).get(0);
  }

  private static List<Order> underWayNow(String key) {
    return baton.bean(Orders.class).open(key);
  }

  private static int answers(String key) {
    return trial
        .jdbc
        .queryForList(
            """
            select id from baton_transcript
            where conversation_key = ? and speaker = 'BOT' and cause = 'MESSAGE'""",
            Long.class,
            key)
        .size();
  }

  // Leaving

  @Test
  void aCustomerWhoLeavesDuringATurnIsAnsweredAndWhatWaitedIsSaidToHaveReachedNobody() {
    trial.script("{}");
    talks("leaves");
    trial.change(HELD);
    CompletableFuture<Answer> turn = baton.writeLater("leaves", "m1", "1");
    baton.awaitUnderWay("leaves", "bot-message");
    assertThat(baton.correlate("leaves", "m2", "1").status()).isEqualTo(204);
    assertThat(baton.leave("leaves").status()).isEqualTo(204);
    assertThat(turn).isNotDone();
    trial.change(SLOW.formatted(0));
    trial.release();
    baton.awaitState("leaves", "ended");
    trial.awaitNothingLeft("leaves");
    assertThat(trial.trail("leaves")).containsExactly("start", "text", "end UserRequest");
    assertThat(trial.said("leaves"))
        .contains("bot: Your order is on its way and arrives tomorrow.");
    assertThat(baton.conversation("leaves").path("undelivered").asInt()).isEqualTo(1);
  }

  // Whoever else moves the token

  @Test
  void whoeverWakesTheProcessDuringATurnIsRefused() {
    trial.script("{}");
    talks("woken");
    trial.change(HELD);
    String instance = instance("woken");
    CompletableFuture<Answer> turn = baton.writeLater("woken", "m1", "1");
    baton.awaitUnderWay("woken", "bot-message");
    Answer refused = wake("woken");
    assertThat(turn).isNotDone();
    assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    assertThat(refused.json().path("message").asText())
        .contains("A message is being sent to the bot");
    assertThat(baton.standsAt("woken")).containsExactly(WAIT);
    assertThat(released(turn).path("messages")).isNotEmpty();
    assertThat(visits(instance, WAIT)).hasSize(1);
    trial.change(SLOW.formatted(0));

    assertThat(wake("woken").status()).isEqualTo(204);
    assertThat(baton.standsAt("woken")).containsExactly(WAIT);
    assertThat(trial.trail("woken")).containsExactly("start", "text");
    inTheRows("woken", "m2");
    assertThat(sequence("woken")).containsExactly(1L, 2L);
    assertThat(visits(instance, "SendMessage")).isEmpty();
    leaves("woken");
  }

  @Test
  void whoeverMovesTheTokenBackDuringACallHasTheNextMessageWaitForThatCall() {
    trial.script("{}");
    talks("moved");
    String instance = instance("moved");
    // Only a message that moves the token can have it moved back.
    trial.jdbc.update("update baton_conversation set turn = null where conversation_key = 'moved'");
    trial.change(HELD);
    CompletableFuture<Answer> first = baton.writeLater("moved", "m1", "1");
    baton.awaitUnderWay("moved", "bot-message");
    Answer moved =
        baton.send(
            baton
                .request("/engine-rest/process-instance/" + instance + "/modification")
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        """
                        {"instructions": [
                          {"type": "startBeforeActivity", "activityId": "WaitForCustomer"},
                          {"type": "cancel", "activityId": "SendMessage"}]}""")));
    assertThat(moved.status()).as(moved.body()).isEqualTo(204);
    assertThat(first).isNotDone();
    CompletableFuture<Answer> second = baton.writeLater("moved", "m2", "1");
    trial.release();
    assertThat(released(second).path("messages")).isNotEmpty();
    assertThat(trial.trail("moved")).containsExactly("start", "text", "text");
    assertThat(sequence("moved")).containsExactly(1L, 2L);
    baton.awaitAt("moved", WAIT);
    inTheRows("moved", "m3");
    leaves("moved");
  }

  // What the tests look at

  /** The turn's answer, which the bot holds back until now. */
  private static JsonNode released(CompletableFuture<Answer> turn) {
    trial.release();
    return turn.join().json();
  }

  private static void talks(String key) {
    assertThat(baton.begin(key).path("state").asText()).isEqualTo("talking");
    baton.awaitAt(key, WAIT);
  }

  private static void leaves(String key) {
    trial.change(SLOW.formatted(0));
    baton.leave(key);
    trial.awaitNothingLeft(key);
  }

  /** The customer writes, and the token waits while the bot thinks. */
  private static void inTheRows(String key, String id) {
    trial.change(HELD);
    CompletableFuture<Answer> turn = baton.writeLater(key, id, "1");
    baton.awaitUnderWay(key, "bot-message");
    assertThat(baton.standsAt(key)).containsExactly(WAIT);
    assertThat(turn).isNotDone();
    assertThat(released(turn).path("messages")).isNotEmpty();
    trial.change(SLOW.formatted(0));
  }

  private static Answer wake(String key) {
    return baton.post(
        "/engine-rest/message",
        Baton.object("messageName", "customer-message-arrived", "businessKey", key));
  }

  private static String instance(String key) {
    return baton.instances(key).path(0).path("id").asText();
  }

  private static String instanceOfHistory(String key) {
    return baton
        .get("/engine-rest/history/process-instance?processInstanceBusinessKey=" + key)
        .json()
        .path(0)
        .path("id")
        .asText();
  }

  private static JsonNode visits(String instance, String activity) {
    return baton
        .get(
            "/engine-rest/history/activity-instance?processInstanceId=%s&activityId=%s"
                .formatted(instance, activity))
        .json();
  }

  private static JsonNode incidents(String instance) {
    return baton.get("/engine-rest/incident?processInstanceId=" + instance).json();
  }

  private static Instant over(String key) {
    return instant("select over_at from baton_conversation where conversation_key = ?", key);
  }

  /** When the bot last said something; that is known here only later. */
  private static Instant answered(String key) {
    return instant(
        """
        select max(said_at) from baton_transcript
        where conversation_key = ? and speaker = 'BOT'""",
        key);
  }

  private static Instant instant(String sql, String key) {
    return trial.jdbc.queryForList(sql, Timestamp.class, key).get(0).toInstant();
  }

  private static List<JsonNode> messages(String key) {
    return trial.calls(key).stream()
        .filter(call -> call.path("path").asText().endsWith("/messages"))
        .toList();
  }

  private static JsonNode body(Collection<JsonNode> calls) {
    return calls.iterator().next().path("body");
  }

  private static List<String> texts(String key) {
    return messages(key).stream()
        .map(call -> call.path("body").path("message").path("text").asText())
        .toList();
  }

  private static List<Long> sequence(String key) {
    return messages(key).stream()
        .map(call -> call.path("body").path("message").path("sequenceId").asLong())
        .toList();
  }

  private static void suspend(String key, boolean suspended) {
    baton.put(
        "process-instance/" + instance(key) + "/suspended", "{\"suspended\":" + suspended + "}");
  }

  private static void retry(String instance) {
    String task =
        baton
            .get("/engine-rest/external-task?processInstanceId=" + instance)
            .json()
            .path(0)
            .path("id")
            .asText();
    baton.put("external-task/" + task + "/retries", "{\"retries\":1}");
  }
}
