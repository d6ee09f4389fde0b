package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nobody takes the session, and the customer goes on talking with the bot. */
class BackToBotTest {

  private static final String BOT = Simulator.DEMO_BOT_ID;
  private static final String DECLINES =
      "'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'decline'}]}},'org':{'afterDecline':'goes'}"
          .formatted(Simulator.DEMO_QUEUE_ID);

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial = Trial.start("baton.transfer.after-failure=back-to-bot");
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void failedTransfersLeaveNothingBehindInTheEngine() {
    trial.script("{" + DECLINES + "}");
    baton.begin("leak");
    // The first answer leaves the variable that tells what the bot said.
    Map<String, Integer> before = failOnce("leak", 1);
    for (int i = 2; i <= 5; i++) {
      assertThat(failOnce("leak", i)).as("after failure " + i).isEqualTo(before);
    }
    assertThat(trial.trail("leak"))
        .hasSize(1 + 5 * 4)
        .endsWith("text", "case", "case Closed", "transferFailed NoAgentAvailable");
    baton.leave("leak");
    trial.awaitNothingLeft("leak");
    assertThat(trial.trail("leak")).endsWith("transferFailed NoAgentAvailable", "end UserRequest");
  }

  private static Map<String, Integer> failOnce(String key, int nth) {
    baton.write(key, "m" + nth, "Transfer To Agent");
    Trial.until(
        "transfer " + nth + " failed",
        () -> baton.conversation(key),
        now -> now.path("transfers").path(nth - 1).path("report").asText().equals("failed"));
    baton.awaitAt(key, "WaitForCustomer");
    assertThat(baton.conversation(key).path("state").asText()).isEqualTo("talking");
    return trial.engineRows(key);
  }

  @Test
  void whatWasTypedMeanwhileIsAnsweredInOrderAndASecondTransferSucceeds() {
    trial.script("{}");
    baton.begin("on");
    baton.write("on", "m1", "3");
    String first = trial.awaitCase("on", 1);
    assertThat(baton.write("on", "m2", "1").path("state").asText()).isEqualTo("transferring");
    baton.write("on", "m3", "2");
    trial.change("{" + DECLINES + "}");
    trial.decline(first);
    JsonNode answer =
        Trial.until(
            "the last answer",
            () -> baton.get("/api/conversations/on/messages/m3").json().path("messages"),
            messages -> !messages.isEmpty());
    baton.awaitAt("on", "WaitForCustomer");
    assertThat(trial.trail("on"))
        .containsExactly(
            "start",
            "text",
            "case",
            "case Closed",
            "transferFailed NoAgentAvailable",
            "text",
            "text");
    assertThat(trial.said("on"))
        .containsSubsequence(
            "bot: Sorry, no agent is available.",
            "bot: Your order is on its way and arrives tomorrow.",
            "bot: We are open from 9 to 5, Monday to Friday.");
    assertThat(answer.path(0).path("text").asText())
        .isEqualTo("We are open from 9 to 5, Monday to Friday.");

    trial.change(
        "{'queues':{'"
            + Simulator.DEMO_QUEUE_ID
            + "':{'agents':[{'id':'005xx0000000001AAA','does':'accept'}]}}}");
    String escalateId = baton.write("on", "m4", "3").path("messages").path(1).path("id").asText();
    baton.awaitState("on", "transferred");
    trial.awaitNothingLeft("on");
    List<JsonNode> calls = trial.calls("on");
    assertThat(Trial.lines(calls).subList(7, calls.size()))
        .containsExactly("text", "case", "transferSucceeded", "end Transfer");
    assertThat(calls.get(9).path("body").path("message").path("inReplyToMessageId").asText())
        .isEqualTo(escalateId);
    long before = 0;
    for (JsonNode call : calls) {
      if (call.path("path").asText().endsWith("/messages")) {
        long sequence = call.path("body").path("message").path("sequenceId").asLong();
        assertThat(sequence).isGreaterThan(before);
        before = sequence;
      }
    }
  }

