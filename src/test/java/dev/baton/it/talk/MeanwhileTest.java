package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What customers do while something else is going on: they type, and they leave. */
class MeanwhileTest {

  private static final String BOT = Simulator.DEMO_BOT_ID;

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial = Trial.startWith(ShortRetries.class, "baton.api.answer-limit=500ms");
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void whatIsTypedDuringATransferIsPassedOnInOrderBeforeTheSessionEnds() {
    trial.script("{}");
    offered("typed");
    List<String> comments = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      JsonNode answer = baton.write("typed", "t" + i, "line " + i);
      assertThat(answer.path("state").asText()).isEqualTo("transferring");
      comments.add("comment line " + i + "\n[t" + i + "]");
    }
    baton.choose("typed", "t6", "1");
    comments.add("comment Order Status\n[t6]");
    trial.accept(trial.cases("typed").get(0));
    baton.awaitState("typed", "transferred");
    trial.awaitNothingLeft("typed");

    List<String> expected = new ArrayList<>(List.of("start", "text", "case", "transferSucceeded"));
    expected.addAll(comments);
    expected.add("end Transfer");
    assertThat(trial.trail("typed")).isEqualTo(expected);
    assertThat(baton.conversation("typed").path("undelivered").asInt()).isZero();
    assertThat(trial.calls("typed"))
        .filteredOn(call -> call.path("path").asText().endsWith("/CaseComment"))
        .allMatch(
            call ->
                call.path("body").path("ParentId").asText().equals(trial.cases("typed").get(0)));

