package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Baton.Answer;
import dev.baton.it.support.Deployments;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is asked, in which order and for how long is the users' to decide, while Baton runs. */
class RoutingPolicyTest {

  private static final String QUEUE = "Salesforce:Core:Queue:Id";
  private static final String FIRST = Simulator.DEMO_QUEUE_ID;
  private static final String SECOND = "00Gxx0000022222EAA";
  private static final String THIRD = "00Gxx0000033333EAA";

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial =
        Trial.start(
            "baton.transfer.variables.outcome=WhyNobody",
            "baton.transfer.variables.tried=Tried",
            "baton.transfer.variables.opens-at=OpensAt");
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @BeforeEach
  void asItComes() throws IOException {
    deploy(Files.readString(Path.of("bpmn", "routing-policy.dmn")));
    trial.script(
        "{'bots':{'%s':{'targets':[%s,%s]}}}"
            .formatted(Simulator.DEMO_BOT_ID, target(FIRST), target(SECOND)));
    for (String queue : List.of(FIRST, SECOND, THIRD)) {
      trial.change(
          "{'queues':{'%s':{'routes':true,'agents':[{'id':'005%sAAA','does':'wait'}]}}}"
              .formatted(queue, queue.substring(3, 15)));
    }
    trial.change("{'org':{'afterDecline':'goes'}}");
  }

  @Test
  void whoIsThereIsAskedFirst() {
    trial.change("{'queues':{'%s':{'routes':false}}}".formatted(FIRST));
    escalate("there");
    trial.accept(trial.awaitCase("there", 1));
    baton.awaitState("there", "transferred");
    assertThat(attempts("there")).containsExactly("1 second accepted");
  }

  @Test
  void aPolicyThatIsDeployedWhileConversationsRunCountsFromTheNextEscalationOn() {
    baton.begin("next");
    escalate("before");
    String first = trial.awaitCase("before", 1);
    deploy(
        policy(
            "strategy add",
            "\"race\" # [{type: \"%s\", value: \"%s\"}]".formatted(QUEUE, THIRD),
            "skip",
            "target.value = \"%s\"".formatted(FIRST)));

    askForAnAgent("next");
    trial.awaitCase("next", 2);
    assertThat(attempts("next"))
        .containsExactlyInAnyOrder("0 first skipped", "1 second", "1 third");

    trial.decline(first);
    trial.accept(trial.awaitCase("before", 2));
    baton.awaitState("before", "transferred");
    assertThat(attempts("before")).containsExactly("1 first declined", "2 second accepted");
    trial.accept(trial.cases("next").get(1));
    baton.awaitState("next", "transferred");
    assertThat(attempts("next"))
        .containsExactlyInAnyOrder("0 first skipped", "1 second withdrawn", "1 third accepted");
  }

  @Test
  void whatIsDoneWhenNobodyTakesItIsThePolicysToSay() {
    deploy(policy("afterFailure", "\"back-to-bot\"", "skip", "true"));
    escalate("back");
    baton.awaitState("back", "talking");
    assertThat(attempts("back")).containsExactly("0 first skipped", "0 second skipped");
    assertThat(trial.trail("back")).contains("transferFailed NoAgentAvailable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'delayMs':40000}",
        "{'status':500,'error':'UNABLE_TO_LOCK_ROW'}",
        "{'status':400,'error':'FIELD_CUSTOM_VALIDATION_EXCEPTION'}"
      })
  void theBotHasItsAnswerInTimeThoughNoOfferCanBeTakenBack(String then) {
    deploy(policy("deadline", "\"PT16S\"", "skip", ""));
    trial.change("{'faults':[{'match':{'method':'PATCH','times':0},'then':%s}]}".formatted(then));
    String key = "in time " + then.hashCode();
    escalate(key);
    baton.awaitState(key, "ended");
    assertThat(attempts(key)).containsExactly("1 first in-doubt", "2 second in-doubt");
    Instant answerBy = Instant.parse(transfer(key).path("answerBy").asText());
    JsonNode told =
        trial.calls(key).stream()
            .filter(
                c -> c.path("body").path("message").path("type").asText().equals("transferFailed"))
            .findFirst()
            .orElseThrow();
    assertThat(Instant.parse(told.path("at").asText())).isBefore(answerBy);
    baton.awaitOver(key);
    if (then.contains("500")) {
      trial.change("{'faults':[]}");
      trial.awaitNothingLeft(key);
      assertThat(trial.trail(key).stream().filter("case Closed"::equals)).hasSize(2);
    }
  }

