package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A bot that does not answer as it should: for a while, or until somebody acts. */
class BotFaultsTest {

  private static final String WORDS = "Quetzalcoatl";

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial = Trial.startWith(ShortRetries.class);
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void aBotThatIsDownForAWhileIsAskedAgainWithTheSameSequenceId() {
    trial.script(
        """
        {'faults':[{'match':{'path':'/sessions$','times':2},'then':{'status':503}},
                   {'match':{'path':'/messages$','times':3},'then':{'status':503}}]}""");
    assertThat(baton.begin("recovers").path("state").asText()).isEqualTo("talking");
    assertThat(baton.write("recovers", "m1", "1").path("messages")).hasSize(2);
    assertThat(Trial.lines(trial.calls()))
        .containsExactly(
            "start -> 503",
            "start -> 503",
            "start",
            "text -> 503",
            "text -> 503",
            "text -> 503",
            "text");
    assertThat(trial.calls().subList(3, 7))
        .extracting(call -> call.path("body").path("message").path("sequenceId").asLong())
        .containsOnly(
            trial.calls().get(3).path("body").path("message").path("sequenceId").asLong());
    assertThat(trial.said("recovers")).filteredOn(line -> line.startsWith("customer")).hasSize(1);
    baton.leave("recovers");
    trial.awaitNothingLeft("recovers");
  }

  @Test
  void aBotThatAsksToBeLeftAloneForAWhileIs() {
    trial.script(
        """
        {'faults':[{'match':{'body':'text','nth':1},'then':{'status':423,'retryAfter':'1'}},
                   {'match':{'body':'text','nth':1},'then':{'status':429,'retryAfter':'2'}},
                   {'match':{'body':'text','nth':1},'then':{'status':503,'retryAfter':'1'}}]}""");
    baton.begin("left alone");
    baton.write("left alone", "m1", "1");
    List<JsonNode> calls = trial.calls("left alone");
    assertThat(Trial.lines(calls))
        .containsExactly("start", "text -> 423", "text -> 429", "text -> 503", "text");
    List<Long> times =
        calls.stream().map(call -> Instant.parse(call.path("at").asText()).toEpochMilli()).toList();
    assertThat(times.get(2) - times.get(1)).isGreaterThanOrEqualTo(1000);
    assertThat(times.get(3) - times.get(2)).isGreaterThanOrEqualTo(2000);
    assertThat(times.get(4) - times.get(3)).isGreaterThanOrEqualTo(1000);
    baton.leave("left alone");
    trial.awaitNothingLeft("left alone");
  }

  @Test
  void anAnswerThatWasLostIsFetchedAgainAndStandsOnceInTheTranscript() {
    trial.script(
        "{'faults':[{'match':{'path':'/messages$'},'then':{'connection':'reset-after'}}]}");
    baton.begin("lost");
    assertThat(baton.write("lost", "m1", "1").path("messages")).hasSize(2);
    assertThat(trial.said("lost"))
        .filteredOn("bot: Your order is on its way and arrives tomorrow."::equals)
        .hasSize(1);
    baton.leave("lost");
    trial.awaitNothingLeft("lost");
  }

  @Test
  void aMessageWhoseAnswersWereAllLostIsNotSaidToHaveReachedNobody() {
    allAnswersAreLostTo("Order Status");
    baton.begin("silent");
    baton.write("silent", "m1", "Order Status");
    baton.awaitState("silent", "failed");
    baton.leave("silent");
    trial.awaitNothingLeft("silent");
    assertThat(baton.conversation("silent").path("undelivered").asInt()).isZero();
    assertThat(trial.said("silent"))
        .contains("baton: The bot's answer was lost. Whether the bot was reached is not known.");
  }

  @Test
  void aReportWhoseAnswersWereAllLostIsUnconfirmedWhenTheCustomerLeaves() {
    allAnswersAreLostTo("transferFailed");
    baton.begin("doubt");
    baton.write("doubt", "m1", "Transfer To Agent");
    trial.awaitCase("doubt", 1);
    assertThat(baton.send(baton.request("/api/conversations/doubt/transfer").DELETE()).status())
        .isEqualTo(204);
    baton.awaitState("doubt", "failed");
    baton.leave("doubt");
    trial.awaitNothingLeft("doubt");
    assertThat(baton.conversation("doubt").path("transfers").path(0).path("report").asText())
        .isEqualTo("unconfirmed");
  }