    tooLate("typed", "handed over");
  }

  /** Each message is accepted and then passed on, or refused; none is accepted and lost. */
  @Test
  void noMessageIsLostWhileTheConversationIsHandedOver() {
    trial.script("{}");
    for (int round = 0; round < 3; round++) {
      String key = "storm" + round;
      offered(key);
      List<String> accepted = new ArrayList<>();
      trial.accept(trial.cases(key).get(0));
      // Typed without a pause: it ends since no message is accepted from the first comment on.
      int status = 200;
      for (int n = 0; status == 200; n++) {
        status =
            baton
                .post(
                    "/api/conversations/" + key + "/messages",
                    Baton.object("id", "s" + n, "text", "storm " + n))
                .status();
        assertThat(status).isIn(200, 409);
        if (status == 200) {
          accepted.add("comment storm " + n + "\n[s" + n + "]");
        }
      }
      baton.awaitState(key, "transferred");
      trial.awaitNothingLeft(key);
      assertThat(trial.trail(key))
          .filteredOn(line -> line.startsWith("comment"))
          .isEqualTo(accepted);
      assertThat(trial.trail(key)).endsWith("end Transfer");
      assertThat(baton.conversation(key).path("undelivered").asInt()).isZero();
    }
  }

  @Test
  void aCommentThatFailsIsRepeatedAndStandsOnce() {
    trial.script(
        """
        {'faults':[
          {'match':{'path':'/CaseComment$','body':'line 1'},'then':{'connection':'reset-after'}},
          {'match':{'path':'/CaseComment$','body':'line 2'},
           'then':{'status':500,'error':'UNABLE_TO_LOCK_ROW'}}]}""");
    offered("repeated");
    baton.write("repeated", "t1", "line 1");
    baton.write("repeated", "t2", "line 2");
    trial.accept(trial.cases("repeated").get(0));
    baton.awaitState("repeated", "transferred");
    trial.awaitNothingLeft("repeated");
    assertThat(trial.calls())
        .filteredOn(call -> call.path("path").asText().endsWith("/CaseComment"))
        .filteredOn(call -> call.path("effect").asText().equals("processed"))
        .extracting(call -> call.path("body").path("CommentBody").asText())
        .containsExactly("line 1\n[t1]", "line 2\n[t2]");
  }

  @Test
  void aCustomerWhoLeavesWhileTalkingEndsTheSession() {
    trial.script("{}");
    baton.begin("talks");
    assertThat(baton.leave("talks").status()).isEqualTo(204);
    baton.awaitState("talks", "ended");
    trial.awaitNothingLeft("talks");
    assertThat(Trial.lines(trial.calls())).containsExactly("start", "end UserRequest");
    assertThat(baton.leave("talks").status()).isEqualTo(204);
    tooLate("talks", "over");
  }

  @Test
  void aCustomerWhoLeavesWhileOfferedHasTheOfferTakenBack() {
    trial.script("{}");
    offered("offered");
    baton.write("offered", "t1", "never mind");
    assertThat(baton.leave("offered").status()).isEqualTo(204);
    baton.awaitState("offered", "ended");
    trial.awaitNothingLeft("offered");
    assertThat(Trial.lines(trial.calls()))
        .containsExactly("start", "text", "case", "case Closed", "end UserRequest");
    assertThat(baton.conversation("offered").path("undelivered").asInt()).isEqualTo(1);
    assertThat(
            baton
                .conversation("offered")
                .path("transfers")
                .path(0)
                .path("attempts")
                .path(0)
                .path("outcome")
                .asText())
        .isEqualTo("withdrawn-by-customer");
  }

  @Test
  void aCustomerWhoLeavesWhileTheOfferIsBeingMadeLeavesNoCaseOpen() {
    trial.script(
        "{'faults':[{'match':{'method':'POST','path':'/sobjects/Case$'},'then':{'delayMs':30000}}]}");
    baton.begin("being made");
    baton.write("being made", "m1", "3");
    Trial.until("create", trial::calls, calls -> calls.size() == 3);
    baton.leave("being made");
    trial.release();
    trial.awaitNothingLeft("being made");
    baton.awaitState("being made", "ended");
    assertThat(Trial.lines(trial.calls()))
        .containsOnlyOnce("case", "case Closed", "end UserRequest")
        .hasSize(5);
  }

  @Test
  void aCustomerWhoLeavesWhileAnOfferInDoubtIsRepeatedLeavesNoCaseOpen() {
    trial.script(
        "{'faults':[{'match':{'method':'POST','path':'/sobjects/Case$'},'then':{'connection':'reset-after'}}]}");
    baton.begin("in doubt");
    baton.write("in doubt", "m1", "3");
    baton.leave("in doubt");
    trial.awaitNothingLeft("in doubt");
    List<String> lines = Trial.lines(trial.calls());
    assertThat(lines.stream().filter(line -> line.startsWith("case Closed")).count())
        .isEqualTo(
            trial.calls().stream()
                .filter(call -> call.path("path").asText().endsWith("/Case"))
                .filter(call -> call.path("effect").asText().equals("processed"))
                .count());
  }

  @Test
  void anAgentWhoAcceptsInTheMomentTheCustomerLeavesIsNotLeftWithAnOpenCase() {
    trial.script(
        """
        {'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'accept-after-withdraw'}]}}}"""
            .formatted(Simulator.DEMO_QUEUE_ID));
    offered("crossing");
    baton.leave("crossing");
    baton.awaitState("crossing", "ended");
    trial.awaitNothingLeft("crossing");
    assertThat(trial.trail("crossing"))
        .containsSubsequence("case Closed", "end UserRequest")
        .filteredOn(line -> line.startsWith("case "))
        .last()
        .isEqualTo("case Closed");
    assertThat(trial.trail("crossing")).noneMatch(line -> line.startsWith("transfer"));
  }

  @Test
  void aCustomerWhoLeavesDuringABotCallEndsTheSessionAfterIt() {
    trial.script("{}");
    baton.begin("in flight");
    baton.awaitAt("in flight", "WaitForCustomer");
    trial.change("{'bots':{'" + BOT + "':{'answerDelayMs':30000}}}");
    assertThat(
            baton
                .post(
                    "/api/conversations/in%20flight/messages",
                    Baton.object("id", "m1", "text", "1"))
                .status())
        .isEqualTo(202);
    baton.awaitUnderWay("in flight", "bot-message");
    assertThat(baton.leave("in flight").status()).isEqualTo(204);
    // Once a call that was ordered later is answered, the end has had its chance to overtake.
    Baton.Answer later =
        baton.post(
            "/api/conversations",
            Baton.object("key", "later", "botId", Simulator.DEMO_SECOND_BOT_ID));
    assertThat(later.status()).isEqualTo(201);
    answers();
    baton.awaitState("in flight", "ended");
    trial.awaitNothingLeft("in flight");
    assertThat(trial.trail("in flight")).containsExactly("start", "text", "end UserRequest");
    assertThat(trial.said("in flight"))
        .contains("bot: Your order is on its way and arrives tomorrow.");
  }

  @Test
  void aCustomerWhoLeavesDuringTheCallThatEscalatesIsNotTransferred() {
    trial.script("{}");
    baton.begin("escalating");
    baton.awaitAt("escalating", "WaitForCustomer");
    trial.change("{'bots':{'" + BOT + "':{'answerDelayMs':30000}}}");
    baton.write("escalating", "m1", "3");
    baton.awaitUnderWay("escalating", "bot-message");
    baton.leave("escalating");
    answers();
    baton.awaitState("escalating", "ended");
    trial.awaitNothingLeft("escalating");
    assertThat(Trial.lines(trial.calls())).containsExactly("start", "text", "end UserRequest");
  }

  @Test
  void onceAnAgentAcceptedLeavingIsTheAgentsBusiness() {
    trial.script("{'faults':[{'match':{'body':'transferSucceeded'},'then':{'delayMs':30000}}]}");
    offered("accepted");
    trial.accept(trial.cases("accepted").get(0));
    baton.awaitAt("accepted", "TellSucceeded");
    assertThat(baton.leave("accepted").status()).isEqualTo(204);
    trial.release();
    baton.awaitState("accepted", "transferred");
    trial.awaitNothingLeft("accepted");
    assertThat(trial.trail("accepted"))
        .containsExactly("start", "text", "case", "transferSucceeded", "end Transfer");
  }

  @Test
  void aSessionThatStartsAfterTheCustomerLeftIsEnded() {
    trial.script("{'bots':{'" + BOT + "':{'answerDelayMs':30000}}}");
    assertThat(baton.post("/api/conversations", Baton.object("key", "orphan")).status())
        .isEqualTo(202);
    baton.awaitAt("orphan", "StartSession");
    assertThat(baton.leave("orphan").status()).isEqualTo(204);
    answers();
    baton.awaitState("orphan", "ended");
    Trial.until("the orphan's end", trial::calls, calls -> calls.size() == 2);
    trial.awaitNothingLeft("orphan");
    assertThat(Trial.lines(trial.calls())).containsExactly("start", "end UserRequest");
  }

  @Test
  void aSessionThatEscalatesAfterTheCustomerLeftIsEndedAndNobodyIsAsked() {
    trial.script("{'bots':{'" + BOT + "':{'answerDelayMs':30000,'onStart':'escalate'}}}");
    baton.post("/api/conversations", Baton.object("key", "orphan2"));
    baton.awaitAt("orphan2", "StartSession");
    baton.leave("orphan2");
    answers();
    Trial.until("the orphan's end", trial::calls, calls -> calls.size() == 2);
    trial.awaitNothingLeft("orphan2");
    assertThat(Trial.lines(trial.calls())).containsExactly("start", "end UserRequest");
  }

  @Test
  void whatIsTypedWhileTheBotThinksIsSentAfterwardsInOrderAndOneAtATime() {
    trial.script("{'bots':{'" + BOT + "':{'answerDelayMs':200}}}");
    baton.begin("fast");
    for (int i = 0; i < 6; i++) {
      baton.writeLater("fast", "m" + i, "words " + i).join();
    }
    Trial.until("all sent", () -> trial.trail("fast"), trail -> trail.size() == 7);
    baton.awaitAt("fast", "WaitForCustomer");
    assertThat(trial.calls("fast").subList(1, 7))
        .extracting(call -> call.path("body").path("message").path("text").asText())
        .containsExactly("words 0", "words 1", "words 2", "words 3", "words 4", "words 5");
    assertThat(trial.trail("fast")).noneMatch(line -> line.contains("423"));
    baton.leave("fast");
    trial.awaitNothingLeft("fast");
  }

  /** The bot answers now, and at once from now on. */
  private static void answers() {
    trial.change("{'bots':{'" + BOT + "':{'answerDelayMs':0}}}");
    trial.release();
  }

  /** Escalates, and waits until the queue has the offer. */
  private static void offered(String key) {
    baton.begin(key);
    baton.write(key, "m1", "Transfer To Agent");
    trial.awaitCase(key, 1);
  }

  private static void tooLate(String key, String words) {
    Baton.Answer channel =
        baton.post(
            "/api/conversations/" + key + "/messages", Baton.object("id", "late", "text", "late"));
    assertThat(channel.status()).isEqualTo(409);
    assertThat(channel.json().path("detail").asText()).contains(words);
    Baton.Answer engine =
        baton.post(
            "/engine-rest/message",
            Baton.json(
                """
                {"messageName":"customer-message","businessKey":"%s","processVariables":
                  {"messageId":{"value":"late"},"text":{"value":"late"}}}"""
                    .formatted(key)));
    assertThat(engine.status()).isEqualTo(400);
    assertThat(engine.json().path("message").asText()).contains(words);
  }
}
