package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Deployments;
import dev.baton.it.support.EventReader;
import dev.baton.it.support.Org;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bot hands over to another bot, and the conversation goes on with that one. */
class AnotherBotTest {

  private static final String BOT = Simulator.DEMO_BOT_ID;
  private static final String OTHER = Simulator.DEMO_SECOND_BOT_ID;
  private static final String NOBODY = "0Xxxx0000000099CAA";
  private static final String QUEUE = Simulator.DEMO_QUEUE_ID;
  private static final String TRANSFER = "Transfer To Agent";
  private static final String ORDER_STATUS = "Order Status";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial =
        Trial.startWith(
            ShortRetries.class, "baton.targets.enabled=queue,bot", "baton.api.answer-limit=10s");
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  // It takes it

  @Test
  void theOtherBotGoesOnInASessionOfItsOwn() {
    script(targets(OTHER));
    ObjectNode begin = Baton.object("key", "goes-on");
    begin.set("variables", Baton.json("[{\"name\":\"Order\",\"type\":\"text\",\"value\":\"47\"}]"));
    baton.post("/api/conversations", begin);
    try (EventReader events = EventReader.of(baton, "goes-on")) {
      baton.write("goes-on", "m1", TRANSFER);
      awaitBot("goes-on", OTHER);
      JsonNode answer = baton.write("goes-on", "m2", ORDER_STATUS);
      assertThat(answer.path("state").asText()).isEqualTo("talking");
      assertThat(answer.path("messages").path(0).path("text").asText()).contains("on its way");
      baton.leave("goes-on");
      trial.awaitNothingLeft("goes-on");
      assertThat(events.rest())
          .extracting(EventReader.Event::gist)
          .containsSubsequence(
              "bot escalate",
              "state transferring",
              "offer accepted accepted",
              "state talking",
              "customer ",
              "bot text",
              "state ended");
    }
    assertThat(trial.said("goes-on"))
        .containsSubsequence(
            "customer: " + TRANSFER,
            "bot: escalate",
            "bot: Hi! I'm the Second bot. What can I do for you?",
            "customer: " + ORDER_STATUS)
        .doesNotContainSubsequence("bot: sessionEnded", "customer: " + ORDER_STATUS);

    List<JsonNode> calls = trial.calls();
    assertThat(calls).extracting(call -> call.path("status").asInt()).containsOnly(200);
    assertThat(calls)
        .extracting(AnotherBotTest::request)
        .containsExactly(
            "POST /v5.3.0/bots/" + BOT + "/sessions",
            "POST /v5.3.0/sessions/A/messages",
            "POST /v5.3.0/bots/" + OTHER + "/sessions",
            "POST /v5.3.0/sessions/A/messages",
            "DELETE /v5.3.0/sessions/A",
            "POST /v5.3.0/sessions/B/messages",
            "DELETE /v5.3.0/sessions/B");
    String first = sessions(BOT).get(0);
    ObjectNode start = JSON.createObjectNode();
    start.set("externalSessionKey", calls.get(0).path("body").path("externalSessionKey"));
    start.putObject("forceConfig").put("endpoint", trial.simulator.baseUrl().toString());
    start.set(
        "responseOptions", Baton.json("{\"variables\":{\"include\":true,\"onlyChanged\":false}}"));
    start.set("variables", begin.path("variables"));
    start.set(
        "referrers",
        Baton.json(
            """
            [{"type":"Salesforce:Core:Bot:Id","value":"%s"},
             {"type":"Salesforce:BotRuntime:Session:Id","value":"%s"}]"""
                .formatted(BOT, first)));
    assertThat(calls.get(2).path("body")).isEqualTo(start);
    String escalateId = calls.get(1).path("answer").path("messages").path(1).path("id").asText();
    assertThat(calls.get(3).path("body"))
        .isEqualTo(
            Baton.json(
                """
                {"message":{"type":"transferSucceeded","sequenceId":2,"inReplyToMessageId":"%s"},
                 "responseOptions":{"variables":{"include":true,"onlyChanged":false}}}"""
                    .formatted(escalateId)));
    assertThat(calls.get(5).path("body"))
        .isEqualTo(
            Baton.json(
                """
                {"message":{"type":"text","sequenceId":1,"text":"Order Status"},
                 "responseOptions":{"variables":{"include":true,"onlyChanged":false}}}"""));
    assertHeaders(calls);
  }