  private static void allAnswersAreLostTo(String body) {
    trial.script(
        "{'faults':[{'match':{'body':'%s','times':0},'then':{'connection':'reset-after'}}]}"
            .formatted(body));
  }

  @Test
  void aBotThatRefusesIsAnIncidentUntilAnOperatorTriesAgain() {
    trial.script(
        "{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':403,'message':'"
            + WORDS
            + " may not say that'}}]}");
    baton.begin("refused");
    JsonNode answer = baton.write("refused", "m1", WORDS);
    assertThat(answer.path("state").asText()).isEqualTo("failed");
    assertThat(baton.conversation("refused").path("state").asText()).isEqualTo("failed");
    assertThat(baton.standsAt("refused")).containsExactly("SendMessage");

    String instance = baton.instances("refused").path(0).path("id").asText();
    JsonNode incidents = baton.get("/engine-rest/incident?processInstanceId=" + instance).json();
    assertThat(incidents).hasSize(1);
    assertThat(incidents.path(0).path("activityId").asText()).isEqualTo("SendMessage");
    assertThat(incidents.path(0).path("incidentMessage").asText())
        .contains("403")
        .doesNotContain(WORDS);
    assertThat(trial.engineTablesWith(WORDS)).isEmpty();

    // While it stands still, the customer is still heard.
    assertThat(baton.write("refused", "m2", "2").path("state").asText()).isEqualTo("failed");
    trial.change("{'faults':[]}");
    assertThat(retry(instance)).isEqualTo(204);
    baton.awaitState("refused", "talking");
    Trial.until("both sent", () -> trial.trail("refused"), trail -> trail.size() == 4);
    baton.awaitAt("refused", "WaitForCustomer");
    assertThat(trial.trail("refused")).containsExactly("start", "text -> 403", "text", "text");
    assertThat(baton.get("/engine-rest/incident?processInstanceId=" + instance).json()).isEmpty();
    assertThat(baton.get("/api/conversations/refused/messages/m1").json().path("messages"))
        .isNotEmpty();
    baton.leave("refused");
    trial.awaitNothingLeft("refused");
  }

  @Test
  void anIncidentThatARetryDoesNotCureIsAnIncidentAgain() {
    trial.script("{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':403}}]}");
    baton.begin("still");
    baton.write("still", "m1", "1");
    String instance = baton.instances("still").path(0).path("id").asText();
    assertThat(retry(instance)).isEqualTo(204);
    Trial.until("second try", () -> trial.trail("still"), trail -> trail.size() == 3);
    baton.awaitState("still", "failed");
    JsonNode incidents =
        Trial.until(
            "incident",
            () -> baton.get("/engine-rest/incident?processInstanceId=" + instance).json(),
            now -> now.size() == 1);
    assertThat(incidents).hasSize(1);
    trial.change("{'faults':[]}");
    baton.leave("still");
    baton.awaitState("still", "ended");
    trial.awaitNothingLeft("still");
    assertThat(trial.trail("still"))
        .containsExactly("start", "text -> 403", "text -> 403", "end UserRequest");
  }

  @Test
  void aStartThatIsRefusedIsAnIncidentAndCanBeTriedAgain() {
    trial.script("{'faults':[{'match':{'path':'/sessions$'},'then':{'status':403}}]}");
    assertThat(baton.begin("no start").path("state").asText()).isEqualTo("failed");
    assertThat(baton.standsAt("no start")).containsExactly("StartSession");
    assertThat(retry(baton.instances("no start").path(0).path("id").asText())).isEqualTo(204);
    baton.awaitState("no start", "talking");
    baton.awaitAt("no start", "WaitForCustomer");
    assertThat(Trial.lines(trial.calls())).containsExactly("start -> 403", "start");
    baton.leave("no start");
    trial.awaitNothingLeft("no start");
  }

