package dev.baton.salesforce;

import static dev.baton.salesforce.ScriptedOrg.fault;
import static dev.baton.salesforce.ScriptedOrg.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Target;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Handover;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class QueueTargetTest {

  private static final String TYPE = "Salesforce:Core:Queue:Id";
  private static final Target QUEUE = new Target(TYPE, "00Gxx0000012345EAA");
  private static final String CASE = "500xx000000bZiuAAE";
  private static final String OTHER_CASE = "500xx000000bZivAAE";
  private static final PlacedOffer PLACED = new PlacedOffer("offer-1", QUEUE, CASE);

  private static final String CREATE_CASE = "POST /services/data/v63.0/sobjects/Case";
  private static final String PATCH_CASE = "PATCH /services/data/v63.0/sobjects/Case/" + CASE;
  private static final String ADD_COMMENT = "POST /services/data/v63.0/sobjects/CaseComment";
  private static final String QUERY = "GET /services/data/v63.0/query";

  private static final String AGENT_WORK_OF_CASE =
      "SELECT Id,Status,UserId,WorkItemId,AssignedDateTime,AcceptDateTime,DeclineDateTime,"
          + "PendingServiceRoutingId FROM AgentWork WHERE WorkItemId IN ('"
          + CASE
          + "') ORDER BY CreatedDate DESC";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ScriptedOrg org = new ScriptedOrg();
  private final SalesforceTarget queue = new SalesforceTarget(org.client(), TargetSettings.DEFAULT);

  @AfterEach
  void close() {
    org.close();
  }

  private SalesforceTarget with(CaseSettings cases) {
    return new SalesforceTarget(
        org.client(),
        new TargetSettings(Set.of(TYPE), cases, null, AgentRouting.PREFERRED_USER, Map.of()));
  }

  private static Offer offer(Handover.Line... lines) {
    return new Offer("offer-1", QUEUE, new Handover("c1", "s1", List.of(lines)));
  }

  private static Handover.Line line(String text) {
    return new Handover.Line(Instant.parse("2026-03-01T12:00:00Z"), "Customer", text);
  }

  private static String work(String caseId, String status) {
    return "{\"Id\":\"0Bz\",\"WorkItemId\":\"%s\",\"Status\":\"%s\",\"UserId\":\"005A\"}"
        .formatted(caseId, status);
  }

  private static String waiting(String caseId) {
    return "{\"Id\":\"0JR\",\"WorkItemId\":\"%s\",\"IsPushed\":false}".formatted(caseId);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void onlyQueuesAreServed() {
    assertThat(queue.serves(QUEUE)).isTrue();
    assertThat(queue.serves(new Target("Salesforce:Core:Skill:Id", QUEUE.value()))).isFalse();
  }

  // availability

  @Test
  void aQueueThatRoutesIsAvailable() {
    org.records(
        "{\"Id\":\"00Gxx0000012345EAA\",\"Name\":\"Desk\",\"QueueRoutingConfigId\":\"0K9x\"}");

    assertThat(get(queue.availability(QUEUE))).isEqualTo(new Availability.Available());
    assertThat(org.request(0).soql())
        .isEqualTo(
            "SELECT Id,Name,QueueRoutingConfigId FROM Group"
                + " WHERE Type='Queue' AND Id='00Gxx0000012345EAA'");
  }

  @Test
  void aQueueThatDoesNotExistIsAFaultAndNotAMissingAgent() {
    org.noRecords();

    assertThat(get(queue.availability(QUEUE)))
        .isEqualTo(
            new Availability.Unavailable(
                Outcome.ERROR, "there is no such queue, or our user cannot see it"));
  }

  @Test
  void aQueueWithoutRoutingIsNotWaitedForUntilTheDeadline() {
    org.records("{\"Id\":\"00Gxx0000012345EAA\",\"Name\":\"D\",\"QueueRoutingConfigId\":null}");

    assertThat(get(queue.availability(QUEUE)))
        .isEqualTo(
            new Availability.Unavailable(
                Outcome.ERROR, "the queue has no routing configuration and routes nothing"));
  }

  @Test
  void anOrgThatDoesNotKnowTheRoutingFieldIsAskedAnyway() {
    org.error(400, "INVALID_FIELD");

    assertThat(get(queue.availability(QUEUE))).isEqualTo(new Availability.Unknown());
  }

  @ParameterizedTest
  @CsvSource({"503,SERVER_UNAVAILABLE,true", "403,API_DISABLED_FOR_ORG,false"})
  void anOrgThatCannotAnswerIsNotTakenForAnUnknownField(int status, String code, boolean retry) {
    org.error(status, code);

    assertThat(fault(queue.availability(QUEUE)).retryable()).isEqualTo(retry);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x' OR Name LIKE '%", "005xx0000012345", "00Gxx0000012345EAB", "00Gxx"})
  void aValueThatIsNoQueueIdNeverReachesTheOrg(String value) {
    Target target = new Target(TYPE, value);

    assertThat(get(queue.availability(target)))
        .isEqualTo(
            new Availability.Unavailable(Outcome.ERROR, "the target's value is no id of a queue"));
    SalesforceException fault =
        fault(queue.offer(new Offer("k", target, new Handover("c", "s", List.of()))));
    assertThat(fault.retryable()).isFalse();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(org.requests()).isEmpty();
  }

  // offer

  @Test
  void theCaseBelongsToTheQueueAndNoAssignmentRuleTakesItAway() {
    org.created(CASE);

    assertThat(get(queue.offer(offer(line("I want an agent"))))).isEqualTo(CASE);

    assertThat(org.lines()).containsExactly(CREATE_CASE);
    assertThat(json(org.request(0).body()))
        .isEqualTo(
            json(
                """
                {"OwnerId":"00Gxx0000012345EAA","Subject":"Chat transfer offer-1",
                 "Description":"[2026-03-01T12:00:00Z] Customer: I want an agent",
                 "Origin":"Chat"}"""));
    assertThat(org.request(0).headers()).containsEntry("Sforce-Auto-Assign", "FALSE");
  }

  @Test
  void anOrgWithAKeyFieldGetsOneCaseHoweverOftenItIsAskedFor() {
    SalesforceTarget keyed =
        with(new CaseSettings("Chat", "New", "Closed", "Transfer_Key__c", "Handover__c"));
    org.created(CASE);

    assertThat(get(keyed.offer(offer(line("Hi"))))).isEqualTo(CASE);

    assertThat(org.lines())
        .containsExactly("PATCH /services/data/v63.0/sobjects/Case/Transfer_Key__c/offer-1");
    JsonNode fields = json(org.request(0).body());
    assertThat(fields.path("OwnerId").asText()).isEqualTo(QUEUE.value());
    assertThat(fields.has("Transfer_Key__c")).isFalse();
    assertThat(json(fields.path("Handover__c").asText()).path("schema").asText())
        .isEqualTo("baton.handover/1");
    assertThat(org.request(0).headers()).containsEntry("Sforce-Auto-Assign", "FALSE");
  }

  @Test
  void aCreateInDoubtIsFoundAgain() {
    org.hangsUp().records("{\"Id\":\"" + CASE + "\"}");

    assertThat(fault(queue.offer(offer())).mayHaveBeenProcessed()).isTrue();
    assertThat(get(queue.find(offer()))).contains(CASE);

    assertThat(org.lines()).containsExactly(CREATE_CASE, QUERY);
    assertThat(org.request(1).soql())
        .isEqualTo("SELECT Id FROM Case WHERE Subject='Chat transfer offer-1'");
  }

  @Test
  void aCreateInDoubtThatNeverHappenedIsNotFound() {
    org.noRecords();

    assertThat(get(queue.find(offer()))).isEmpty();
    assertThat(org.lines()).containsExactly(QUERY);
  }

  @Test
  void lookingThatFailsIsNotTakenForNotFound() {
    org.error(503, "SERVER_UNAVAILABLE");

    assertThat(fault(queue.find(offer())).retryable()).isTrue();
  }

  @Test
  void aKeyWithAQuoteIsSearchedAsItIs() {
    org.records("{\"Id\":\"" + CASE + "\"}");
    Offer offer = new Offer("it's", QUEUE, new Handover("c", "s", List.of()));

    assertThat(get(queue.find(offer))).contains(CASE);

    assertThat(org.request(0).soql())
        .isEqualTo("SELECT Id FROM Case WHERE Subject='Chat transfer it\\'s'");
  }

  @Test
  void anOrgThatCountsDifferentlyGetsLessTranscriptAndTheCustomerAnAgent() {
    org.error(400, "STRING_TOO_LONG").error(400, "STRING_TOO_LONG").created(CASE);

    assertThat(get(queue.offer(offer(line("x".repeat(40_000)))))).isEqualTo(CASE);
    assertThat(org.requests())
        .extracting(request -> json(request.body()).path("Description").asText().length())
        .containsExactly(32_000, 8_000, 2_000);
  }

  /** A long text area holds 32,768 characters unless its maker asked for more. */
  @Test
  void anOrgWithASmallHandoverFieldGetsLessOfItAndTheCustomerAnAgent() {
    SalesforceTarget keeping = with(new CaseSettings("Chat", "New", "Closed", null, "Handover__c"));
    org.error(400, "STRING_TOO_LONG").error(400, "STRING_TOO_LONG").created(CASE);

    assertThat(get(keeping.offer(offer(line("x".repeat(200_000)))))).isEqualTo(CASE);
    assertThat(org.requests())
        .extracting(request -> json(request.body()).path("Handover__c").asText().length())
        .satisfiesExactly(
            first -> assertThat(first).isBetween(131_000, 131_072),
            second -> assertThat(second).isBetween(32_700, 32_768),
            third -> assertThat(third).isBetween(8_100, 8_192));
  }

  @Test
  void shorteningTheTranscriptEnds() {
    IntStream.range(0, 9).forEach(i -> org.error(400, "STRING_TOO_LONG"));

    assertThat(fault(queue.offer(offer())).codes()).containsExactly("STRING_TOO_LONG");
    assertThat(org.requests()).hasSize(4);
  }

  @Test
  void aCaseThatTheOrgRefusesIsNotTriedAgain() {
    org.error(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION");

    assertThat(fault(queue.offer(offer())).retryable()).isFalse();
    assertThat(org.requests()).hasSize(1);
  }

  // status

  @Test
  void allOffersTogetherCostTwoQueries() {
    String thirdCase = "500xx000000bZiwAAE";
    org.records(waiting(OTHER_CASE), waiting(thirdCase))
        .records(work(CASE, "Opened"), work(OTHER_CASE, "Declined"), work(CASE, "Declined"));
    List<PlacedOffer> offers =
        List.of(
            PLACED,
            new PlacedOffer("offer-2", QUEUE, OTHER_CASE),
            new PlacedOffer("offer-3", QUEUE, thirdCase));

    assertThat(get(queue.status(offers)))
        .containsOnly(
            entry("offer-1", new OfferStatus.Accepted("005A")),
            entry("offer-2", new OfferStatus.Waiting()),
            entry("offer-3", new OfferStatus.Waiting()));
    String in = "('" + CASE + "','" + OTHER_CASE + "','" + thirdCase + "')";
    assertThat(org.requests())
        .extracting(ScriptedOrg.Request::soql)
        .containsExactly(
            "SELECT Id,WorkItemId,IsPushed,IsPushAttempted,IsReadyForRouting"
                + " FROM PendingServiceRouting WHERE WorkItemId IN "
                + in,
            "SELECT Id,Status,UserId,WorkItemId,AssignedDateTime,AcceptDateTime,DeclineDateTime,"
                + "PendingServiceRoutingId FROM AgentWork WHERE WorkItemId IN "
                + in
                + " ORDER BY CreatedDate DESC");
  }

  @Test
  void anAgentWhoAcceptsBetweenTheQueriesIsNotTakenForADecline() {
    // The item is in the line when we look first, and out of it by acceptance when we look again.
    org.records(waiting(CASE)).records(work(CASE, "Opened"), work(CASE, "Declined"));

    assertThat(get(queue.status(List.of(PLACED))))
        .containsEntry("offer-1", new OfferStatus.Accepted("005A"));
    assertThat(org.request(0).soql()).contains("PendingServiceRouting WHERE");
  }

  @Test
  void whatEverybodyDeclinedIsRefused() {
    org.noRecords().records(work(CASE, "Declined"));

    assertThat(get(queue.status(List.of(PLACED))))
        .containsEntry("offer-1", new OfferStatus.Refused(Outcome.DECLINED));
  }

  @Test
  void theOrgMayAnswerWithTheOtherSpellingOfAnId() {
    org.noRecords().records(work(CASE.substring(0, 15), "Opened"));

    assertThat(get(queue.status(List.of(PLACED))))
        .containsEntry("offer-1", new OfferStatus.Accepted("005A"));
  }

  @Test
  void twoHundredAndFiftyOffersDoNotMakeAnEndlessUrl() {
    IntStream.range(0, 5).forEach(i -> org.noRecords());
    org.records(work("500xx0000000249AAA", "Opened"));
    List<PlacedOffer> offers =
        IntStream.range(0, 250)
            .mapToObj(i -> new PlacedOffer("o" + i, QUEUE, "500xx0000000%03dAAA".formatted(i)))
            .toList();

    Map<String, OfferStatus> status = get(queue.status(offers));

    assertThat(status).hasSize(250).containsEntry("o249", new OfferStatus.Accepted("005A"));
    assertThat(status).containsEntry("o0", new OfferStatus.Waiting());
    assertThat(org.requests()).hasSize(6);
    assertThat(org.requests())
        .extracting(request -> request.soql().split("'", -1).length / 2)
        .containsExactly(100, 100, 50, 100, 100, 50);
  }

  @Test
  void oneBrokenReferenceDoesNotSpoilTheOthers() {
    org.noRecords().noRecords();

    assertThat(get(queue.status(List.of(new PlacedOffer("bad", QUEUE, "x') OR ("), PLACED))))
        .containsOnly(
            entry("bad", new OfferStatus.Refused(Outcome.ERROR)),
            entry("offer-1", new OfferStatus.Waiting()));
    assertThat(org.request(1).soql()).isEqualTo(AGENT_WORK_OF_CASE);
  }

  @Test
  void noOffersCostNothing() {
    assertThat(get(queue.status(List.of()))).isEmpty();
    assertThat(org.requests()).isEmpty();
  }

  @Test
  void anOutageIsNoRefusal() {
    org.noRecords().error(403, "REQUEST_LIMIT_EXCEEDED");

    assertThat(fault(queue.status(List.of(PLACED))))
        .isInstanceOf(SalesforceException.QuotaExceeded.class);
  }

  // withdraw

  @Test
  void anOfferNobodyTookIsWithdrawnByClosingTheCase() {
    org.records(work(CASE, "Declined")).noContent().records(work(CASE, "Canceled"));

    assertThat(get(queue.withdraw(PLACED))).isEqualTo(new OfferStatus.Withdrawn());

    assertThat(org.lines()).containsExactly(QUERY, PATCH_CASE, QUERY);
    assertThat(org.request(0).soql()).isEqualTo(AGENT_WORK_OF_CASE);
    assertThat(org.request(1).body()).isEqualTo("{\"Status\":\"Closed\"}");
    assertThat(org.request(1).headers()).containsEntry("Sforce-Auto-Assign", "FALSE");
    assertThat(org.request(2).soql()).isEqualTo(AGENT_WORK_OF_CASE);
  }

  @Test
  void aConversationThatAnAgentHasIsNotTouched() {
    org.records(work(CASE, "Opened")).records("{\"Status\":\"Working\"}");

    assertThat(get(queue.withdraw(PLACED))).isEqualTo(new OfferStatus.Accepted("005A"));
    assertThat(org.lines()).containsExactly(QUERY, QUERY);
  }

  @Test
  void aCaseThatAnEarlierTryClosedIsOpenForTheAgentWhoTookItSince() {
    org.noRecords().noContent().error(503, "SERVER_UNAVAILABLE");
    assertThat(fault(queue.withdraw(PLACED)).retryable()).isTrue();

    org.records(work(CASE, "Opened")).records("{\"Status\":\"Closed\"}").noContent();
    assertThat(get(queue.withdraw(PLACED))).isEqualTo(new OfferStatus.Accepted("005A"));

    assertThat(org.request(4).soql())
        .isEqualTo("SELECT Status FROM Case WHERE Id='%s'".formatted(CASE));
    assertThat(org.request(5).body()).isEqualTo("{\"Status\":\"New\"}");
  }

  @Test
  void anAgentWhoAcceptsWhileWeWithdrawKeepsTheConversation() {
    org.noRecords().noContent().records(work(CASE, "Opened")).noContent();

    assertThat(get(queue.withdraw(PLACED))).isEqualTo(new OfferStatus.Accepted("005A"));

    assertThat(org.lines()).containsExactly(QUERY, PATCH_CASE, QUERY, PATCH_CASE);
    assertThat(org.request(3).body()).isEqualTo("{\"Status\":\"New\"}");
    assertThat(org.request(3).headers()).containsEntry("Sforce-Auto-Assign", "FALSE");
  }

  @Test
  void anAcceptanceStandsEvenIfTheCaseCannotBeReopened() {
    org.noRecords()
        .noContent()
        .records(work(CASE, "Opened"))
        .error(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION");

    assertThat(get(queue.withdraw(PLACED))).isEqualTo(new OfferStatus.Accepted("005A"));
  }

  @ParameterizedTest
  @CsvSource({"404,NOT_FOUND", "400,ENTITY_IS_DELETED"})
  void aCaseThatIsGoneIsWithdrawn(int status, String code) {
    org.noRecords().error(status, code).noRecords().noRecords();

    assertThat(get(queue.withdraw(PLACED))).isEqualTo(new OfferStatus.Withdrawn());
    assertThat(org.lines()).containsExactly(QUERY, PATCH_CASE, QUERY, QUERY);
  }

  @Test
  void aCaseThatOurUserMayNotSeeAndThatWaitsOnIsNotWithdrawn() {
    org.noRecords().error(404, "NOT_FOUND").records(waiting(CASE));

    assertThat(fault(queue.withdraw(PLACED))).isInstanceOf(SalesforceException.NotFound.class);
  }

  @Test
  void aCaseThatIsGoneBeforeItsReleaseIsReleasedAndTheLogSaysSo() {
    Logger logger = (Logger) LoggerFactory.getLogger(SalesforceTarget.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      org.error(404, "NOT_FOUND");
      get(queue.release(PLACED));
    } finally {
      logger.detachAppender(log);
    }
    assertThat(org.lines()).containsExactly(PATCH_CASE);
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("Case " + CASE + " is gone, or hidden from our user, and is not closed");
  }

  @Test
  void withdrawingTwiceIsTheSameAsOnce() {
    for (int i = 0; i < 2; i++) {
      org.noRecords().noContent().noRecords();
      assertThat(get(queue.withdraw(PLACED))).isEqualTo(new OfferStatus.Withdrawn());
    }
  }

  @Test
  void aWithdrawalThatFailsHalfWayCanBeRepeated() {
    org.noRecords().hangsUp();
    assertThat(fault(queue.withdraw(PLACED)).retryable()).isTrue();

    org.noRecords().noContent().error(503, "SERVER_UNAVAILABLE");
    assertThat(fault(queue.withdraw(PLACED)).retryable()).isTrue();

    org.noRecords().noContent().noRecords();
    assertThat(get(queue.withdraw(PLACED))).isEqualTo(new OfferStatus.Withdrawn());
  }

  @Test
  void theStatusNamesOfTheOrgAreUsed() {
    SalesforceTarget german = with(new CaseSettings("Web-Chat", "Offen", "Zurückgezogen"));
    org.created(CASE).noRecords().noContent().records(work(CASE, "Opened")).noContent();

    get(german.offer(offer()));
    get(german.withdraw(PLACED));

    assertThat(json(org.request(0).body()).path("Origin").asText()).isEqualTo("Web-Chat");
    assertThat(org.request(2).body()).isEqualTo("{\"Status\":\"Zurückgezogen\"}");
    assertThat(org.request(4).body()).isEqualTo("{\"Status\":\"Offen\"}");
  }

  // deliver

  @Test
  void aHeldMessageBecomesACommentForAgentsOnly() {
    org.created("00axx0000000001AAA");

    get(queue.deliver(PLACED, new HeldMessage("m1", "are you there?"), false));

    assertThat(org.lines()).containsExactly(ADD_COMMENT);
    assertThat(org.request(0).body())
        .isEqualTo(
            "{\"ParentId\":\""
                + CASE
                + "\",\"CommentBody\":\"are you there?\\n[m1]\",\"IsPublished\":false}");
  }

  @Test
  void aLongMessageArrivesInOrderAndWhole() {
    org.created("00axx0000000001AAA").created("00axx0000000002AAA");

    get(queue.deliver(PLACED, new HeldMessage("m1", "a".repeat(3990) + "z"), false));

    assertThat(org.requests())
        .extracting(request -> json(request.body()).path("CommentBody").asText())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("aaa").endsWith("\n[m1 1/2]"),
            second -> assertThat(second).endsWith("az\n[m1 2/2]"));
  }

  @Test
  void afterAFailureInTheMiddleOnlyTheMissingPartIsSent() {
    HeldMessage message = new HeldMessage("m1", "a".repeat(3990) + "z");
    org.created("00axx0000000001AAA").hangsUp();
    assertThat(fault(queue.deliver(PLACED, message, false)).mayHaveBeenProcessed()).isTrue();
    String sent = json(org.request(0).body()).path("CommentBody").asText();

    org.records(JSON.createObjectNode().put("CommentBody", sent + "\r\n").toString())
        .created("00axx0000000002AAA");
    get(queue.deliver(PLACED, message, true));

    assertThat(org.lines()).containsExactly(ADD_COMMENT, ADD_COMMENT, QUERY, ADD_COMMENT);
    assertThat(org.request(2).soql())
        .isEqualTo("SELECT CommentBody FROM CaseComment WHERE ParentId='" + CASE + "'");
    assertThat(json(org.request(3).body()).path("CommentBody").asText()).endsWith("[m1 2/2]");
  }

  @Test
  void theSameWordsTypedTwiceAreTwoMessages() {
    org.records("{\"CommentBody\":\"hello?\\n[m1]\"}").created("00axx0000000002AAA");

    get(queue.deliver(PLACED, new HeldMessage("m2", "hello?"), true));

    assertThat(org.lines()).containsExactly(QUERY, ADD_COMMENT);
  }

  @Test
  void aMessageThatArrivedIsNotSentAgain() {
    org.records("{\"CommentBody\":null}", "{\"CommentBody\":\"hello?\\n[m1]\"}");

    get(queue.deliver(PLACED, new HeldMessage("m1", "hello?"), true));

    assertThat(org.lines()).containsExactly(QUERY);
  }

  @Test
  void aReferenceThatIsNoCaseNeverReachesTheOrg() {
    PlacedOffer bad = new PlacedOffer("k", QUEUE, "../Contact/003xx0000000001");

    assertThat(fault(queue.withdraw(bad)).retryable()).isFalse();
    assertThat(fault(queue.deliver(bad, new HeldMessage("m", "x"), true)).retryable()).isFalse();
    assertThat(org.requests()).isEmpty();
  }
}
