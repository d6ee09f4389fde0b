package dev.baton.it.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Deployments;
import dev.baton.it.support.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.RuntimeService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A conversation that is started and driven through Camunda's own REST interface. */
class EngineRestTest {

  private static final String START = "/engine-rest/process-definition/key/bot-conversation/start";
  private static final String MARK = "Quetzalcoatl";

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
  void itMakesTheSameRequestsAsTheChannelsInterface() {
    trial.script("{}");
    begin("engine");
    baton.awaitAt("engine", "WaitForCustomer");
    assertThat(message("engine", "m1", "text", "1")).isEqualTo(204);
    baton.awaitAt("engine", "WaitForCustomer");
    String third = choices("engine").path(2).path("id").asText();
    assertThat(message("engine", "m2", "choiceId", third)).isEqualTo(204);
    trial.awaitCase("engine", 1);
    assertThat(message("engine", "m3", "text", "hello?")).isEqualTo(204);
    trial.accept(trial.awaitCase("engine", 1));
    baton.awaitState("engine", "transferred");
    trial.awaitNothingLeft("engine");

    baton.begin("channel");
    baton.write("channel", "m1", "1");
    baton.choose("channel", "m2", third);
    trial.awaitCase("channel", 1);
    baton.write("channel", "m3", "hello?");
    trial.accept(trial.awaitCase("channel", 1));
    baton.awaitState("channel", "transferred");
    trial.awaitNothingLeft("channel");

    assertThat(trial.trail("engine"))
        .containsExactly(
            "start",
            "text",
            "choice",
            "case",
            "transferSucceeded",
            "comment hello?\n[m3]",
            "end Transfer");
    assertThat(trial.trail("channel")).isEqualTo(trial.trail("engine"));
    assertThat(requests("channel")).isEqualTo(requests("engine"));
  }

  /** What was sent, without what differs from one session to the next. */
  private static List<String> requests(String key) {
    List<String> requests = new ArrayList<>();
    for (JsonNode call : trial.calls(key)) {
      ObjectNode body =
          call.path("body").isObject() ? call.path("body").deepCopy() : Baton.object();
      body.remove(List.of("externalSessionKey", "Subject", "Description", "ParentId"));
      if (body.path("message") instanceof ObjectNode message) {
        message.remove("inReplyToMessageId");
      }
      List<String> headers = new ArrayList<>();
      call.path("headers").fieldNames().forEachRemaining(headers::add);
      requests.add(call.path("method").asText() + " " + headers + " " + body);
    }
    return requests;
  }

  @Test
  void leavingEndsTheSession() {
    trial.script("{}");
    begin("leaves");
    baton.awaitAt("leaves", "WaitForCustomer");
    assertThat(correlate("customer-left", "leaves", "{}").status()).isEqualTo(204);
    baton.awaitState("leaves", "ended");
    trial.awaitNothingLeft("leaves");
    assertThat(trial.trail("leaves")).containsExactly("start", "end UserRequest");
    assertThat(correlate("customer-left", "leaves", "{}").status()).isEqualTo(204);
    assertThat(message("leaves", "m1", "text", "too late")).isEqualTo(400);
    assertThat(trial.said("leaves")).doesNotContain("customer: too late");
  }

  @Test
  void whatCannotBeAcceptedIsRefusedInWordsAndChangesNothing() {
    trial.script("{}");
    begin("refuses");
    baton.awaitAt("refuses", "WaitForCustomer");
    Integer instances = count("act_hi_procinst");
    List<String> said = trial.said("refuses");

    refused(correlate("customer-message", "no such key", variables("m1", "text", "x")), "no such");
    refused(correlate("customer-left", "no such key", "{}"), "no such key");
    String instance = baton.instances("refuses").path(0).path("id").asText();
    refused(
        baton.post(
            "/engine-rest/message",
            Baton.json(
                """
                {"messageName":"customer-message","processInstanceId":"%s","processVariables":%s}"""
                    .formatted(instance, variables("m1", "text", "x")))),
        "");
    refused(
        baton.post(
            "/engine-rest/message",
            Baton.json(
                "{\"messageName\":\"customer-message\",\"processVariables\":"
                    + variables("m1", "text", "x")
                    + "}")),
        "business key");
    refused(
        correlate("customer-message", "refuses", variables("m1", "text", "x".repeat(4001))),
        "4000");
    refused(correlate("customer-message", "refuses", variables("m1", "text", "  ")), "empty");
    refused(correlate("customer-message", "refuses", variables("m1", "text", "")), "empty");
    refused(
        correlate("customer-message", "refuses", "{\"messageId\":{\"value\":\"m1\"}}"), "either");
    refused(correlate("customer-message", "refuses", "{\"text\":{\"value\":\"x\"}}"), "id");
    refused(
        correlate(
            "customer-message",
            "refuses",
            "{\"messageId\":{\"value\":\"m1\"},\"text\":{\"value\":7}}"),
        "");
    refused(
        correlate("customer-message", "refuses", variables("m1", "choiceId", "no such choice")),
        "did not offer");

    assertThat(trial.said("refuses")).isEqualTo(said);
    assertThat(count("act_hi_procinst")).isEqualTo(instances);
    assertThat(baton.standsAt("refuses")).containsExactly("WaitForCustomer");
    assertThat(trial.trail("refuses")).containsExactly("start");
    assertThat(message("refuses", "m1", "text", "😀".repeat(4000))).isEqualTo(204);
    baton.leave("refuses");
    trial.awaitNothingLeft("refuses");
  }