  @Test
  void aReportOfFailureThatIsRefusedIsNotFollowedByTheEndUntilItWasMade() {
    trial.script(
        "{'faults':[{'match':{'body':'transferFailed','times':0},'then':{'status':403}}]}");
    trial.begin("report", "patience", "PT1S");
    baton.write("report", "m1", "3");
    baton.awaitState("report", "failed");
    assertThat(baton.standsAt("report")).contains("TellFailed");
    assertThat(trial.trail("report"))
        .endsWith("case Closed", "transferFailed NoAgentAvailable -> 403");
    trial.change("{'faults':[]}");
    assertThat(retry(baton.instances("report").path(0).path("id").asText())).isEqualTo(204);
    baton.awaitState("report", "ended");
    trial.awaitNothingLeft("report");
    assertThat(trial.trail("report")).endsWith("transferFailed NoAgentAvailable", "end Other");
  }

  @Test
  void anOrgThatRefusesTheCaseIsAnErrorToTheBotAndNotAnIncident() {
    trial.script("{'org':{'requiredCaseFields':['Reason']}}");
    baton.begin("no case");
    baton.write("no case", "m1", "3");
    baton.awaitState("no case", "ended");
    trial.awaitNothingLeft("no case");
    List<String> lines = Trial.lines(trial.calls());
    assertThat(lines).endsWith("transferFailed Error", "end Error");
  }

  @Test
  void anOrgThatIsDownIsAnErrorToTheBotAndNotSaidToHaveNobodyThere() {
    trial.script(
        """
        {'faults':[{'match':{'method':'POST','path':'/sobjects/Case$','times':0},
                    'then':{'status':500}}]}""");
    baton.begin("down");
    baton.write("down", "m1", "3");
    baton.awaitState("down", "ended");
    trial.awaitNothingLeft("down");
    assertThat(Trial.lines(trial.calls())).endsWith("transferFailed Error", "end Error");
    JsonNode attempt =
        baton.conversation("down").path("transfers").path(0).path("attempts").path(0);
    assertThat(attempt.path("outcome").asText()).isEqualTo("error");
    assertThat(attempt.path("detail").asText()).contains("500");
  }

  @Test
  void aDeclinedCaseThatCannotBeClosedHoldsNobodyUp() {
    trial.script(
        """
        {'faults':[{'match':{'method':'PATCH','times':0},
                    'then':{'status':400,'error':'FIELD_CUSTOM_VALIDATION_EXCEPTION'}}],
         'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'decline'}]}},
         'org':{'afterDecline':'goes'}}"""
            .formatted(Simulator.DEMO_QUEUE_ID));
    baton.begin("not closed");
    baton.write("not closed", "m1", "3");
    baton.awaitState("not closed", "ended");
    trial.awaitNothingLeft("not closed");
    assertThat(Trial.lines(trial.calls())).endsWith("transferFailed NoAgentAvailable", "end Other");
  }

  @Test
  void aCaseThatSomebodyMayStillAcceptAndThatCannotBeClosedHoldsNobodyUp() {
    trial.script(
        """
        {'faults':[{'match':{'method':'PATCH','times':0},
                    'then':{'status':400,'error':'FIELD_CUSTOM_VALIDATION_EXCEPTION'}}]}""");
    trial.begin("open case", "patience", "PT1S");
    baton.write("open case", "m1", "3");
    baton.awaitState("open case", "ended");
    baton.awaitOver("open case");
    assertThat(trial.trail("open case")).contains("transferFailed Error", "end Error");
    JsonNode attempt =
        baton.conversation("open case").path("transfers").path(0).path("attempts").path(0);
    assertThat(attempt.path("outcome").asText()).isEqualTo("in-doubt");
  }

  @Test
  void aSessionThatTheBotForgotEndsTheConversationAtTheNextMessage() {
    trial.script("{}");
    baton.begin("forgot");
    trial.expireAtTheBot("forgot");
    JsonNode answer = baton.write("forgot", "m1", "1");
    assertThat(answer.path("state").asText()).isEqualTo("ended");
    trial.awaitNothingLeft("forgot");
    assertThat(trial.trail("forgot")).containsExactly("start", "text -> 404");
    assertThat(baton.conversation("forgot").path("undelivered").asInt()).isEqualTo(1);
  }

