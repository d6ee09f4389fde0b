package dev.baton.it.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Baton.Answer;
import dev.baton.it.support.Deployments;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Processes of users' own, deployed while the application runs. */
class UsersProcessesTest {

  private static final String TWO_QUEUES =
      """
      {"bots": {"%s": {"targets": [
          {"type": "Salesforce:Core:Queue:Id", "value": "%s"},
          {"type": "Salesforce:Core:Queue:Id", "value": "00Gxx0000077777EAA"}]}},
       "queues": {"00Gxx0000077777EAA": {"name": "Second", "agents": [
          {"id": "005xx0000000007AAA", "name": "Ben", "does": "accept", "delayMs": 300}]}}}
      """
          .formatted(Simulator.DEMO_BOT_ID, Simulator.DEMO_QUEUE_ID);

  private static Simulator simulator;
  private static Baton baton;

  @BeforeAll
  static void start() {
    simulator = Simulator.start(0);
    baton = Baton.start(simulator);
    Deployments.example(baton, "one-question");
    Deployments.example(baton, "approved-transfer");
  }

  @BeforeEach
  void newOrg() throws IOException, InterruptedException {
    simulator.script("{\"reset\": true}");
    HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(simulator.baseUrl().resolve("/simulator/journal"))
                .DELETE()
                .build(),
            BodyHandlers.discarding());
  }

  @AfterAll
  static void stop() {
    baton.close();
    simulator.close();
  }

  @Test
  void oneQuestionIsAsked() {
    begin("one-question", "q1");
    baton.awaitAt("q1", "Wait");

    JsonNode turn = baton.write("q1", "m1", "Order Status");

    assertThat(turn.path("messages")).isNotEmpty();
    baton.awaitOver("q1");
    JsonNode conversation = baton.conversation("q1");
    assertThat(conversation.path("state").asText()).isEqualTo("ended");
    assertThat(conversation.path("undelivered").asInt()).isZero();
    assertThat(Baton.askedOfTheBot(simulator)).containsExactly("start", "text", "end Other");
  }

  @Test
  void theCustomerMayBeFasterThanTheBot() {
    simulator.script(
        "{\"bots\": {\"%s\": {\"answerDelayMs\": 500}}}".formatted(Simulator.DEMO_BOT_ID));
    begin("one-question", "q2");
    assertThat(message("customer-message", "q2", "m1", "Order Status").status()).isEqualTo(204);
    baton.awaitOver("q2");
    assertThat(Baton.askedOfTheBot(simulator)).containsExactly("start", "text", "end Other");
  }

  @Test
  void silenceEndsTheConversation() {
    start("one-question", "q3", "silence", "PT1S");
    baton.awaitOver("q3");
    assertThat(baton.conversation("q3").path("state").asText()).isEqualTo("ended");
    awaitAsked("start", "end Expiration");
  }

  @Test
  void whereLeavingIsNotModelledItIsRefusedAndNothingChanges() {
    begin("one-question", "q4");
    baton.awaitAt("q4", "Wait");

    Answer left = baton.leave("q4");

    assertThat(left.status()).isEqualTo(409);
    assertThat(left.json().path("detail").asText()).contains("conversation-left");
    assertThat(message("customer-left", "q4", null, null).status()).isEqualTo(400);
    assertThat(baton.conversation("q4").path("state").asText()).isEqualTo("talking");
    baton.write("q4", "m1", "Order Status");
    baton.awaitOver("q4");
  }

  @Test
  void aKeyThatIsTakenRefusesTheStart() {
    baton.begin("q5");
    Answer second = start("one-question", "q5", "silence", "PT1H");
    assertThat(second.status()).isEqualTo(400);
    assertThat(second.body()).contains("The key 'q5' is taken");
    assertThat(baton.instances("q5")).hasSize(1);
  }

  @Test
  void aPersonDecidesAndTheFastestTargetGetsTheSession() {
    simulator.script(TWO_QUEUES);
    begin("approved-transfer", "t1");
    baton.awaitAt("t1", "Wait");
    assertThat(message("customer-message", "t1", "m1", "Transfer To Agent").status())
        .isEqualTo(204);
    baton.awaitAt("t1", "Decide");
    assertThat(baton.conversation("t1").path("state").asText()).isEqualTo("transferring");
    assertThat(message("customer-message", "t1", "m2", "Is anybody there?").status())
        .isEqualTo(204);

    decide("t1", true);

    baton.awaitOver("t1");
    JsonNode conversation = baton.conversation("t1");
    assertThat(conversation.path("state").asText()).isEqualTo("transferred");
    assertThat(conversation.path("undelivered").asInt()).isZero();
    assertThat(conversation.path("transfers").path(0).path("attempts"))
        .extracting(attempt -> attempt.path("outcome").asText())
        .containsExactly("withdrawn", "accepted");
    awaitAsked("start", "text", "transferSucceeded", "end Transfer");
  }

  @Test
  void nobodyIsAskedWhenThePersonSaysNo() {
    begin("approved-transfer", "t2");
    baton.write("t2", "m1", "Transfer To Agent");
    baton.awaitAt("t2", "Decide");
    decide("t2", false);
    baton.awaitOver("t2");
    assertThat(baton.conversation("t2").path("state").asText()).isEqualTo("ended");
    awaitAsked("start", "text", "transferFailed", "end Error");
  }

  @Test
  void patienceEndsARoundWithoutAListenerOnItsTimer() {
    simulator.script(
        """
        {"bots": {"%s": {"targets": [{"type": "Salesforce:Core:Queue:Id", "value": "%s"}]}}}
        """
            .formatted(Simulator.DEMO_BOT_ID, Simulator.DEMO_QUEUE_ID));
    start("approved-transfer", "t3", "patience", "PT1S");
    baton.write("t3", "m1", "Transfer To Agent");
    baton.awaitAt("t3", "Decide");
    decide("t3", true);
    baton.awaitOver("t3");
    assertThat(baton.conversation("t3").path("transfers").path(0).path("attempts"))
        .extracting(attempt -> attempt.path("outcome").asText())
        .containsExactly("timed-out");
    awaitAsked("start", "text", "transferFailed", "end Other");
  }

  @Test
  void whatTheProcessLeavesBehindWhenTheCustomerLeavesIsEnded() {
    simulator.script(TWO_QUEUES.replace("\"does\": \"accept\"", "\"does\": \"wait\""));
    begin("approved-transfer", "t4");
    baton.write("t4", "m1", "Transfer To Agent");
    baton.awaitAt("t4", "Decide");
    decide("t4", true);
    baton.awaitAt("t4", "Offer", "Offer");

    assertThat(baton.leave("t4").status()).isEqualTo(204);

    baton.awaitOver("t4");
    awaitAsked("start", "text", "end UserRequest");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(baton.conversation("t4").path("transfers").path(0).path("attempts"))
                    .extracting(attempt -> attempt.path("outcome").asText())
                    .containsExactly("withdrawn-by-customer", "withdrawn-by-customer"));
  }

  @Test
  void aProcessThatCannotGoOnIsAnIncidentUntilItCan() {
    Answer deployed =
        Deployments.deploy(
            baton,
            "typo.bpmn",
            Deployments.process(
                "typo",
                """
                <sequenceFlow id="opened" sourceRef="Open" targetRef="Start"/>
                <serviceTask id="Start" camunda:type="external" camunda:topic="bot-start"/>
                <sequenceFlow id="started" sourceRef="Start" targetRef="Think"/>
                <serviceTask id="Think" camunda:expression="${botSays.length()}"/>
                <sequenceFlow id="on" sourceRef="Think" targetRef="End"/>
                <endEvent id="End"/>
                """));
    assertThat(deployed.status()).as(deployed.body()).isEqualTo(200);
    begin("typo", "i1");
    String instance = baton.instances("i1").path(0).path("id").asText();
    JsonNode incidents =
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> baton.get("/engine-rest/incident?processInstanceId=" + instance).json(),
                found -> !found.isEmpty());
    assertThat(incidents.path(0).path("activityId").asText()).isEqualTo("Start");
    assertThat(incidents.path(0).path("incidentMessage").asText()).contains("botSays");

    ObjectNode value = Baton.object("value", "x", "type", "String");
    assertThat(
            baton
                .send(
                    baton
                        .request("/engine-rest/process-instance/" + instance + "/variables/botSays")
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(value.toString())))
                .status())
        .isEqualTo(204);

    baton.awaitOver("i1");
    assertThat(baton.get("/engine-rest/incident").json()).isEmpty();
    awaitAsked("start", "end Other");
  }

  private void begin(String process, String key) {
    assertThat(start(process, key, "patience", "PT1M").status()).isEqualTo(200);
  }

  private Answer start(String process, String key, String variable, String value) {
    ObjectNode body = Baton.object("businessKey", key);
    body.putObject("variables").putObject(variable).put("value", value).put("type", "String");
    return baton.post("/engine-rest/process-definition/key/" + process + "/start", body);
  }

  private Answer message(String name, String key, @Nullable String id, @Nullable String text) {
    ObjectNode body = Baton.object("messageName", name, "businessKey", key);
    if (id != null) {
      ObjectNode variables = body.putObject("processVariables");
      variables.putObject("messageId").put("value", id);
      variables.putObject("text").put("value", text);
    }
    return baton.post("/engine-rest/message", body);
  }

  private void decide(String key, boolean approved) {
    String task =
        baton
            .get("/engine-rest/task?processInstanceBusinessKey=" + key)
            .json()
            .path(0)
            .path("id")
            .asText();
    ObjectNode body = Baton.object();
    body.putObject("variables").putObject("approved").put("value", approved);
    assertThat(baton.post("/engine-rest/task/" + task + "/complete", body).status()).isEqualTo(204);
  }

  private void awaitAsked(String... lines) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(Baton.askedOfTheBot(simulator)).containsExactly(lines));
  }
}
