package dev.baton.it.process;

import static dev.baton.it.support.Deployments.process;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Baton.Answer;
import dev.baton.it.support.Deployments;
import dev.baton.simulator.Simulator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What users get wrong in their own processes is told when they deploy them. */
class RefusedProcessesTest {

  private static final String START = task("Start", "bot-start", "");
  private static final String TAKE = step("Take", "batonTakeNextMessage", "");
  private static final String SEND = task("Send", "bot-message", "");
  private static final String ROUND = step("Round", "batonChooseNextRound", "");
  private static final String LOOP =
      """
      <multiInstanceLoopCharacteristics camunda:collection="${batonRoundOffers.of(execution)}"
          camunda:elementVariable="offer"/>
      """;

  private static Simulator simulator;
  private static Baton baton;

  @BeforeAll
  static void start() {
    simulator = Simulator.start(0);
    baton = Baton.start(simulator);
  }

  @AfterAll
  static void stop() {
    baton.close();
    simulator.close();
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        arguments(START + TAKE + task("Send", "bot-mesage", ""), "Send", "'bot-message' is meant"),
        arguments(task("Start", "Bot_Start", ""), "Start", "'bot-start' is meant"),
        arguments(START + task("Ask", "${'bot-message'}", ""), "Ask", "write it plainly"),
        arguments(
            START
                + """
                <endEvent id="End"><messageEventDefinition camunda:type="external"
                    camunda:topic="bot-end"/></endEvent>
                """,
            "End",
            "belongs on a service task or a send task"),
        arguments(
            START
                + """
                <businessRuleTask id="End" camunda:type="external" camunda:topic="bot-end"/>
                """,
            "End",
            "belongs on a service task or a send task"),
        arguments(
            START + TAKE + task("Send", "bot-message", "camunda:asyncBefore=\"true\""),
            "Send",
            "remove asyncBefore and asyncAfter"),
        arguments(
            START + TAKE + task("Send", "bot-message", "camunda:asyncAfter=\"true\""),
            "Send",
            "remove asyncBefore and asyncAfter"),
        arguments(
            step("Take", "batonTakeNextMessage", "camunda:asyncAfter=\"true\""),
            "Take",
            "(messageWaiting) does not outlive asyncAfter"),
        arguments(
            step("Take", "batonTakeNextMesage", ""), "Take", "'batonTakeNextMessage' is meant"),
        arguments(step("Take", "batonXyz", ""), "Take", "There is no bean 'batonXyz'."),
        arguments(
            "<serviceTask id=\"Take\" camunda:expression=\"${batonTakeNextMessage}\"/>",
            "Take",
            "as delegate expression"),
        arguments(
            "<serviceTask id=\"Take\" camunda:class=\"batonTakeNextMessage\"/>",
            "Take",
            "as delegate expression"),
        arguments(START + SEND, "Send", "'Take the next message' (${batonTakeNextMessage})"),
        arguments(TAKE + SEND, "Send", "'Start session with the bot' (topic bot-start)"),
        arguments(START + task("Offer", "target-offer", "", LOOP), "Offer", "batonChooseNextRound"),
        arguments(START + task("Deliver", "target-deliver", ""), "Deliver", "topic target-offer"),
        arguments(START + ROUND + task("Offer", "target-offer", ""), "Offer", "multi-instance"),
        arguments(
            START
                + ROUND
                + task("Offer", "target-offer", "", LOOP.replace("\"offer\"", "\"target\"")),
            "Offer",
            "the element variable offer"),
        arguments(
            START
                + TAKE
                + SEND
                + """
                <boundaryEvent id="Undo" attachedToRef="Send"><compensateEventDefinition/></boundaryEvent>
                <userTask id="Handler" isForCompensation="true"/>
                <sequenceFlow id="taken" sourceRef="Take" targetRef="Send"/>
                <sequenceFlow id="sent" sourceRef="Send" targetRef="Take"/>
                <association id="undo" associationDirection="One" sourceRef="Undo" targetRef="Handler"/>
                """,
            "Send",
            "once for every turn"),
        arguments(
            """
            <startEvent id="Woken"><messageEventDefinition messageRef="arrived"/></startEvent>
            """,
            "Woken",
            "cannot start a process"),
        arguments(
            """
            <startEvent id="Written"><messageEventDefinition messageRef="written"/></startEvent>
            """,
            "Written",
            "cannot start a process"),
        arguments(
            "<receiveTask id=\"Wait\" messageRef=\"written\"/>",
            "Wait",
            "wait for customer-message-arrived"),
        arguments(
            "<receiveTask id=\"Wait\" messageRef=\"slip\"/>",
            "Wait",
            "'customer-message-arrived' is meant"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void isRefusedWithElementAndMistake(String inside, String element, String words) {
    Answer answer = Deployments.deploy(baton, "broken.bpmn", process("broken", inside));

    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    JsonNode errors = answer.json().path("details").path("broken.bpmn").path("errors");
    assertThat(errors)
        .as(answer.body())
        .anySatisfy(
            error -> {
              assertThat(error.path("mainElementId").asText()).isEqualTo(element);
              assertThat(error.path("message").asText()).contains(words);
            });
    assertThat(baton.get("/engine-rest/process-definition/key/broken").status()).isEqualTo(404);
  }

  @Test
  void aStepWithoutAConversationIsRefused() {
    Answer answer =
        Deployments.deploy(
            baton,
            "none.bpmn",
            Deployments.file(
                "<process id=\"none\" isExecutable=\"true\"><startEvent id=\"Started\"/>"
                    + START
                    + "</process>"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .contains("'Open the conversation' (${batonOpenConversation})")
        .contains("\"mainElementId\":\"Start\"");
  }

  @Test
  void severalMistakesAreToldAtOnce() {
    Answer answer =
        Deployments.deploy(
            baton,
            "several.bpmn",
            process(
                "several",
                START
                    + task("Send", "bot-mesage", "")
                    + step("Take", "batonTakeNext", "")
                    + "<receiveTask id=\"Wait\" messageRef=\"slip\"/>"
                    + "<serviceTask id=\"Nothing\"/>"));
    assertThat(answer.json().path("details").path("several.bpmn").path("errors"))
        .extracting(error -> error.path("mainElementId").asText())
        .contains("Send", "Take", "Wait", "Nothing");
  }

  static Stream<String> fine() {
    return Stream.of(
        // Topics, beans and messages of the user's own.
        task("Train", "bot-training", "") + task("Any", "${topic}", ""),
        "<receiveTask id=\"Wait\" messageRef=\"arrived\"/>",
        // One target at a time inside of a subprocess.
        START
            + ROUND
            + "<subProcess id=\"One\">"
            + LOOP
            + "<startEvent id=\"Begun\"/>"
            + task("Offer", "target-offer", "")
            + "</subProcess>",
        // Sent once, and undone once.
        START
            + TAKE
            + SEND
            + """
            <boundaryEvent id="Undo" attachedToRef="Send"><compensateEventDefinition/></boundaryEvent>
            <userTask id="Handler" isForCompensation="true"/>
            <association id="undo" associationDirection="One" sourceRef="Undo" targetRef="Handler"/>
            """);
  }

  @ParameterizedTest
  @MethodSource("fine")
  void whatMayWorkIsNotRefused(String inside) {
    Answer answer = Deployments.deploy(baton, "fine.bpmn", process("fine", inside));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void aProcessWithoutBatonMayNameItsTopicsAsItLikes() {
    Answer answer =
        Deployments.deploy(
            baton,
            "own.bpmn",
            Deployments.file(
                "<process id=\"own\" isExecutable=\"true\"><startEvent id=\"Started\"/>"
                    + task("Send", "bot-send", "camunda:asyncBefore=\"true\"")
                    + "</process>"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private static String task(String id, String topic, String attributes, String... inside) {
    return "<serviceTask id=\"%s\" camunda:type=\"external\" camunda:topic=\"%s\" %s>%s</serviceTask>"
        .formatted(id, topic, attributes, String.join("", inside));
  }

  private static String step(String id, String bean, String attributes) {
    return "<serviceTask id=\"%s\" camunda:delegateExpression=\"${%s}\" %s/>"
        .formatted(id, bean, attributes);
  }
}