  @Test
  void whatASuspendedConversationIsToldItTakesUpWhenItGoesOn() {
    trial.script("{}");
    baton.begin("suspended");
    String instance = baton.instances("suspended").path(0).path("id").asText();
    suspend(instance, true);
    assertThat(
            baton
                .post(
                    "/engine-rest/message",
                    Baton.json(
                        """
                        {"messageName":"customer-message","businessKey":"suspended",
                         "processVariables":{"messageId":{"value":"m1"},"text":{"value":"1"}}}"""))
                .status())
        .isEqualTo(204);
    assertThat(trial.trail("suspended")).containsExactly("start");
    suspend(instance, false);
    Trial.until("sent", () -> trial.trail("suspended"), trail -> trail.size() == 2);
    baton.awaitAt("suspended", "WaitForCustomer");
    baton.leave("suspended");
    trial.awaitNothingLeft("suspended");
  }

  @Test
  void anInstanceThatAnOperatorDeletesLeavesNeitherSessionNorCase() {
    trial.script("{}");
    baton.begin("deleted");
    baton.write("deleted", "m1", "3");
    trial.awaitCase("deleted", 1);
    String instance = baton.instances("deleted").path(0).path("id").asText();
    assertThat(
            baton
                .send(baton.request("/engine-rest/process-instance/" + instance).DELETE())
                .status())
        .isEqualTo(204);
    baton.awaitState("deleted", "ended");
    trial.awaitNothingLeft("deleted");
    assertThat(trial.trail("deleted"))
        .containsExactlyInAnyOrder("start", "text", "case", "case Closed", "end Other");
  }

  private static void suspend(String instance, boolean suspended) {
    assertThat(
            baton
                .send(
                    baton
                        .request("/engine-rest/process-instance/" + instance + "/suspended")
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{\"suspended\":" + suspended + "}")))
                .status())
        .isEqualTo(204);
  }

  @Test
  void anOfferWhoseAnswerWasLostIsFoundAndNotMadeTwice() {
    trial.script(
        """
        {'faults':[{'match':{'method':'POST','path':'/sobjects/Case$'},
                    'then':{'connection':'reset-after'}}]}""");
    baton.begin("found");
    baton.write("found", "m1", "3");
    trial.accept(trial.awaitCase("found", 1));
    baton.awaitState("found", "transferred");
    trial.awaitNothingLeft("found");
    assertThat(trial.calls())
        .filteredOn(call -> call.path("path").asText().endsWith("/sobjects/Case"))
        .hasSize(1);
  }

  @Test
  void whoeverTookAnOfferInDoubtGetsWhatWasTypedMeanwhile() {
    trial.script(
        """
        {'queues':{'00Gxx0000012345EAA':{'agents':[
           {'id':'005xx0000000001AAA','does':'accept'}]}},
         'faults':[{'match':{'method':'POST','path':'/sobjects/Case$'},
                    'then':{'connection':'reset-after'}},
                   {'match':{'query':'FROM Case WHERE'},'then':{'status':400,'delayMs':2000}}]}""");
    baton.begin("in doubt");
    baton.write("in doubt", "m1", "3");
    baton.write("in doubt", "m2", "are you there");
    baton.awaitState("in doubt", "transferred");
    trial.awaitNothingLeft("in doubt");
    assertThat(trial.trail("in doubt"))
        .containsOnlyOnce("transferSucceeded", "comment are you there\n[m2]")
        .endsWith("end Transfer");
  }

  private static int retry(String instance) {
    String task =
        baton
            .get("/engine-rest/external-task?processInstanceId=" + instance)
            .json()
            .path(0)
            .path("id")
            .asText();
    return baton
        .send(
            baton
                .request("/engine-rest/external-task/" + task + "/retries")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"retries\":1}")))
        .status();
  }
}