  private static void assertHeaders(List<JsonNode> calls) {
    List<String> requestIds = new ArrayList<>();
    for (JsonNode call : calls) {
      JsonNode headers = call.path("headers");
      assertThat(headers.path("Authorization").asText()).isEqualTo("Bearer ***");
      assertThat(headers.path("X-Org-Id").asText()).isEqualTo(Simulator.ORG_ID);
      requestIds.add(UUID.fromString(headers.path("X-Request-ID").asText()).toString());
      boolean starts = call.path("path").asText().contains("/bots/");
      assertThat(call.path("crc").asText()).isEqualTo(starts ? "" : "matched");
      assertThat(headers.has("X-Runtime-CRC")).isEqualTo(!starts);
      boolean ends = call.path("method").asText().equals("DELETE");
      assertThat(headers.has("X-Session-End-Reason")).isEqualTo(ends);
      assertThat(headers.has("Content-Type")).isEqualTo(!ends);
    }
    assertThat(requestIds).doesNotHaveDuplicates();
    assertThat(calls.get(4).path("headers").path("X-Session-End-Reason").asText())
        .isEqualTo("Transfer");
    assertThat(calls.get(6).path("headers").path("X-Session-End-Reason").asText())
        .isEqualTo("UserRequest");
  }

  @Test
  void whatIsTypedMeanwhileGoesToTheOtherBotOnceInOrderAndInWords() {
    script(targets(OTHER), delayed("{'bot':'" + OTHER + "'}", 4000));
    baton.begin("typed");
    baton.write("typed", "m1", TRANSFER);
    assertThat(baton.write("typed", "m2", "hello?").path("state").asText())
        .isEqualTo("transferring");
    // A choice of the first bot's menu: the other does not know its id.
    baton.choose("typed", "m3", "2");
    baton.write("typed", "m4", "1");
    Trial.until(
        "the last answer", () -> answer("typed", "m4"), answer -> answer.contains("on its way"));
    baton.awaitAt("typed", "WaitForCustomer");
    assertThat(heard(OTHER, 0))
        .containsExactly("start", "hello?", "Frequently Asked Questions", "1");
    assertThat(sequence(OTHER)).containsExactly(1L, 2L, 3L);
    assertThat(heard(BOT, 0))
        .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
    assertThat(answer("typed", "m3")).contains("We are open from 9 to 5");
    baton.leave("typed");
    trial.awaitNothingLeft("typed");
    assertThat(baton.conversation("typed").path("undelivered").asInt()).isZero();
  }

  @Test
  void theOtherBotEscalatesInItsTurnAndIsTheOneThatHears() {
    script(targets(OTHER), bot(OTHER, "'targets':[" + queue() + "]"), agent("accept"));
    baton.begin("chain");
    baton.write("chain", "m1", TRANSFER);
    awaitBot("chain", OTHER);
    baton.write("chain", "m2", TRANSFER);
    baton.awaitState("chain", "transferred");
    trial.awaitNothingLeft("chain");
    assertThat(heard(BOT, 0))
        .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
    assertThat(heard(OTHER, 0))
        .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
    assertThat(sequence(OTHER)).containsExactly(1L, 2L);
    JsonNode transfers = baton.conversation("chain").path("transfers");
    assertThat(transfers.findValuesAsText("outcome")).containsExactly("accepted", "accepted");
    assertThat(transfers.findValuesAsText("report")).containsExactly("succeeded", "succeeded");
    assertThat(theCase().path("Description").asText())
        .contains("I'm the Demo bot", "I'm the Second bot");
  }

  @Test
  void whatTheBotsHaveFoundOutReachesWhoeverIsAskedNext() {
    script(
        "'bots':{'%s':{'targets':[%s],'collects':[%s,%s]},'%s':{'targets':[%s],'collects':[%s]}},%s"
            .formatted(
                BOT,
                target(OTHER),
                variable("Order", "48"),
                variable("Size", "XL"),
                OTHER,
                queue(),
                variable("Topic", "returns"),
                agent("accept")));
    ObjectNode begin = Baton.object("key", "collected");
    begin.set("variables", Baton.json("[" + variable("Order", "47").replace('\'', '"') + "]"));
    baton.post("/api/conversations", begin);
    baton.write("collected", "m1", TRANSFER);
    awaitBot("collected", OTHER);
    baton.write("collected", "m2", TRANSFER);
    baton.awaitState("collected", "transferred");
    trial.awaitNothingLeft("collected");
    assertThat(trial.calls().get(2).path("body").path("variables"))
        .isEqualTo(
            Baton.json(
                ("[" + variable("Order", "48") + "," + variable("Size", "XL") + "]")
                    .replace('\'', '"')));
    assertThat(theCase().path("Description").asText())
        .contains("Order = 48", "Size = XL", "Topic = returns")
        .doesNotContain("47");
  }