  @Test
  void whatWasDeclinedIsTakenBackInTheEndThoughItCouldNotBeInTime() {
    deploy(policy("deadline", "\"PT16S\"", "skip", ""));
    trial.change("{'faults':[{'match':{'method':'PATCH','times':0},'then':{'status':503}}]}");
    escalate("declined");
    trial.decline(trial.awaitCase("declined", 1));
    baton.awaitState("declined", "ended");
    assertThat(attempts("declined").get(0)).isEqualTo("1 first declined");
    trial.change("{'faults':[]}");
    trial.awaitNothingLeft("declined");
    assertThat(trial.trail("declined").stream().filter("case Closed"::equals)).hasSize(2);
  }

  @Test
  void theBotGetsToKnowWhyNobodyCameBeforeItHasToSaySo() {
    deploy(
        policy(
            "opensAt",
            "date and time(\"2026-03-02T08:00:00\")",
            "skip",
            "target.value = \"%s\"".formatted(SECOND)));
    escalate("why");
    trial.decline(trial.awaitCase("why", 1));
    baton.awaitState("why", "ended");
    trial.awaitNothingLeft("why");
    assertThat(trial.trail("why"))
        .containsExactly(
            "start",
            "text",
            "case",
            "case Closed",
            "setVariables",
            "transferFailed NoAgentAvailable",
            "end Other");
    assertThat(trial.calls("why").get(4).path("body").path("message").path("variables").toString())
        .isEqualTo(
            "[{'name':'WhyNobody','type':'text','value':'declined'},"
                .concat("{'name':'Tried','type':'number','value':1},")
                .concat("{'name':'OpensAt','type':'dateTime','value':'2026-03-02T08:00:00'}]")
                .replace('\'', '"'));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'status':400}", "{'status':500}"})
  void aBotThatDoesNotTakeTheVariablesIsToldAllTheSame(String then) {
    deploy(policy("deadline", "\"PT16S\"", "skip", "true"));
    trial.change(
        "{'faults':[{'match':{'body':'setVariables','times':0},'then':%s}]}".formatted(then));
    String key = "no variables " + then.hashCode();
    escalate(key);
    baton.awaitState(key, "ended");
    assertThat(trial.trail(key)).contains("transferFailed NoAgentAvailable", "end Other");
    trial.awaitNothingLeft(key);
  }

  @Test
  void whoCannotBeAskedBeforeTheDeadlineIsInTheTrail() {
    deploy(policy("deadline", "\"PT6S\"", "patience", "\"PT1M\""));
    escalate("no time");
    baton.awaitState("no time", "ended");
    assertThat(attempts("no time")).containsExactly("1 first timed-out", "2 second out-of-time");
  }

  @Test
  void whoseTurnHasNotComeInARaceIsNotBotheredWhenSomebodyIsFaster() {
    deploy(policy("strategy hedge", "\"race\" # \"PT1M\"", "skip", ""));
    escalate("hedged");
    trial.accept(trial.awaitCase("hedged", 1));
    baton.awaitState("hedged", "transferred");
    trial.awaitNothingLeft("hedged");
    assertThat(attempts("hedged")).containsExactly("1 first accepted", "1 second withdrawn");
    assertThat(trial.trail("hedged"))
        .containsExactly("start", "text", "case", "transferSucceeded", "end Transfer");
  }

  @Test
  void whoIsAskedLaterInARaceIsAskedWhenNobodyWasFaster() {
    deploy(policy("strategy hedge", "\"race\" # duration(\"PT1S\")", "skip", ""));
    escalate("hedge over");
    trial.accept(trial.awaitCase("hedge over", 2));
    baton.awaitState("hedge over", "transferred");
    assertThat(attempts("hedge over")).containsExactly("1 first withdrawn", "1 second accepted");
  }

