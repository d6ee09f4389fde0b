package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who models the end of a round by how many have answered, or hands that on, needs the engine's
 * counters, which a round that nobody counts does without.
 */
class CountedOffersTest {

  private static final String LISTENER =
      """
      <bpmn:extensionElements>
        <camunda:executionListener event="start" expression="${true}" />
      </bpmn:extensionElements>
      """;

  private static Desk desk;
  private static Trial trial;

  @BeforeAll
  static void start() {
    desk = new Desk();
    trial =
        Trial.start(
            "baton.targets.webhook.one.url=" + desk.url(),
            "baton.targets.webhook.one.secret=" + Desk.SECRET,
            "baton.targets.webhook.two.url=" + desk.url(),
            "baton.targets.webhook.two.secret=" + Desk.SECRET);
    trial.script(
        """
        {'bots':{'%s':{'targets':[{'type':'Baton:Webhook','value':'one'},
          {'type':'Baton:Webhook','value':'two'}]}}}"""
            .formatted(Simulator.DEMO_BOT_ID));
  }

  @AfterAll
  static void stop() {
    trial.close();
    desk.close();
  }

  @Test
  void aRoundThatNobodyCountsKeepsWhomItAsksAndNothingElse() throws IOException {
    assertThat(variablesOfRound("uncounted", "${winner != null}", ""))
        .containsExactly("targetType", "targetType", "targetValue", "targetValue");
  }

  @ParameterizedTest
  @CsvSource({
    "byNumber, ${winner != null || nrOfCompletedInstances == 2}, ''",
    "byCode, ${winner != null and execution.isCanceled()}, ''",
    "byListener, ${winner != null}, listener"
  })
  void whoCountsFindsTheCounters(String process, String condition, String inside)
      throws IOException {
    assertThat(variablesOfRound(process, condition, inside.isEmpty() ? "" : LISTENER))
        .contains("loopCounter", "nrOfActiveInstances", "nrOfCompletedInstances", "nrOfInstances");
  }

  /** The variables of a race of two that are asked and have not answered. */
  private static List<String> variablesOfRound(String process, String condition, String inside)
      throws IOException {
    String shipped = Files.readString(Path.of("bpmn", "bot-conversation.bpmn"));
    String changed =
        shipped
            .replace("\"bot-conversation\"", "\"" + process + "\"")
            .replaceAll("(?s)<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "")
            .replaceFirst(
                "(?s)(elementVariable=\"offer\">.*?>)\\$\\{winner != null}", "$1CONDITION")
            .replaceFirst("(?s)(id=\"Offer\".*?</bpmn:documentation>)", "$1INSIDE")
            .replace("CONDITION", condition)
            .replace("INSIDE", inside);
    assertThat(changed).contains(condition).contains(inside);
    assertThat(Deployments.deploy(trial.baton, process + ".bpmn", changed).status()).isEqualTo(200);
    ObjectNode start = Baton.object("businessKey", process);
    start.putObject("variables").putObject("strategy").put("value", "race");
    trial.baton.post("/engine-rest/process-definition/key/" + process + "/start", start);
    trial.baton.awaitAt(process, "WaitForCustomer");
    trial.baton.correlate(process, "m1", "Transfer To Agent");
    Trial.until("both are asked", desk::got, got -> got.size() == 2);
    List<String> variables =
        trial.jdbc.queryForList(
            """
            select v.name_ from act_ru_variable v
            join act_ru_execution e on e.id_ = v.execution_id_
            join act_ru_execution i on i.id_ = e.proc_inst_id_
            where i.business_key_ = ? and e.id_ <> i.id_ order by v.name_""",
            String.class,
            process);
    trial.baton.leave(process);
    trial.awaitNothingLeft(process);
    desk.forget();
    return variables;
  }
}