  private static String variable(String name, String text) {
    return "{'name':'%s','type':'text','value':'%s'}".formatted(name, text);
  }

  @Test
  void aBotThatEscalatesInItsFirstWordsIsHeardToo() {
    script(
        targets(OTHER),
        bot(OTHER, "'onStart':'escalate','targets':[" + queue() + "]"),
        agent("accept"));
    baton.begin("at once");
    baton.write("at once", "m1", TRANSFER);
    baton.awaitState("at once", "transferred");
    trial.awaitNothingLeft("at once");
    assertThat(heard(OTHER, 0)).containsExactly("start", "transferSucceeded", "end Transfer");
    assertThat(sequence(OTHER)).containsExactly(1L);
  }

  @Test
  void whenNobodyTakesItFromTheOtherBotThatOneHearsAndItsSessionEnds() {
    script(targets(OTHER), bot(OTHER, "'targets':[" + queue() + "]"), agent("decline"));
    trial.change("{'org':{'afterDecline':'goes'}}");
    baton.begin("fails");
    baton.write("fails", "m1", TRANSFER);
    awaitBot("fails", OTHER);
    baton.write("fails", "m2", TRANSFER);
    baton.awaitState("fails", "ended");
    trial.awaitNothingLeft("fails");
    assertThat(heard(BOT, 0))
        .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
    assertThat(heard(OTHER, 0)).containsExactly("start", TRANSFER, "transferFailed", "end Other");
  }

  @Test
  void botsThatHandTheConversationToEachOtherAreStopped() {
    script(targets(OTHER), bot(OTHER, "'onStart':'escalate','targets':[" + target(BOT) + "]"));
    baton.begin("ping-pong");
    trial.change("{'bots':{'" + BOT + "':{'onStart':'escalate'}}}");
    baton.write("ping-pong", "m1", TRANSFER);
    baton.awaitState("ping-pong", "ended");
    trial.awaitNothingLeft("ping-pong");
    assertThat(sessions(BOT)).hasSize(2);
    assertThat(sessions(OTHER)).hasSize(1);
    assertThat(heard(BOT, 1)).containsExactly("start", "transferFailed", "end Error");
    JsonNode last = baton.conversation("ping-pong").path("transfers").path(2);
    assertThat(last.path("attempts").path(0).path("outcome").asText()).isEqualTo("too-many-bots");
    assertThat(last.path("attempts").path(0).path("detail").asText()).contains("max-bots");
    assertThat(last.path("reason").asText()).isEqualTo("Error");
    assertThat(ends()).hasSize(3);
  }

  // It does not take it

  @Test
  void aBotThatEndsItsSessionAtOnceHasDeclinedAndTheNextTargetIsAsked() {
    script(
        "'bots':{'%s':{'targets':[%s,%s]},'%s':{'onStart':'end'}},%s"
            .formatted(BOT, target(OTHER), queue(), OTHER, agent("accept")));
    baton.begin("declined");
    baton.write("declined", "m1", TRANSFER);
    baton.awaitState("declined", "transferred");
    trial.awaitNothingLeft("declined");
    assertThat(outcomes("declined")).containsExactly("declined", "accepted");
    assertThat(heard(OTHER, 0)).containsExactly("start");
    assertThat(heard(BOT, 0))
        .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
    assertThat(trial.said("declined")).noneMatch(line -> line.contains("cannot talk right now"));
  }