  @Test
  void aPolicyThatCannotBeAppliedIsAnIncidentAndTheCustomerIsServedAllTheSame() {
    deploy(policy("strategy", "variables.Strategy", "skip", ""));
    ObjectNode begin = Baton.object("key", "broken");
    begin
        .putArray("variables")
        .addObject()
        .put("name", "Strategy")
        .put("type", "text")
        .put("value", "by the moon");
    baton.post("/api/conversations", begin);
    askForAnAgent("broken");
    trial.awaitCase("broken", 1);
    String instance = baton.instances("broken").path(0).path("id").asText();
    JsonNode incident =
        baton.get("/engine-rest/incident?processInstanceId=" + instance).json().path(0);
    assertThat(incident.path("incidentType").asText()).isEqualTo("routingPolicy");
    assertThat(incident.path("incidentMessage").asText())
        .isEqualTo("The output 'strategy' has to be \"ordered\" or \"race\".");
    trial.accept(trial.cases("broken").get(0));
    baton.awaitState("broken", "transferred");
    trial.awaitNothingLeft("broken");
    assertThat(transfer("broken").path("policyFault").asText()).contains("'strategy'");
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        arguments(policy("strategie", "\"race\"", "skip", ""), "has no output 'strategie'"),
        arguments(policy("strategy", "\"fastest\"", "skip", ""), "\"ordered\" or \"race\""),
        arguments(policy("deadline", "\"5 minutes\"", "skip", ""), "such as \"PT5M\""),
        arguments(policy("deadline", "\"PT0S\"", "skip", ""), "above zero"),
        arguments(policy("add", "\"00G\"", "skip", ""), "a list such as"),
        arguments(policy("strategy", "", "rank", "\"high\""), "a whole number"),
        arguments(policy("strategy", "\"race", "skip", ""), "is no FEEL"),
        arguments(
            policy("strategy", "", "skip", "").replace("FIRST", "RULE ORDER"), "The hit policy"),
        arguments(
            """
            <definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
                namespace="test">
              <decision id="bot-target-plan" name="d"><variable name="v"/><literalExpression id="e"><text>1</text>
              </literalExpression></decision>
            </definitions>
            """,
            "has to be a decision table"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void aPolicyThatCannotWorkIsRefused(String dmn, String words) {
    Answer answer = Deployments.deploy(baton, "policy.dmn", dmn);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("message").asText()).contains(words);
  }

  private static void deploy(String dmn) {
    Answer answer = Deployments.deploy(baton, "policy.dmn", dmn);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  /** One rule in each table; outputs with a space, what they say with a # between two. */
  static String policy(
      String transferOutputs, String transferSays, String targetOutputs, String targetSays) {
    return """
    <definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="policy" name="policy"
        namespace="test">
      %s
      %s
    </definitions>
    """
        .formatted(
            table("bot-transfer-plan", transferOutputs, transferSays),
            table("bot-target-plan", targetOutputs, targetSays));
  }

  private static String table(String id, String outputs, String says) {
    List<String> names = List.of(outputs.split(" "));
    List<String> values = List.of(says.split("#", -1));
    StringBuilder columns = new StringBuilder();
    StringBuilder entries = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      columns.append("<output id=\"%s-%d\" name=\"%s\"/>".formatted(id, i, names.get(i)));
      entries.append(
          "<outputEntry id=\"%s-says-%d\"><text>%s</text></outputEntry>"
              .formatted(id, i, values.get(i).strip()));
    }
    return """
    <decision id="%1$s" name="%1$s"><decisionTable id="%1$s-table" hitPolicy="FIRST">
      <input id="%1$s-in"><inputExpression id="%1$s-e"><text>bot</text></inputExpression></input>
      %2$s
      <rule id="%1$s-rule"><inputEntry id="%1$s-any"><text></text></inputEntry>%3$s</rule>
    </decisionTable></decision>
    """
        .formatted(id, columns, entries);
  }

  private static void escalate(String key) {
    baton.begin(key);
    askForAnAgent(key);
  }

  private static void askForAnAgent(String key) {
    assertThat(baton.write(key, "m1", "Transfer To Agent").path("state").asText())
        .isIn("transferring", "talking");
  }

  private static JsonNode transfer(String key) {
    return baton.conversation(key).path("transfers").path(0);
  }

  private static List<String> attempts(String key) {
    List<String> attempts = new ArrayList<>();
    for (JsonNode attempt : transfer(key).path("attempts")) {
      String value = attempt.path("target").path("value").asText();
      String queue = value.equals(FIRST) ? "first" : value.equals(SECOND) ? "second" : "third";
      attempts.add(
          (attempt.path("round").asInt() + " " + queue + " " + attempt.path("outcome").asText(""))
              .strip());
    }
    return attempts;
  }

  private static String target(String queue) {
    return "{'type':'%s','value':'%s'}".formatted(QUEUE, queue);
  }
}