  private static void refused(Baton.Answer answer, String words) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.json().path("message").asText()).containsIgnoringCase(words).isNotBlank();
  }

  @Test
  void aMessageOfTheSameIdIsSentOnceAlsoWhenManyComeAtOnce() {
    trial.script("{}");
    begin("once");
    baton.awaitAt("once", "WaitForCustomer");
    List<CompletableFuture<Integer>> sent = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      sent.add(CompletableFuture.supplyAsync(() -> message("once", "m1", "text", "1")));
    }
    assertThat(sent).extracting(CompletableFuture::join).containsOnly(204);
    baton.awaitAt("once", "WaitForCustomer");
    assertThat(message("once", "m1", "text", "2")).isEqualTo(204);
    Trial.until("sent", () -> trial.trail("once"), trail -> trail.size() > 1);
    assertThat(trial.trail("once")).containsExactly("start", "text");
    assertThat(trial.said("once")).filteredOn(line -> line.startsWith("customer")).hasSize(1);
    baton.leave("once");
    trial.awaitNothingLeft("once");
  }

  @Test
  void aStartOfTheSameKeyEndsAtOnceAndChangesNothing() {
    trial.script("{}");
    begin("again");
    baton.awaitAt("again", "WaitForCustomer");
    List<String> said = trial.said("again");
    Baton.Answer second = startOf("again", "{\"text\":{\"value\":\"another text\"}}");
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.json().path("ended").asBoolean()).isTrue();
    assertThat(trial.said("again")).isEqualTo(said);
    assertThat(baton.begin("again").path("state").asText()).isEqualTo("talking");
    assertThat(baton.instances("again")).hasSize(1);
    baton.leave("again");
    trial.awaitNothingLeft("again");
    Baton.Answer afterTheEnd = startOf("again", "{}");
    assertThat(afterTheEnd.json().path("ended").asBoolean()).isTrue();
    assertThat(baton.post("/api/conversations", Baton.object("key", "again")).status())
        .isEqualTo(200);
    assertThat(baton.conversation("again").path("state").asText()).isEqualTo("ended");
    assertThat(trial.trail("again")).containsExactly("start", "end UserRequest");
  }

  @Test
  void manyStartsOfOneKeyAtOnceMakeOneSession() {
    trial.script("{}");
    List<CompletableFuture<Baton.Answer>> started = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int nth = i;
      started.add(
          CompletableFuture.supplyAsync(
              () ->
                  nth % 2 == 0
                      ? startOf("rush", "{}")
                      : baton.post("/api/conversations", Baton.object("key", "rush"))));
    }
    assertThat(started)
        .extracting(answer -> answer.join().status())
        .allMatch(status -> status == 200 || status == 201);
    baton.awaitAt("rush", "WaitForCustomer");
    assertThat(Trial.lines(trial.calls())).containsExactly("start");
    baton.leave("rush");
    trial.awaitNothingLeft("rush");
  }

  @Test
  void aStartWithoutAKeyHasTheInstancesIdAsKey() {
    trial.script("{}");
    Baton.Answer answer = baton.post(START, Baton.json("{}"));
    assertThat(answer.status()).isEqualTo(200);
    String key = answer.json().path("id").asText();
    baton.awaitAt(key, "WaitForCustomer");
    assertThat(message(key, "m1", "text", "4")).isEqualTo(204);
    baton.awaitState(key, "ended");
    trial.awaitNothingLeft(key);
    assertThat(trial.trail(key)).containsExactly("start", "text");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"variables\":{\"value\":\"no json\"}}",
        "{\"variables\":{\"value\":\"{}\"}}",
        "{\"variables\":{\"value\":7}}",
        "{\"variables\":{\"value\":\"[{\\\"name\\\":\\\"n\\\",\\\"type\\\":\\\"number\\\",\\\"value\\\":1e400}]\"}}",
        "{\"patience\":{\"value\":\"soon\"}}",
        "{\"variables\":{\"value\":\"[]\",\"type\":\"Bytes\"}}",
        "{\"botId\":{\"value\":\"bot\"}}",
        "{\"botId\":{\"value\":true}}",
        "{\"text\":{\"value\":\"a\\u0000b\"}}",
        "{\"silence\":{\"value\":\"PT-5S\"}}",
        "{\"silence\":{\"value\":\"P1000D\"}}",
        "{\"patience\":{\"value\":30}}",
        "{\"strategy\":{\"value\":\"everybody\"}}"
      })
  void aStartThatCannotWorkIsRefusedInWordsAndLeavesNothing(String variables) {
    trial.script("{}");
    String key = "bad start " + variables.hashCode();
    ListAppender<ILoggingEvent> log = listen();
    refused(startOf(key, variables), "");
    refused(submitForm(key, variables), "");
    root().detachAppender(log);
    assertThat(log.list).isEmpty();
    assertThat(baton.instances(key)).isEmpty();
    assertThat(baton.get("/api/conversations/" + key.replace(" ", "%20")).status()).isEqualTo(404);
    assertThat(trial.calls()).isEmpty();
  }

  @Test
  void aDurationIsUnderstoodInEachOfItsSpellings() {
    trial.script("{}");
    startOf("spelled", "{\"silence\":{\"value\":\"-pt-1s\"}}");
    baton.awaitState("spelled", "ended");
    trial.awaitNothingLeft("spelled");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bot-conversation|{'type':'startBeforeActivity','activityId':'WaitForCustomer'}",
        "bot-conversation|{'type':'startAfterActivity','activityId':'StartSession'}",
        "bot-conversation|{'type':'startTransition','transitionId':'customerWrote'}",
        "bot-conversation|{'type':'startBeforeActivity','activityId':'Started'}",
        "one-question|{'type':'startBeforeActivity','activityId':'Wait'}",
        "one-question|{'type':'startAfterActivity','activityId':'Open'}"
      })
  void aConversationStartsAtItsStartEventOnly(String process, String instruction) {
    trial.script("{}");
    Deployments.example(baton, "one-question");
    Integer instances = count("act_hi_procinst");

    for (boolean skip : new boolean[] {false, true}) {
      refused(startAt(process, instruction.replace('\'', '"'), skip), "start event");
    }
    assertThat(count("act_hi_procinst")).isEqualTo(instances);
    assertThat(trial.calls()).isEmpty();
    assertThatThrownBy(
            () ->
                baton
                    .bean(RuntimeService.class)
                    .createProcessInstanceByKey("bot-conversation")
                    .startBeforeActivity("WaitForCustomer")
                    .execute())
        .isInstanceOf(BadUserRequestException.class)
        .hasMessageContaining("start event");
    assertThat(count("act_hi_procinst")).isEqualTo(instances);
  }

  @Test
  void aConversationIsNotRestartedElsewhereEither() {
    trial.script("{}");
    begin("restarted");
    baton.awaitAt("restarted", "WaitForCustomer");
    String instance = baton.instances("restarted").path(0).path("id").asText();
    String definition = baton.instances("restarted").path(0).path("definitionId").asText();
    baton.leave("restarted");
    baton.awaitState("restarted", "ended");
    trial.awaitNothingLeft("restarted");

    Baton.Answer answer =
        baton.post(
            "/engine-rest/process-definition/" + definition + "/restart",
            Baton.json(
                """
                {"processInstanceIds":["%s"],"instructions":[
                  {"type":"startBeforeActivity","activityId":"WaitForCustomer"}]}"""
                    .formatted(instance)));

    refused(answer, "start event");
    assertThat(baton.instances("restarted")).isEmpty();
  }

  @Test
  void aConversationMayStartInAJob() throws IOException {
    String sync = Files.readString(Path.of("docs", "examples", "one-question.bpmn"));
    String async =
        sync.replace("id=\"one-question\"", "id=\"in-a-job\"")
            .replace("<bpmn:startEvent ", "<bpmn:startEvent camunda:asyncBefore=\"true\" ");
    trial.script("{}");
    assertThat(Deployments.deploy(baton, "in-a-job.bpmn", async).status()).isEqualTo(200);

    Baton.Answer answer =
        baton.post(
            START.replace("bot-conversation", "in-a-job"), Baton.object("businessKey", "later"));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    baton.awaitAt("later", "Wait");
    assertThat(message("later", "m1", "text", "1")).isEqualTo(204);
    trial.awaitNothingLeft("later");
  }

  @Test
  void anOrdinaryProcessStartsAnywhere() {
    Deployments.deploy(
        baton,
        "ordinary.bpmn",
        Deployments.file(
            """
            <process id="ordinary" isExecutable="true">
              <startEvent id="Started"/>
              <sequenceFlow id="begun" sourceRef="Started" targetRef="Look"/>
              <userTask id="Look"/>
              <sequenceFlow id="looked" sourceRef="Look" targetRef="Talk"/>
              <callActivity id="Talk" calledElement="bot-conversation">
                <extensionElements><camunda:in businessKey="called"/></extensionElements>
              </callActivity>
            </process>
            """));
    trial.script("{}");

    Baton.Answer answer =
        startAt("ordinary", "{\"type\":\"startBeforeActivity\",\"activityId\":\"Talk\"}", false);

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    baton.awaitAt("called", "WaitForCustomer");
    baton.leave("called");
    trial.awaitNothingLeft("called");
  }

  @Test
  void aSilentCustomersSessionExpires() {
    trial.script("{}");
    startOf("silent", "{\"silence\":{\"value\":\"PT1S\"}}");
    baton.awaitState("silent", "ended");
    trial.awaitNothingLeft("silent");
    assertThat(trial.trail("silent")).containsExactly("start", "end Expiration");
  }

  @Test
  void theFirstWordsAndVariablesReachTheBot() {
    trial.script("{}");
    startOf(
        "first words",
        """
        {"text":{"value":"%s"},"variables":{"value":
          "[{\\"name\\":\\"who\\",\\"type\\":\\"text\\",\\"value\\":\\"%s\\"}]"}}"""
            .formatted(MARK + "a", MARK + "b"));
    baton.awaitAt("first words", "WaitForCustomer");
    JsonNode body = trial.calls("first words").get(0).path("body");
    assertThat(body.path("message").path("text").asText()).isEqualTo(MARK + "a");
    assertThat(body.path("variables").path(0).path("value").asText()).isEqualTo(MARK + "b");
    message("first words", "m1", "text", MARK + "c");
    baton.awaitAt("first words", "WaitForCustomer");
    message("first words", "m2", "text", "3");
    trial.awaitCase("first words", 1);
    message("first words", "m3", "text", MARK + "d");
    baton.awaitAt("first words", "Offer");
    assertThat(trial.engineTablesWith(MARK)).isEmpty();
    assertThat(trial.engineTablesWith("first words")).isNotEmpty();
    trial.accept(trial.awaitCase("first words", 1));
    trial.awaitNothingLeft("first words");
    assertThat(trial.trail("first words")).contains("comment " + MARK + "d\n[m3]");
    assertThat(trial.engineTablesWith(MARK)).isEmpty();
  }

  private static void begin(String key) {
    assertThat(startOf(key, "{}").status()).isEqualTo(200);
  }

  private static Baton.Answer startOf(String key, String variables) {
    return baton.post(
        START, Baton.json("{\"businessKey\":\"%s\",\"variables\":%s}".formatted(key, variables)));
  }

  private static Baton.Answer submitForm(String key, String variables) {
    return baton.post(
        START.replace("/start", "/submit-form"),
        Baton.json("{\"businessKey\":\"%s\",\"variables\":%s}".formatted(key, variables)));
  }

  private static Baton.Answer startAt(String process, String instruction, boolean skip) {
    return baton.post(
        START.replace("bot-conversation", process),
        Baton.json(
            """
            {"businessKey":"in the middle","startInstructions":[%s],
             "skipCustomListeners":%2$s,"skipIoMappings":%2$s}"""
                .formatted(instruction, skip)));
  }

  /** What the application logs from now on, as it is configured. */
  private static ListAppender<ILoggingEvent> listen() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root().addAppender(log);
    return log;
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  private static JsonNode choices(String key) {
    for (JsonNode line : baton.conversation(key).path("transcript")) {
      if (line.path("message").has("choices")) {
        return line.path("message").path("choices");
      }
    }
    throw new AssertionError("no menu");
  }

  private static int message(String key, String id, String member, String value) {
    return correlate("customer-message", key, variables(id, member, value)).status();
  }

  private static Baton.Answer correlate(String name, String key, String variables) {
    ObjectNode body = Baton.object("messageName", name, "businessKey", key);
    body.set("processVariables", Baton.json(variables));
    return baton.post("/engine-rest/message", body);
  }

  private static String variables(String id, String member, String value) {
    ObjectNode variables = new ObjectMapper().createObjectNode();
    variables.putObject("messageId").put("value", id);
    variables.putObject(member).put("value", value);
    return variables.toString();
  }

  private static Integer count(String table) {
    return trial.jdbc.queryForList("select count(*) from " + table, Integer.class).get(0);
  }
}
