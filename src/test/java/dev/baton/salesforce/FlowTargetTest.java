package dev.baton.salesforce;

import static dev.baton.salesforce.ScriptedOrg.fault;
import static dev.baton.salesforce.ScriptedOrg.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Target;
import dev.baton.bots.Variable;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Handover;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTargetTest {

  private static final String ID = "300xx0000000001AAA";
  private static final String VERSION = "301xx0000000001AAA";
  private static final Target FLOW = new Target("Salesforce:Core:Flow:Id", ID);
  private static final String CASE = "500xx000000bZiuAAE";

  private static final String DATA = "/services/data/v63.0";
  private static final String QUERY = "GET " + DATA + "/query";
  private static final String DESCRIBE = "GET " + DATA + "/actions/custom/flow/Route_Chat";
  private static final String RUN = "POST " + DATA + "/actions/custom/flow/Route_Chat";

  private static final String FOUND =
      "{\"DurableId\":\"%s\",\"ApiName\":\"Route_Chat\",\"NamespacePrefix\":null,\"IsActive\":true}"
          .formatted(ID);
  private static final String DESCRIPTION =
      """
      {"inputs":[{"name":"TransferKey","type":"STRING","required":true},
                 {"name":"sessionId","type":"STRING","required":false},
                 {"name":"transcript","type":"STRING","required":false},
                 {"name":"colour","type":"STRING","required":false}],
       "outputs":[]}""";

  private static final Offer OFFER =
      new Offer(
          "offer-1",
          FLOW,
          new Handover(
              "c1",
              "s1",
              List.of(new Handover.Line(Instant.parse("2026-03-01T12:00:00Z"), "bot", "Hi")),
              new Handover.Context(
                  "0XxSB00000006rp0AA",
                  "m2",
                  List.of(
                      new Variable.OfText("Topic", "returns"),
                      new Variable.OfNumber("Quantity", BigDecimal.TEN),
                      new Variable.OfText("Empty", null)),
                  null,
                  List.of(),
                  List.of())));

  private final ScriptedOrg org = new ScriptedOrg();
  private final SalesforceTarget flows = flows(Map.of());

  private SalesforceTarget flows(Map<String, FlowSettings> settings) {
    return new SalesforceTarget(
        org.client(),
        new TargetSettings(
            Set.of(Target.FLOW),
            CaseSettings.DEFAULT,
            null,
            AgentRouting.PREFERRED_USER,
            settings));
  }

  @AfterEach
  void close() {
    org.close();
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static String succeeded(String outputs) {
    return "[{\"actionName\":\"Route_Chat\",\"errors\":null,\"isSuccess\":true,\"outputValues\":%s,\"sortOrder\":-1}]"
        .formatted(outputs);
  }

  private static String failed(String code) {
    return "[{\"actionName\":\"Route_Chat\",\"errors\":[{\"statusCode\":\"%s\",\"message\":\"x\",\"fields\":[]}],\"isSuccess\":false,\"outputValues\":null}]"
        .formatted(code);
  }

  private static PlacedOffer placed(String reference) {
    return new PlacedOffer("offer-1", FLOW, reference);
  }

  private ScriptedOrg knownFlow() {
    return org.records(FOUND).answers(200, DESCRIPTION);
  }

  private static OfferOverException over(CompletableFuture<?> call) {
    try {
      throw new AssertionError("succeeded with " + call.get(20, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return (OfferOverException) java.util.Objects.requireNonNull(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  // availability

  @Test
  void anActiveFlowIsAvailable() {
    knownFlow();

    assertThat(get(flows.availability(FLOW))).isEqualTo(new Availability.Available());
    assertThat(org.lines()).containsExactly(QUERY, DESCRIBE);
    assertThat(org.request(0).soql())
        .isEqualTo(
            "SELECT DurableId,ApiName,NamespacePrefix,ProcessType,IsActive,ActiveVersionId,"
                + "LatestVersionId FROM FlowDefinitionView"
                + " WHERE DurableId IN ('300xx0000000001AAA','300xx0000000001')");
  }

  @Test
  void theIdOfAVersionIsLookedForAsTheActiveOneAndThenAsTheLatest() {
    org.noRecords().records(FOUND).answers(200, DESCRIPTION);

    assertThat(get(flows.availability(new Target(FLOW.type(), VERSION.substring(0, 15)))))
        .isEqualTo(new Availability.Available());
    assertThat(org.request(0).soql())
        .endsWith("WHERE ActiveVersionId IN ('301xx0000000001AAA','301xx0000000001')");
    assertThat(org.request(1).soql())
        .endsWith("WHERE LatestVersionId IN ('301xx0000000001AAA','301xx0000000001')");
  }

  @Test
  void aFlowOfAPackageIsCalledByItsWholeName() {
    org.records("{\"ApiName\":\"Route_Chat\",\"NamespacePrefix\":\"acme\",\"IsActive\":true}")
        .answers(200, DESCRIPTION);

    get(flows.availability(FLOW));

    assertThat(org.lines()).endsWith("GET " + DATA + "/actions/custom/flow/acme__Route_Chat");
  }

  @Test
  void aFlowThatIsNotActiveIsNotRun() {
    org.records("{\"ApiName\":\"Route_Chat\",\"NamespacePrefix\":null,\"IsActive\":false}");

    assertThat(get(flows.availability(FLOW)))
        .isEqualTo(new Availability.Unavailable(Outcome.ERROR, "the flow is not active"));
  }

  @Test
  void aFlowThatDoesNotExistIsNotRun() {
    org.noRecords();

    assertThat(get(flows.availability(FLOW)))
        .isEqualTo(
            new Availability.Unavailable(
                Outcome.ERROR, "there is no such flow, or our user cannot see it"));
  }

  @Test
  void aFlowThatCannotBeStartedFromOutsideIsNotRun() {
    org.records(FOUND).error(404, "NOT_FOUND");

    assertThat(get(flows.availability(FLOW)))
        .isEqualTo(
            new Availability.Unavailable(
                Outcome.ERROR, "there is no active autolaunched flow of that name"));
  }

  @Test
  void aFlowThatWantsWhatWeDoNotHaveIsNotRun() {
    org.records(FOUND)
        .answers(200, "{\"inputs\":[{\"name\":\"caseId\",\"type\":\"STRING\",\"required\":true}]}");

    assertThat(get(flows.availability(FLOW)))
        .isEqualTo(
            new Availability.Unavailable(
                Outcome.ERROR, "the flow requires an input that is not configured: caseId"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x' OR ApiName LIKE '%", "00Gxx0000012345EAA", "../Other"})
  void aValueThatIsNoFlowIdNeverReachesTheOrg(String value) {
    Target target = new Target(FLOW.type(), value);

    assertThat(get(flows.availability(target)))
        .isEqualTo(
            new Availability.Unavailable(Outcome.ERROR, "the target's value is no id of a flow"));
    assertThat(fault(flows.offer(new Offer("k", target, OFFER.handover()))).retryable()).isFalse();
    assertThat(org.requests()).isEmpty();
  }

  // offer

  @Test
  void aFlowGetsWhatItDeclaresAndNothingElse() {
    knownFlow().answers(200, succeeded("{\"workItemId\":\"" + CASE + "\"}"));

    assertThat(get(flows.offer(OFFER))).isEqualTo(CASE);

    assertThat(org.lines()).containsExactly(QUERY, DESCRIBE, RUN);
    assertThat(json(org.request(2).body()))
        .isEqualTo(
            json(
                """
                {"inputs":[{"TransferKey":"offer-1","sessionId":"s1",
                 "transcript":"[2026-03-01T12:00:00Z] bot: Hi"}]}"""));
  }

  @Test
  void aConfiguredFlowIsNotLookedUpAndGetsWhatTheConfigurationSays() {
    SalesforceTarget configured =
        flows(
            Map.of(
                ID.substring(0, 15),
                new FlowSettings(
                    "Route_Chat",
                    Map.of(
                        "topic", "variable:Topic",
                        "quantity", "variable:Quantity",
                        "empty", "variable:Empty",
                        "missing", "variable:Missing",
                        "channel", "text:web chat",
                        "key", "transferKey",
                        "bot", "botId"),
                    "caseId")));
    org.answers(200, DESCRIPTION).answers(200, succeeded("{\"caseId\":\"" + CASE + "\"}"));

    assertThat(get(configured.offer(OFFER))).isEqualTo(CASE);

    assertThat(org.lines()).containsExactly(DESCRIBE, RUN);
    assertThat(json(org.request(1).body()))
        .isEqualTo(
            json(
                """
                {"inputs":[{"topic":"returns","quantity":10,"channel":"web chat",
                 "key":"offer-1","bot":"0XxSB00000006rp0AA"}]}"""));
  }

  @Test
  void whatAFlowIsIsAskedOnceForAllOffers() {
    knownFlow().answers(200, succeeded("{}")).answers(200, succeeded("{}"));

    get(flows.offer(OFFER));
    get(flows.offer(OFFER));

    assertThat(org.lines()).containsExactly(QUERY, DESCRIBE, RUN, RUN);
  }

  @Test
  void aFlowThatFinishedHasTheSession() {
    knownFlow()
        .answers(
            200,
            succeeded("{\"Flow__InterviewGuid\":\"4f2c\",\"Flow__InterviewStatus\":\"Finished\"}"));

    String reference = get(flows.offer(OFFER));

    assertThat(get(flows.status(List.of(placed(reference)))))
        .containsEntry("offer-1", new OfferStatus.Accepted(null));
    assertThat(get(flows.withdraw(placed(reference)))).isEqualTo(new OfferStatus.Accepted(null));
    get(flows.release(placed(reference)));
    assertThat(org.requests()).as("nothing more is asked").hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Waiting", "Started", "Created", ""})
  void aFlowThatIsNotDoneIsWaitedFor(String status) {
    knownFlow().answers(200, succeeded("{\"Flow__InterviewStatus\":\"" + status + "\"}"));

    String reference = get(flows.offer(OFFER));

    assertThat(get(flows.status(List.of(placed(reference)))))
        .containsEntry("offer-1", new OfferStatus.Waiting());
    assertThat(get(flows.withdraw(placed(reference)))).isEqualTo(new OfferStatus.Withdrawn());
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400})
  void aFlowThatFailedIsAFaultUnderWhateverStatus(int status) {
    knownFlow().answers(status, failed("UNKNOWN_EXCEPTION"));

    SalesforceException fault = fault(flows.offer(OFFER));

    assertThat(fault.codes()).containsExactly("UNKNOWN_EXCEPTION");
    assertThat(fault.retryable()).isFalse();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
  }

  @Test
  void aFlowThatMetARefusedTokenItselfIsNotRunAgainForIt() {
    knownFlow().answers(400, failed("INVALID_SESSION_ID"));

    assertThat(fault(flows.offer(OFFER)).retryable()).isFalse();
    assertThat(org.lines()).containsExactly(QUERY, DESCRIBE, RUN);
  }

  @Test
  void anInterviewThatEndedInAnErrorIsNoAcceptance() {
    knownFlow().answers(200, succeeded("{\"Flow__InterviewStatus\":\"Error\"}"));

    assertThat(over(flows.offer(OFFER)).outcome()).isEqualTo(Outcome.ERROR);
  }

  @ParameterizedTest
  @CsvSource({"{}", "[]", "''"})
  void anAnswerWithoutAResultIsInDoubt(String body) {
    knownFlow().answers(200, body);

    assertThat(fault(flows.offer(OFFER)).mayHaveBeenProcessed()).isTrue();
  }

  // find

  @Test
  void aFlowWhoseAnswerWasLostIsNotRunTwice() {
    knownFlow().hangsUp().noRecords();

    assertThat(fault(flows.offer(OFFER)).mayHaveBeenProcessed()).isTrue();
    OfferOverException over = over(flows.find(OFFER));

    assertThat(over.outcome()).isEqualTo(Outcome.IN_DOUBT);
    assertThat(over.retryable()).isFalse();
    assertThat(org.lines()).containsExactly(QUERY, DESCRIBE, RUN, QUERY);
  }

  @Test
  void aCaseThatTheFlowGaveOurSubjectTakesAwayTheDoubt() {
    org.records("{\"Id\":\"" + CASE + "\"}");

    assertThat(get(flows.find(OFFER))).contains(CASE);
    assertThat(org.request(0).soql())
        .isEqualTo("SELECT Id FROM Case WHERE Subject='Chat transfer offer-1'");
  }

  // the work item

  @Test
  void acceptanceIsWatchedOnTheRecordThatTheFlowNames() {
    org.noRecords()
        .records("{\"WorkItemId\":\"" + CASE + "\",\"Status\":\"Opened\",\"UserId\":\"005A\"}");

    assertThat(get(flows.status(List.of(placed(CASE)))))
        .containsEntry("offer-1", new OfferStatus.Accepted("005A"));
  }

  @Test
  void aRowThatIsTheQueuesDoesNotStopAWithdrawal() {
    org.noRecords()
        .records("{\"Id\":\"0JRxx0000000001CAA\",\"WorkItemId\":\"" + CASE + "\"}")
        .error(403, "INSUFFICIENT_ACCESS_OR_READONLY")
        .noContent()
        .noRecords();

    assertThat(get(flows.withdraw(placed(CASE)))).isEqualTo(new OfferStatus.Withdrawn());
    assertThat(org.lines()).contains("PATCH " + DATA + "/sobjects/Case/" + CASE);
  }

  @Test
  void whatIsNoCaseIsNeitherClosedNorWrittenTo() {
    PlacedOffer messaging = placed("0Mwxx0000000001CAA");
    org.noRecords().noRecords().noRecords();

    assertThat(get(flows.withdraw(messaging))).isEqualTo(new OfferStatus.Withdrawn());
    assertThat(fault(flows.deliver(messaging, new HeldMessage("m1", "x"), false)).retryable())
        .isFalse();
    assertThat(org.lines()).containsExactly(QUERY, QUERY, QUERY);
  }

  @Test
  void anInputThatThereIsNotIsRefusedAtTheStart() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FlowSettings(null, Map.of("x", "everything"), "workItemId"));
    assertThatThrownBy(() -> new FlowSettings("Two Words", Map.of(), "workItemId"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