  @ParameterizedTest
  @CsvSource({
    NOBODY + ", 404, 1",
    OTHER + ", 400, 1",
    OTHER + ", 403, 1",
    OTHER + ", 422, 4",
    OTHER + ", 503, 4"
  })
  void aBotThatCannotBeStartedIsAnErrorAndTheFirstIsTold(String id, int status, int starts) {
    script(
        targets(id),
        "'faults':[{'match':{'bot':'%s','times':0},'then':{'status':%d}}]"
            .formatted(OTHER, status));
    String key = "refused " + status;
    baton.begin(key);
    baton.write(key, "m1", TRANSFER);
    baton.awaitState(key, "ended");
    trial.awaitNothingLeft(key);
    assertThat(outcomes(key)).containsExactly("error");
    assertThat(requests("/bots/" + id + "/sessions")).hasSize(starts);
    assertThat(sessions(id)).isEmpty();
    assertThat(heard(BOT, 0)).containsExactly("start", TRANSFER, "transferFailed", "end Error");
    JsonNode transfer = baton.conversation(key).path("transfers").path(0);
    assertThat(transfer.path("attempts").path(0).path("detail").asText())
        .contains("HTTP " + status);
  }

  @Test
  void whatIsNoBotsIdIsNotSentAnywhere() {
    script(targets("0Xx/../../x"));
    baton.begin("no id");
    baton.write("no id", "m1", TRANSFER);
    baton.awaitState("no id", "ended");
    trial.awaitNothingLeft("no id");
    assertThat(outcomes("no id")).containsExactly("error");
    assertThat(Trial.lines(trial.calls()))
        .containsExactly("start", "text", "transferFailed Error", "end Error");
  }

  @Test
  void aBotThatIsBusyUntilThePatienceIsOverIsNotAskedAgain() {
    script(
        targets(OTHER),
        "'faults':[{'match':{'bot':'%s','times':0},'then':{'status':503,'retryAfter':'60'}}]"
            .formatted(OTHER));
    trial.begin("silent", "patience", "PT2S");
    baton.write("silent", "m1", TRANSFER);
    baton.awaitState("silent", "ended");
    trial.awaitNothingLeft("silent");
    assertThat(outcomes("silent")).containsExactly("timed-out");
    assertThat(requests("/bots/" + OTHER + "/sessions")).hasSize(1);
    assertThat(heard(BOT, 0)).containsExactly("start", TRANSFER, "transferFailed", "end Other");
  }

  @Test
  void aBotThatAnswersAfterThePatienceHasTheConversationAsNobodyElseHasIt() {
    script(targets(OTHER), delayed("{'bot':'" + OTHER + "'}", 4000));
    trial.begin("late", "patience", "PT1S");
    baton.write("late", "m1", TRANSFER);
    baton.awaitAt("late", "WithdrawOthers");
    awaitBot("late", OTHER);
    baton.awaitAt("late", "WaitForCustomer");
    assertThat(outcomes("late")).containsExactly("accepted");
    assertThat(heard(BOT, 0))
        .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
    baton.leave("late");
    trial.awaitNothingLeft("late");
    assertThat(heard(OTHER, 0)).containsExactly("start", "end UserRequest");
  }

  @Test
  void aBotThatLosesTheRaceHasItsSessionEnded() {
    script(
        "'bots':{'%s':{'targets':[%s,%s]}},%s,%s"
            .formatted(
                BOT,
                target(OTHER),
                queue(),
                agent("accept"),
                delayed("{'bot':'" + OTHER + "'}", 4000)));
    trial.begin("race", "strategy", "race");
    baton.write("race", "m1", TRANSFER);
    baton.awaitState("race", "transferred");
    trial.awaitNothingLeft("race");
    assertThat(outcomes("race")).containsExactly("withdrawn", "accepted");
    assertThat(heard(OTHER, 0)).containsExactly("start", "end Other");
    assertThat(heard(BOT, 0))
        .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
  }

  @Test
  void aCustomerWhoCancelsWhileTheOtherBotStartsGoesOnWithTheFirst() {
    script(targets(OTHER), delayed("{'bot':'" + OTHER + "'}", 3000));
    baton.begin("cancels");
    baton.write("cancels", "m1", TRANSFER);
    Trial.until("the start", () -> requests("/bots/" + OTHER), list -> list.size() == 1);
    assertThat(baton.send(baton.request("/api/conversations/cancels/transfer").DELETE()).status())
        .isEqualTo(204);
    baton.awaitAt("cancels", "WaitForCustomer");
    assertThat(heard(BOT, 0)).containsExactly("start", TRANSFER, "transferFailed");
    assertThat(heard(OTHER, 0)).containsExactly("start", "end Other");
    baton.leave("cancels");
    trial.awaitNothingLeft("cancels");
  }

  // It is not needed any more

