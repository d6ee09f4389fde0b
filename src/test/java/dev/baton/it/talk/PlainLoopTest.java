package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Baton.Answer;
import dev.baton.it.support.Deployments;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where something happens in a process's loop, or can be seen there, the token goes round it with
 * every message: what the process's author put there must not be passed by.
 */
class PlainLoopTest {

  private static final String LISTENER =
      """
      <bpmn:extensionElements>
        <camunda:executionListener event="%s" expression="${true}" />
      </bpmn:extensionElements>""";
  private static final String SLOW =
      "{'bots':{'" + Simulator.DEMO_BOT_ID + "':{'answerDelayMs':%d}}}";
  private static final AtomicInteger DEPLOYED = new AtomicInteger();

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

  @Test
  void theLoopOfTheProcessThatComesWithBatonIsGoneRoundInTheRows() {
    trial.script("{}");
    String process = deploy(text -> text);
    begin(process);
    assertThat(turn(process)).containsExactly("FREE");
    baton.leave(process);
  }

  static Stream<Arguments> stillPlain() {
    return Stream.of(
        arguments(
            "a listener on the silence",
            edit("event=\"start\" delegateExpression", "event=\"end\" delegateExpression")),
        arguments("other names", edit("\"BotSaid\"", "\"Whatever\"").then("\"Silence\"", "\"S\"")),
        arguments("spaces", edit("${messageWaiting}", " ${ messageWaiting } ")),
        arguments("a listener outside of it", inside("serviceTask", "StartSession", "start")),
        arguments(
            "no way out for the gone",
            edit("${botSaid == 'ended' || botSaid == 'gone'}", "${botSaid == 'ended'}")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("stillPlain")
  void whatChangesNothingInTheLoopLeavesItPlain(String what, Edit edit) {
    trial.script("{}");
    String process = deploy(edit);
    begin(process);
    assertThat(turn(process)).containsExactly("FREE");
    baton.leave(process);
  }

  static Stream<Arguments> notPlain() {
    return Stream.of(
        arguments("a listener before taking", inside("serviceTask", "TakeNext", "start")),
        arguments("a listener after taking", inside("serviceTask", "TakeNext", "end")),
        arguments("a listener before sending", inside("serviceTask", "SendMessage", "start")),
        arguments("a listener after sending", inside("serviceTask", "SendMessage", "end")),
        arguments("a listener before waiting", inside("receiveTask", "WaitForCustomer", "start")),
        arguments("a listener after waiting", inside("receiveTask", "WaitForCustomer", "end")),
        arguments("a listener on the question", inside("exclusiveGateway", "AnyTyped", "start")),
        arguments("a listener on the answer", inside("exclusiveGateway", "BotSaid", "end")),
        arguments("a listener on the way to taking", onFlow("customerWrote")),
        arguments("a listener on the way to the question", onFlow("looked")),
        arguments("a listener on the way to waiting", onFlow("none")),
        arguments("a listener on the way to sending", onFlow("one")),
        arguments("a listener on the way to the answer", onFlow("botAnswered")),
        arguments("a listener on the way back", onFlow("goesOn")),
        arguments("a listener on the way out", onFlow("escalated")),
        arguments(
            "a job before taking",
            edit("id=\"TakeNext\"", "id=\"TakeNext\" camunda:asyncBefore=\"true\"")),
        arguments(
            "a job before waiting",
            edit("id=\"WaitForCustomer\"", "id=\"WaitForCustomer\" camunda:asyncBefore=\"true\"")),
        arguments(
            "a job after waiting",
            edit("id=\"WaitForCustomer\"", "id=\"WaitForCustomer\" camunda:asyncAfter=\"true\"")),
        arguments(
            "a job before the answer",
            edit("id=\"BotSaid\"", "id=\"BotSaid\" camunda:asyncBefore=\"true\"")),
        arguments("what goes into sending", mapping("SendMessage", "inputParameter")),
        arguments("what comes out of sending", mapping("SendMessage", "outputParameter")),
        arguments("what comes out of taking", mapping("TakeNext", "outputParameter")),
        arguments(
            "a time limit on sending", boundary("SendMessage", true, timer("PT1H"), "BotEnded")),
        arguments(
            "a reminder while waiting",
            boundary("WaitForCustomer", false, timer("PT1H"), "BotEnded")),
        arguments(
            "a reminder after the silence",
            boundary("WaitForCustomer", false, timer("${silence}"), "BotEnded")),
        arguments(
            "a message while waiting",
            boundary(
                "WaitForCustomer",
                true,
                "<bpmn:messageEventDefinition messageRef=\"Msg_cancelled\" />",
                "BotEnded")),
        arguments(
            "a condition while waiting",
            boundary("WaitForCustomer", true, condition(), "BotEnded")),
        arguments(
            "a condition elsewhere",
            edit(
                "<bpmn:subProcess id=\"Left\"",
                """
                <bpmn:subProcess id="Watch" triggeredByEvent="true">
                  <bpmn:startEvent id="Watched" isInterrupting="false">%s</bpmn:startEvent>
                </bpmn:subProcess>
                <bpmn:subProcess id="Left\""""
                    .formatted(condition()))),
        arguments(
            "another time", edit("${silence}</bpmn:timeDuration>", "PT1H</bpmn:timeDuration>")),
        arguments(
            "a time that doubles",
            edit("${silence}</bpmn:timeDuration>", "${silence.concat('')}</bpmn:timeDuration>")),
        arguments(
            "a person before sending",
            between("one", "SendMessage", "<bpmn:userTask id=\"%s\" />")),
        arguments(
            "a script before taking",
            between(
                "customerWrote",
                "TakeNext",
                "<bpmn:serviceTask id=\"%s\" camunda:expression=\"${true}\" />")),
        arguments(
            "a step after sending",
            between(
                "botAnswered",
                "BotSaid",
                "<bpmn:serviceTask id=\"%s\" camunda:expression=\"${true}\" />")),
        arguments(
            "another question before sending",
            edit(">${messageWaiting}<", ">${messageWaiting &amp;&amp; true}<")),
        arguments(
            "another question after sending",
            edit("${botSaid == 'escalated'}", "${botSaid != 'goes-on'}")),
        arguments(
            "a question about something else",
            edit("${botSaid == 'escalated'}", "${silence == 'escalated'}")),
        arguments(
            "a counter in a question",
            edit("${botSaid == 'escalated'}", "${botSaid == 'escalated' || silence == 'none'}")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notPlain")
  void whatHappensInTheLoopIsNotPassedBy(String what, Edit edit) {
    trial.script("{}");
    String process = deploy(edit);
    begin(process);
    assertThat(turn(process)).containsOnlyNulls().hasSize(1);
    baton.leave(process);
  }

  @Test
  void theTokenGoesRoundALoopThatIsNotPlain() {
    trial.script("{}");
    String process = deploy(inside("serviceTask", "SendMessage", "end"));
    begin(process);
    trial.change(SLOW.formatted(3000));
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Answer> turn = baton.writeLater(process, "m" + i, "1");
      baton.awaitAt(process, "SendMessage");
      assertThat(turn.join().json().path("messages")).isNotEmpty();
      baton.awaitAt(process, "WaitForCustomer");
    }
    trial.change(SLOW.formatted(0));
    baton.leave(process);
    trial.awaitNothingLeft(process);
    assertThat(trial.trail(process)).containsExactly("start", "text", "text", "end UserRequest");
  }

  @Test
  void whatWasTypedBeforeTheTokenWaitsIsNotOvertaken() {
    trial.script(SLOW.formatted(3000));
    String process =
        deploy(
            edit(
                "sourceRef=\"StartSession\" targetRef=\"BotSaid\"",
                "sourceRef=\"StartSession\" targetRef=\"WaitForCustomer\""));
    Answer begun =
        baton.post(
            "/engine-rest/process-definition/key/" + process + "/start",
            Baton.object("businessKey", process));
    assertThat(begun.status()).as(begun.body()).isEqualTo(200);
    baton.correlate(process, "m1", "first");
    assertThat(baton.standsAt(process)).containsExactly("StartSession");
    baton.awaitAt(process, "WaitForCustomer");
    trial.change(SLOW.formatted(0));
    CompletableFuture<Answer> second = baton.writeLater(process, "m2", "second");
    Trial.until("both are sent", () -> trial.trail(process), trail -> trail.size() == 3);
    assertThat(trial.calls(process))
        .extracting(call -> call.path("body").path("message").path("text").asText())
        .endsWith("first", "second");
    assertThat(second.join().status()).isEqualTo(200);
    baton.leave(process);
    trial.awaitNothingLeft(process);
  }

  /** A change to the text of the process that comes with Baton. */
  private interface Edit {

    String of(String text);

    default Edit then(String what, String with) {
      return text -> edit(what, with).of(of(text));
    }
  }

  private static Edit edit(String what, String with) {
    return text -> {
      assertThat(text).contains(what);
      return text.replace(what, with);
    };
  }

  private static Edit inside(String tag, String id, String event) {
    return open(tag, id, LISTENER.formatted(event));
  }

  private static Edit onFlow(String id) {
    return text -> {
      String element = "<bpmn:sequenceFlow id=\"" + id + "\"[^>]*?";
      String listener = LISTENER.formatted("take").replace("$", "\\$");
      String changed =
          text.replaceFirst("(" + element + ")\\s*/>", "$1>" + listener + "</bpmn:sequenceFlow>");
      changed =
          changed.equals(text)
              ? text.replaceFirst("(" + element + "[^/]>)", "$1" + listener)
              : changed;
      assertThat(changed).isNotEqualTo(text);
      return changed;
    };
  }

  /** Puts extension elements where the schema has them: after the documentation. */
  private static Edit open(String tag, String id, String extension) {
    return text -> {
      String with = extension.replace("$", "\\$");
      String begins =
          "(<bpmn:%s id=\"%s\"[^>]*>(\\s*<bpmn:documentation>[^<]*</bpmn:documentation>)?)";
      String changed = text.replaceFirst(begins.formatted(tag, id), "$1" + with);
      assertThat(changed).isNotEqualTo(text);
      return changed;
    };
  }

  private static Edit mapping(String id, String direction) {
    return open(
        "serviceTask",
        id,
        """
        <bpmn:extensionElements><camunda:inputOutput>
          <camunda:%1$s name="seen">x</camunda:%1$s>
        </camunda:inputOutput></bpmn:extensionElements>"""
            .formatted(direction));
  }

  private static Edit boundary(String id, boolean interrupting, String event, String to) {
    return edit(
        "<bpmn:subProcess id=\"Left\"",
        """
        <bpmn:boundaryEvent id="Added" attachedToRef="%s" cancelActivity="%s">
          <bpmn:outgoing>added</bpmn:outgoing>%s</bpmn:boundaryEvent>
        <bpmn:sequenceFlow id="added" sourceRef="Added" targetRef="%s" />
        <bpmn:subProcess id="Left\""""
            .formatted(id, interrupting, event, to));
  }

  private static String timer(String duration) {
    return """
    <bpmn:timerEventDefinition>
      <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">%s</bpmn:timeDuration>
    </bpmn:timerEventDefinition>"""
        .formatted(duration);
  }

  private static String condition() {
    return """
    <bpmn:conditionalEventDefinition>
      <bpmn:condition xsi:type="bpmn:tFormalExpression">${botSaid == 'never'}</bpmn:condition>
    </bpmn:conditionalEventDefinition>""";
  }

  private static Edit between(String flow, String target, String element) {
    String was = "targetRef=\"" + target + "\"";
    return text -> {
      String begins = "<bpmn:sequenceFlow id=\"" + flow + "\"";
      int from = text.indexOf(begins);
      assertThat(from).isPositive();
      int to = text.indexOf(was, from);
      assertThat(text.substring(from, to)).doesNotContain(">");
      return text.substring(0, from)
          + element.formatted("Between")
          + "<bpmn:sequenceFlow id=\"further\" sourceRef=\"Between\" "
          + was
          + " />"
          + text.substring(from, to)
          + "targetRef=\"Between\""
          + text.substring(to + was.length());
    };
  }

  /** Deploys the process that comes with Baton, with a change, under a key of its own. */
  private static String deploy(Edit edit) {
    String process = "loop" + DEPLOYED.incrementAndGet();
    String shipped;
    try {
      shipped = Files.readString(Path.of("bpmn", "bot-conversation.bpmn"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int diagram = shipped.indexOf("<bpmndi:BPMNDiagram");
    int end = shipped.indexOf("</bpmndi:BPMNDiagram>") + "</bpmndi:BPMNDiagram>".length();
    String text = shipped.substring(0, diagram) + shipped.substring(end);
    Answer answer =
        Deployments.deploy(
            baton,
            process + ".bpmn",
            edit.of(text).replace("\"bot-conversation\"", "\"" + process + "\""));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return process;
  }

  /** Begins a conversation of that process, under the process's key. */
  private static void begin(String process) {
    ObjectNode start = Baton.object("businessKey", process);
    Answer answer = baton.post("/engine-rest/process-definition/key/" + process + "/start", start);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    Trial.until("waits", () -> baton.standsAt(process), at -> at.contains("WaitForCustomer"));
  }

  private static List<String> turn(String process) {
    return trial.jdbc.queryForList(
        "select turn from baton_conversation where conversation_key = ?", String.class, process);
  }
}