  @Test
  void aBotThatEscalatesForEverIsStopped() {
    trial.script("{" + DECLINES + ",'bots':{'" + BOT + "':{'transferFailed':['escalate']}}}");
    baton.begin("for ever");
    baton.write("for ever", "m1", "3");
    baton.awaitState("for ever", "ended");
    trial.awaitNothingLeft("for ever");
    List<String> trail = trial.trail("for ever");
    assertThat(trail).endsWith("transferFailed NoAgentAvailable", "end Other");
    assertThat(trail).filteredOn(line -> line.startsWith("transferFailed")).hasSize(3);
    assertThat(trail).filteredOn(line -> line.equals("case")).hasSize(3);
    assertThat(trail).filteredOn(line -> line.equals("case Closed")).hasSize(3);
  }

  @Test
  void aNewEscalateInTheAnswerToTheFailureMaySucceed() {
    trial.script(
        "{'bots':{'" + BOT + "':{'transferFailed':['escalate']}},'org':{'afterDecline':'goes'}}");
    baton.begin("anew");
    baton.write("anew", "m1", "3");
    trial.decline(trial.awaitCase("anew", 1));
    trial.accept(trial.awaitCase("anew", 2));
    baton.awaitState("anew", "transferred");
    trial.awaitNothingLeft("anew");
    List<JsonNode> calls = trial.calls("anew");
    assertThat(Trial.lines(calls))
        .containsExactly(
            "start",
            "text",
            "case",
            "case Closed",
            "transferFailed NoAgentAvailable",
            "case",
            "transferSucceeded",
            "end Transfer");
    JsonNode answers = calls.get(4).path("answer").path("messages");
    assertThat(calls.get(6).path("body").path("message").path("inReplyToMessageId").asText())
        .isEqualTo(answers.path(1).path("id").asText());
  }

  @Test
  void escalatesWithoutATargetDoNotGoRoundForEverEither() {
    trial.script(
        "{'bots':{'"
            + BOT
            + "':{'targets':[],'transferFailed':['escalate'],'transferFailedTargets':[]}}}");
    baton.begin("empty");
    baton.write("empty", "m1", "3");
    baton.awaitState("empty", "ended");
    trial.awaitNothingLeft("empty");
    assertThat(trial.trail("empty"))
        .containsExactly(
            "start",
            "text",
            "transferFailed Error",
            "transferFailed Error",
            "transferFailed Error",
            "end Error");
  }

  @Test
  void aBotThatEndsTheSessionInItsAnswerToTheFailureEndsTheConversation() {
    trial.script("{" + DECLINES + ",'bots':{'" + BOT + "':{'transferFailed':['session-ended']}}}");
    baton.begin("bot ends");
    baton.write("bot ends", "m1", "3");
    baton.awaitState("bot ends", "ended");
    trial.awaitNothingLeft("bot ends");
    assertThat(trial.trail("bot ends"))
        .containsExactly("start", "text", "case", "case Closed", "transferFailed NoAgentAvailable");
  }

  @Test
  void aSessionThatTheBotForgotIsNotGoneBackTo() {
    trial.script("{'org':{'afterDecline':'goes'}}");
    baton.begin("gone");
    baton.write("gone", "m1", "3");
    String offered = trial.awaitCase("gone", 1);
    baton.write("gone", "m2", "is anybody there");
    trial.expireAtTheBot("gone");
    trial.decline(offered);
    baton.awaitState("gone", "ended");
    trial.awaitNothingLeft("gone");
    assertThat(baton.conversation("gone").path("undelivered").asInt()).isEqualTo(1);
  }

  @Test
  void aCustomerWhoLeavesWhileTheBotHearsOfTheFailureIsLetGo() {
    trial.script(
        "{"
            + DECLINES
            + ",'faults':[{'match':{'body':'transferFailed'},'then':{'delayMs':60000}}]}");
    baton.begin("hears");
    baton.write("hears", "m1", "3");
    Trial.until("report", () -> baton.standsAt("hears"), at -> at.contains("TellFailed"));
    baton.leave("hears");
    trial.release();
    baton.awaitState("hears", "ended");
    trial.awaitNothingLeft("hears");
    assertThat(trial.trail("hears")).endsWith("transferFailed NoAgentAvailable", "end UserRequest");
  }
}
