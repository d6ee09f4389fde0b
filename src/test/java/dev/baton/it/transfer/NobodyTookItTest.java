package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody takes the session: the bot hears it, and only then is the session ended. */
class NobodyTookItTest {

  private static final String BOT = Simulator.DEMO_BOT_ID;
  private static final String QUEUE = Simulator.DEMO_QUEUE_ID;
  private static final String SECOND_QUEUE = "00Gxx0000022222EAA";
  private static final String DECLINES =
      "'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'decline'}]}},'org':{'afterDecline':'goes'}"
          .formatted(QUEUE);

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial = Trial.start();
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @ParameterizedTest(name = "an agent who would {0}, and the item {1}: {2}")
  @CsvSource({
    "decline, goes, declined",
    "decline, stays, timed-out",
    "silent, stays, timed-out",
    "time-out, goes, declined",
    "go-offline, goes, no-agent",
    "go-offline, stays, timed-out"
  })
  void theBotIsToldAndTheSessionEndedAfterThat(String does, String item, String outcome) {
    trial.script(
        """
        {'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'%s'}]}},
         'org':{'afterDecline':'%s'}}"""
            .formatted(QUEUE, does, item));
    String key = "nobody " + does + " " + item;
    String escalateId = item.equals("goes") ? escalate(key) : escalateWithLittlePatience(key);
    baton.awaitState(key, "ended");
    trial.awaitNothingLeft(key);

    assertThat(Trial.lines(trial.calls()))
        .containsExactly(
            "start", "text", "case", "case Closed", "transferFailed NoAgentAvailable", "end Other");
    JsonNode report = trial.calls().get(4).path("body").path("message");
    assertThat(report.path("inReplyToMessageId").asText()).isEqualTo(escalateId);
    assertThat(trial.calls()).noneMatch(call -> call.has("duplicateOf"));
    assertThat(trial.said(key)).contains("bot: Sorry, no agent is available.");
    JsonNode transfer = baton.conversation(key).path("transfers").path(0);
    assertThat(transfer.path("report").asText()).isEqualTo("failed");
    assertThat(transfer.path("reason").asText()).isEqualTo("NoAgentAvailable");
    assertThat(transfer.path("attempts").path(0).path("outcome").asText()).isEqualTo(outcome);
  }