  @Test
  void aSessionThatStartsAfterTheCustomerLeftIsEnded() {
    script(targets(OTHER), delayed("{'bot':'" + OTHER + "'}", 3000));
    baton.begin("left");
    baton.write("left", "m1", TRANSFER);
    Trial.until("the start", () -> requests("/bots/" + OTHER), list -> list.size() == 1);
    baton.leave("left");
    baton.awaitState("left", "ended");
    trial.awaitNothingLeft("left");
    assertThat(heard(OTHER, 0)).containsExactly("start", "end UserRequest");
    assertThat(heard(BOT, 0)).containsExactly("start", TRANSFER, "end UserRequest");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TellSucceeded", "EndTransferred"})
  void aCustomerWhoLeavesBetweenTheBotsLeavesNoSessionOpen(String step) {
    String key = "between " + step;
    between(key, step);
    assertThat(baton.leave(key).status()).isEqualTo(204);
    assertThat(baton.conversation(key).path("state").asText()).isEqualTo("ended");
    trial.awaitNothingLeft(key);
    assertEachEndedOnce();
    assertThat(heard(OTHER, 0)).containsExactly("start", "end UserRequest");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TellSucceeded", "EndTransferred"})
  void aConversationThatIsDeletedBetweenTheBotsLeavesNoSessionOpen(String step) {
    String key = "deleted " + step;
    between(key, step);
    String instance = baton.instances(key).path(0).path("id").asText();
    assertThat(
            baton
                .send(baton.request("/engine-rest/process-instance/" + instance).DELETE())
                .status())
        .isEqualTo(204);
    trial.awaitNothingLeft(key);
    assertThat(baton.conversation(key).path("state").asText()).isEqualTo("ended");
    assertEachEndedOnce();
    assertThat(heard(OTHER, 0)).containsExactly("start", "end Other");
  }

  /** The other bot has accepted, and the first is still to be parted with. */
  private static void between(String key, String step) {
    script(
        targets(OTHER),
        delayed(
            step.equals("TellSucceeded")
                ? "{'body':'transferSucceeded'}"
                : "{'method':'DELETE','path':'/sessions/'}",
            3000));
    baton.begin(key);
    baton.write(key, "m1", TRANSFER);
    baton.awaitAt(key, step);
  }

  private static void assertEachEndedOnce() {
    assertThat(ends()).hasSize(2).doesNotHaveDuplicates();
    assertThat(heard(BOT, 0)).startsWith("start", TRANSFER, "transferSucceeded");
    assertThat(heard(BOT, 0)).filteredOn("transferSucceeded"::equals).hasSize(1);
  }

  @Test
  void aConversationThatIsDeletedAfterTheSwitchEndsTheOtherBotsSession() {
    script(targets(OTHER));
    baton.begin("deleted later");
    baton.write("deleted later", "m1", TRANSFER);
    awaitBot("deleted later", OTHER);
    baton.awaitAt("deleted later", "WaitForCustomer");
    String instance = baton.instances("deleted later").path(0).path("id").asText();
    baton.send(baton.request("/engine-rest/process-instance/" + instance).DELETE());
    trial.awaitNothingLeft("deleted later");
    assertThat(baton.conversation("deleted later").path("state").asText()).isEqualTo("ended");
    assertThat(heard(OTHER, 0)).containsExactly("start", "end Other");
    assertThat(ends()).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void aProcessOfOnesOwnWithoutAWayBackLeavesNoSessionOpen() {
    String process =
        Deployments.process(
            "no-way-back",
            """
            <sequenceFlow id="f1" sourceRef="Open" targetRef="Start"/>
            <serviceTask id="Start" camunda:type="external" camunda:topic="bot-start"/>
            <sequenceFlow id="f2" sourceRef="Start" targetRef="Choose"/>
            <serviceTask id="Choose" camunda:delegateExpression="${batonChooseNextRound}"/>
            <sequenceFlow id="f3" sourceRef="Choose" targetRef="Offer"/>
            <serviceTask id="Offer" camunda:type="external" camunda:topic="target-offer">
              <multiInstanceLoopCharacteristics
                camunda:collection="${batonRoundOffers.of(execution)}"
                camunda:elementVariable="offer"/>
            </serviceTask>
            <sequenceFlow id="f4" sourceRef="Offer" targetRef="Tell"/>
            <serviceTask id="Tell" camunda:type="external" camunda:topic="bot-transfer-succeeded"/>
            <sequenceFlow id="f5" sourceRef="Tell" targetRef="Over"/>
            <endEvent id="Over"/>
            """);
    assertThat(Deployments.deploy(baton, "no-way-back.bpmn", process).status()).isEqualTo(200);
    script(bot(BOT, "'onStart':'escalate','targets':[" + target(OTHER) + "]"));
    baton.post(
        "/engine-rest/process-definition/key/no-way-back/start",
        Baton.object("businessKey", "own"));
    baton.awaitState("own", "ended");
    trial.awaitNothingLeft("own");
    assertThat(heard(BOT, 0)).containsExactly("start", "transferSucceeded", "end Other");
    assertThat(heard(OTHER, 0)).containsExactly("start", "end Other");
  }

  @Test
  void aFirstBotThatForgotItsSessionDoesNotHoldTheConversationUp() {
    script(targets(OTHER), delayed("{'bot':'" + OTHER + "'}", 4000));
    baton.begin("forgot");
    baton.write("forgot", "m1", TRANSFER);
    trial.expireAtTheBot("forgot");
    awaitBot("forgot", OTHER);
    baton.awaitAt("forgot", "WaitForCustomer");
    assertThat(baton.write("forgot", "m2", ORDER_STATUS).path("messages")).isNotEmpty();
    assertThat(baton.conversation("forgot").path("transfers").path(0).path("report").asText())
        .isEqualTo("session-gone");
    baton.leave("forgot");
    trial.awaitNothingLeft("forgot");
  }

  // The script

  private static void script(String... members) {
    trial.script("{}");
    for (String member : members) {
      trial.change("{" + member + "}");
    }
  }

  private static String targets(String bot) {
    return bot(BOT, "'targets':[" + target(bot) + "]");
  }

  private static String bot(String id, String members) {
    return "'bots':{'" + id + "':{" + members + "}}";
  }

  private static String target(String bot) {
    return "{'type':'Salesforce:Core:Bot:Id','value':'" + bot + "'}";
  }

  private static String queue() {
    return "{'type':'Salesforce:Core:Queue:Id','value':'" + QUEUE + "'}";
  }

  private static String agent(String does) {
    return "'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'%s'}]}}"
        .formatted(QUEUE, does);
  }

  private static String delayed(String match, int millis) {
    return "'faults':[{'match':%s,'then':{'delayMs':%d}}]".formatted(match, millis);
  }

  // What came of it

  private static void awaitBot(String key, String bot) {
    Trial.until(
        key + " with " + bot,
        () ->
            trial.jdbc.queryForList(
                "select bot_id from baton_conversation where conversation_key = ?",
                String.class,
                key),
        List.of(bot)::equals);
    baton.awaitState(key, "talking");
  }

  private static List<JsonNode> journal() {
    return StreamSupport.stream(trial.simulator.journal().spliterator(), false).toList();
  }

  private static List<String> sessions(String bot) {
    return Org.sessions(journal(), bot);
  }

  /** What a bot took in, in its nth session. */
  private static List<String> heard(String bot, int nth) {
    List<String> sessions = sessions(bot);
    return sessions.size() > nth ? Org.takenIn(journal(), sessions.get(nth)) : List.of();
  }

  private static List<Long> sequence(String bot) {
    return Org.sequence(journal(), sessions(bot).get(0));
  }

  private static List<JsonNode> requests(String path) {
    return trial.calls().stream()
        .filter(call -> call.path("path").asText().contains(path))
        .toList();
  }

  /** The sessions that were ended by us. */
  private static List<String> ends() {
    return trial.calls().stream()
        .filter(call -> call.path("method").asText().equals("DELETE"))
        .map(call -> call.path("path").asText())
        .toList();
  }

  private static JsonNode theCase() {
    return requests("/sobjects/Case").get(0).path("body");
  }

  private static List<String> outcomes(String key) {
    return baton
        .conversation(key)
        .path("transfers")
        .path(0)
        .path("attempts")
        .findValuesAsText("outcome");
  }

  private static String answer(String key, String message) {
    return baton.get("/api/conversations/" + key + "/messages/" + message).body();
  }

  /** Method and path; the sessions are A, the first bot's, and B, the other's. */
  private static String request(JsonNode call) {
    String line = call.path("method").asText() + " " + call.path("path").asText();
    return line.replace(sessions(BOT).get(0), "A").replace(sessions(OTHER).get(0), "B");
  }
}