  @Test
  void whoAcceptsBetweenTwoTriesOfAWithdrawalFindsTheCaseOpen() {
    trial.script(
        """
        {'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'accept-after-withdraw'}]}},
         'faults':[{'match':{'body':'Closed'},'then':{'connection':'reset-after'}}]}"""
            .formatted(QUEUE));
    String key = "between two tries";
    escalateWithLittlePatience(key);
    baton.awaitState(key, "transferred");
    trial.awaitNothingLeft(key);
    assertThat(trial.trail(key))
        .contains("transferSucceeded", "end Transfer")
        .filteredOn(line -> line.startsWith("case "))
        .last()
        .isEqualTo("case New");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void aSessionThatTheBotForgotMeanwhileEndsWithoutAnIncident(int status) {
    trial.script("{" + DECLINES + ",'sessions':{'goneStatus':" + status + "}}");
    trial.change(
        "{'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'wait'}]}}}"
            .formatted(QUEUE));
    String key = "gone " + status;
    escalate(key);
    String offered = trial.awaitCase(key, 1);
    trial.expireAtTheBot(key);
    trial.decline(offered);
    baton.awaitState(key, "ended");
    trial.awaitNothingLeft(key);
    assertThat(trial.trail(key))
        .startsWith("start", "text", "case")
        .contains("transferFailed NoAgentAvailable -> " + status);
    assertThat(baton.conversation(key).path("transfers").path(0).path("report").asText())
        .isEqualTo("session-gone");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void aSessionThatTheBotForgotBeforeTheSuccessIsReportedEndsWithoutAnIncident(int status) {
    trial.script("{'sessions':{'goneStatus':" + status + "}}");
    String key = "gone before success " + status;
    escalate(key);
    String offered = trial.awaitCase(key, 1);
    trial.expireAtTheBot(key);
    trial.accept(offered);
    baton.awaitState(key, "transferred");
    trial.awaitNothingLeft(key);
    assertThat(trial.trail(key)).contains("transferSucceeded -> " + status);
  }

  @Test
  void aBotThatEndsTheSessionItselfIsNotToldToEndIt() {
    trial.script("{" + DECLINES + ",'bots':{'" + BOT + "':{'transferFailed':['session-ended']}}}");
    escalate("bot ends");
    baton.awaitState("bot ends", "ended");
    trial.awaitNothingLeft("bot ends");
    assertThat(Trial.lines(trial.calls()))
        .containsExactly("start", "text", "case", "case Closed", "transferFailed NoAgentAvailable");
  }

  @Test
  void aBotThatEscalatesAnewWhenTheTransferFailedIsNotFollowedIfTheSessionIsToEnd() {
    trial.script("{" + DECLINES + ",'bots':{'" + BOT + "':{'transferFailed':['escalate']}}}");
    escalate("anew");
    baton.awaitState("anew", "ended");
    trial.awaitNothingLeft("anew");
    assertThat(Trial.lines(trial.calls()))
        .containsExactly(
            "start", "text", "case", "case Closed", "transferFailed NoAgentAvailable", "end Other");
  }

  @Test
  void anEscalateInTheStartAnswerIsATransferLikeAnyOther() {
    trial.script("{'bots':{'" + BOT + "':{'onStart':'escalate'}}}");
    JsonNode begun = baton.begin("at once");
    assertThat(begun.path("state").asText()).isEqualTo("transferring");
    String escalateId = begun.path("messages").path(1).path("id").asText();
    assertThat(escalateId).isNotBlank();
    trial.accept(trial.awaitCase("at once", 1));
    baton.awaitState("at once", "transferred");
    trial.awaitNothingLeft("at once");
    List<JsonNode> calls = trial.calls();
    assertThat(Trial.lines(calls))
        .containsExactly("start", "case", "transferSucceeded", "end Transfer");
    assertThat(calls.get(2).path("body").path("message").path("inReplyToMessageId").asText())
        .isEqualTo(escalateId);
  }

  @ParameterizedTest(name = "targets: {0}")
  @ValueSource(
      strings = {
        "",
        "Salesforce:Core:Hologram:Id=x",
        "Salesforce:Core:Skill:Id=0C5xx0000000001CAA",
        "Salesforce:Core:Flow:Id=300xx0000000001AAA",
        "Salesforce:Core:Bot:Id=0Xxxx0000000001CAA",
        "Salesforce:Core:Queue:Id=no id at all",
        "Salesforce:Core:Queue:Id=00Gxx0000077777EAA",
        "Salesforce:Core:Queue:Id=00Gxx0000099999EAA",
        "Salesforce:Core:Skill:Id=0C5xx0000000001CAA Salesforce:Core:Flow:Id=300xx0000000001AAA"
      })
  void whomNobodyCanAskIsAnErrorAndTheSessionEnds(String targets) {
    trial.script("{'bots':{'" + BOT + "':{'targets':" + targets(targets) + "}}}");
    String key = "nobody to ask " + targets.replace('/', ' ').hashCode();
    String escalateId = escalate(key);
    baton.awaitState(key, "ended");
    trial.awaitNothingLeft(key);
    List<JsonNode> calls = trial.calls();
    assertThat(Trial.lines(calls))
        .containsExactly("start", "text", "transferFailed Error", "end Error");
    assertThat(calls.get(2).path("body").path("message").path("inReplyToMessageId").asText())
        .isEqualTo(escalateId);
  }

  @Test
  void aQueueIsAskedBeforeATargetThatNobodyCanAsk() {
    trial.script(
        "{'bots':{'%s':{'targets':%s}}}"
            .formatted(
                BOT,
                targets(
                    "Salesforce:Core:Hologram:Id=x Salesforce:Core:Queue:Id="
                        + QUEUE
                        + " Salesforce:Core:Queue:Id="
                        + QUEUE.substring(0, 15)
                        + " Salesforce:Core:Queue:Id="
                        + QUEUE)));
    escalate("mixed");
    trial.accept(trial.awaitCase("mixed", 1));
    baton.awaitState("mixed", "transferred");
    trial.awaitNothingLeft("mixed");
    assertThat(Trial.lines(trial.calls()))
        .containsExactly("start", "text", "case", "transferSucceeded", "end Transfer");
    assertThat(attempts("mixed")).containsExactly("1 accepted");
  }

  @Test
  void aTargetThatIsListedTwiceIsAskedOnce() {
    String twice = "Salesforce:Core:Queue:Id=" + QUEUE;
    trial.script(
        "{%s,'bots':{'%s':{'targets':%s}}}".formatted(DECLINES, BOT, targets(twice + " " + twice)));
    escalate("twice");
    baton.awaitState("twice", "ended");
    trial.awaitNothingLeft("twice");
    assertThat(attempts("twice")).containsExactly("1 declined");
  }

  @Test
  void theSecondQueueIsAskedWhenTheFirstDeclined() {
    trial.script("{" + DECLINES + "," + twoTargets() + "}");
    trial.change(secondQueue("wait"));
    escalate("second");
    trial.accept(trial.awaitCase("second", 2));
    baton.awaitState("second", "transferred");
    trial.awaitNothingLeft("second");
    assertThat(attempts("second")).containsExactly("1 declined", "2 accepted");
    assertThat(Trial.lines(trial.calls()))
        .containsExactly(
            "start", "text", "case", "case Closed", "case", "transferSucceeded", "end Transfer");
  }

  @Test
  void whoLosesTheRaceHasTheOfferTakenBack() {
    trial.script("{" + twoTargets() + "}");
    trial.change(secondQueue("wait"));
    race("race");
    trial.awaitCase("race", 2);
    String loser = trial.cases("race").get(0);
    trial.accept(trial.cases("race").get(1));
    baton.awaitState("race", "transferred");
    trial.awaitNothingLeft("race");
    assertThat(attempts("race")).containsExactlyInAnyOrder("1 withdrawn", "1 accepted");
    assertThat(Trial.lines(trial.calls()))
        .containsExactly(
            "start", "text", "case", "case", "case Closed", "transferSucceeded", "end Transfer");
    assertThat(trial.calls().get(4).path("path").asText()).endsWith(loser);
  }

  @Test
  void whenBothAcceptOneHasTheSessionAndTheOtherIsTakenBack() {
    trial.script(
        "{%s,'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'accept'}]}}}"
            .formatted(twoTargets(), QUEUE));
    trial.change(secondQueue("accept"));
    race("both");
    baton.awaitState("both", "transferred");
    trial.awaitNothingLeft("both");
    assertThat(attempts("both")).contains("1 accepted").hasSize(2);
    assertThat(trial.trail("both"))
        .filteredOn(line -> line.startsWith("transfer") || line.startsWith("end"))
        .containsExactly("transferSucceeded", "end Transfer");
    long made = trial.trail("both").stream().filter("case"::equals).count();
    long closed = trial.trail("both").stream().filter("case Closed"::equals).count();
    assertThat(made - closed).isEqualTo(1);
  }

  @Test
  void anAgentWhoAcceptsWhileTheOfferIsTakenBackHasTheSession() {
    trial.script(
        "{'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'accept-after-withdraw'}]}}}"
            .formatted(QUEUE));
    escalateWithLittlePatience("late");
    baton.awaitState("late", "transferred");
    trial.awaitNothingLeft("late");
    assertThat(trial.trail("late"))
        .containsExactly(
            "start",
            "text",
            "case",
            "case Closed",
            "case New",
            "transferSucceeded",
            "end Transfer");
  }

  private static void race(String key) {
    trial.begin(key, "strategy", "race");
    baton.write(key, "m1", "3");
  }

  /** Talks the bot into escalating; answers the id of its escalate. */
  private static String escalate(String key) {
    baton.begin(key);
    return askForAnAgent(key);
  }

  private static String escalateWithLittlePatience(String key) {
    trial.begin(key, "patience", "PT2S");
    return askForAnAgent(key);
  }

  private static String askForAnAgent(String key) {
    String escalateId =
        baton.write(key, "m1", "Transfer To Agent").path("messages").path(1).path("id").asText();
    assertThat(escalateId).isNotBlank();
    return escalateId;
  }

  private static List<String> attempts(String key) {
    List<String> attempts = new ArrayList<>();
    for (JsonNode transfer : baton.conversation(key).path("transfers")) {
      for (JsonNode attempt : transfer.path("attempts")) {
        attempts.add(attempt.path("round").asInt() + " " + attempt.path("outcome").asText());
      }
    }
    return attempts;
  }

  private static String twoTargets() {
    return "'bots':{'%s':{'targets':%s}}"
        .formatted(
            BOT,
            targets(
                "Salesforce:Core:Queue:Id=" + QUEUE + " Salesforce:Core:Queue:Id=" + SECOND_QUEUE));
  }

  private static String secondQueue(String does) {
    return "{'queues':{'%s':{'name':'Second','agents':[{'id':'005xx0000000002AAA','does':'%s'}]}}}"
        .formatted(SECOND_QUEUE, does);
  }

  /** type=value, with a space between two, as the script wants it. */
  private static String targets(String list) {
    return Arrays.stream(list.split(" (?=Salesforce:)", -1))
        .filter(target -> !target.isEmpty())
        .map(target -> "{'type':'" + target.replaceFirst("=", "','value':'") + "'}")
        .toList()
        .toString();
  }
}
