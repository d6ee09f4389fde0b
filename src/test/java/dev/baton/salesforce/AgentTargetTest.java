package dev.baton.salesforce;

import static dev.baton.salesforce.ScriptedOrg.fault;
import static dev.baton.salesforce.ScriptedOrg.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Target;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Handover;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentTargetTest {

  private static final String USER = "005xx0000000001AAA";
  private static final Target AGENT = new Target("Baton:Agent:Id", USER);
  private static final String CHANNEL = "0N9xx0000000001CAA";
  private static final String CASE = "500xx000000bZiuAAE";
  private static final String ROW = "0JRxx0000000001CAA";
  private static final String STATUS = "0N5xx0000000001CAA";
  private static final Offer OFFER =
      new Offer("offer-1", AGENT, new Handover("c1", "s1", List.of()));
  private static final PlacedOffer PLACED = new PlacedOffer("offer-1", AGENT, CASE);

  private static final String DATA = "/services/data/v63.0";
  private static final String QUERY = "GET " + DATA + "/query";
  private static final String COMPOSITE = "POST " + DATA + "/composite";

  private final ScriptedOrg org = new ScriptedOrg();
  private final SalesforceTarget agents = agents(AgentRouting.PREFERRED_USER);

  private SalesforceTarget agents(AgentRouting routing) {
    return new SalesforceTarget(
        org.client(),
        new TargetSettings(
            Set.of(TargetSettings.AGENT), CaseSettings.DEFAULT, CHANNEL, routing, Map.of()));
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

  private static String presence(boolean away, String capacity) {
    return "{\"UserId\":\"%s\",\"ServicePresenceStatusId\":\"%s\",\"IsAway\":%s,\"ConfiguredCapacity\":%s}"
        .formatted(USER, STATUS, away, capacity);
  }

  private static String takes(String status) {
    return "{\"ServicePresenceStatusId\":\"" + status + "\"}";
  }

  private static String work(String status) {
    return "{\"WorkItemId\":\"%s\",\"Status\":\"%s\",\"UserId\":\"%s\"}"
        .formatted(CASE, status, USER);
  }

  private static String created(String id) {
    return "{\"body\":{\"id\":\"%s\",\"success\":true,\"errors\":[]},\"httpStatusCode\":201,\"referenceId\":\"r\"}"
        .formatted(id);
  }

  private static String composite(String... parts) {
    return "{\"compositeResponse\":[" + String.join(",", parts) + "]}";
  }

  private static Availability nobody(String detail) {
    return new Availability.Unavailable(Outcome.NO_AGENT, detail);
  }

  // availability

  @Test
  void anAgentWithRoomIsAvailable() {
    org.records(presence(false, "2"))
        .records(takes("0N5xx0000000009CAA"), takes(STATUS.substring(0, 15)))
        .records("{\"CapacityWeight\":1,\"CapacityPercentage\":null}");

    assertThat(get(agents.availability(AGENT))).isEqualTo(new Availability.Available());
    assertThat(org.requests())
        .extracting(ScriptedOrg.Request::soql)
        .containsExactly(
            "SELECT UserId,ServicePresenceStatusId,IsAway,ConfiguredCapacity,AverageCapacity,"
                + "StatusStartDate FROM UserServicePresence"
                + " WHERE IsCurrentState=true AND UserId IN ('005xx0000000001AAA')",
            "SELECT ServicePresenceStatusId FROM ServiceChannelStatus"
                + " WHERE ServiceChannelId='0N9xx0000000001CAA'",
            "SELECT UserId,CapacityWeight,CapacityPercentage,Status FROM AgentWork"
                + " WHERE UserId='005xx0000000001AAA' AND Status IN ('Assigned','Opened')");
  }

  @Test
  void anAgentWhoIsOfflineIsNotWaitedFor() {
    org.noRecords();

    assertThat(get(agents.availability(AGENT))).isEqualTo(nobody("the agent is offline"));
  }

  @Test
  void anAgentWhoIsAwayIsNotWaitedFor() {
    org.records(presence(true, "2"));

    assertThat(get(agents.availability(AGENT))).isEqualTo(nobody("the agent is away"));
  }

  @Test
  void aBusyAgentIsToldFromTheChannelsStatuses() {
    org.records(presence(false, "2")).records(takes("0N5xx0000000009CAA"));

    assertThat(get(agents.availability(AGENT)))
        .isEqualTo(nobody("the agent's presence status takes no cases"));
  }

  @ParameterizedTest
  @CsvSource({"2,null", "null,100", "1,50"})
  void anAgentWithoutRoomHasAFullQueue(String weight, String percentage) {
    org.records(presence(false, "2"))
        .records(takes(STATUS))
        .records("{\"CapacityWeight\":%s,\"CapacityPercentage\":%s}".formatted(weight, percentage));

    assertThat(get(agents.availability(AGENT)))
        .isEqualTo(
            new Availability.Unavailable(Outcome.QUEUE_FULL, "the agent's capacity is used up"));
  }

  @Test
  void aValueThatIsNoUserIdNeverReachesTheOrg() {
    Target target = new Target(AGENT.type(), "005x') OR Id!=('");

    assertThat(get(agents.availability(target)))
        .isEqualTo(
            new Availability.Unavailable(Outcome.ERROR, "the target's value is no id of a user"));
    assertThat(fault(agents.offer(new Offer("k", target, OFFER.handover()))).retryable()).isFalse();
    assertThat(org.requests()).isEmpty();
  }

  // offer

  @Test
  void theAgentIsRequiredAndNotOnlyPreferred() {
    org.answers(200, composite(created(CASE), created(ROW)));

    assertThat(get(agents.offer(OFFER))).isEqualTo(CASE);

    assertThat(org.lines()).containsExactly(COMPOSITE);
    assertThat(json(org.request(0).body()))
        .isEqualTo(
            json(
                """
                {"allOrNone":true,"collateSubrequests":false,"compositeRequest":[
                 {"method":"POST","url":"/services/data/v63.0/sobjects/Case","referenceId":"kase",
                  "body":{"Subject":"Chat transfer offer-1","Description":"","Origin":"Chat"},
                  "httpHeaders":{"Sforce-Auto-Assign":"FALSE"}},
                 {"method":"POST","url":"/services/data/v63.0/sobjects/PendingServiceRouting",
                  "referenceId":"psr",
                  "body":{"WorkItemId":"@{kase.id}","ServiceChannelId":"0N9xx0000000001CAA",
                   "RoutingType":"SkillsBased","RoutingModel":"MostAvailable","CapacityWeight":1,
                   "PreferredUserId":"005xx0000000001AAA","IsPreferredUserRequired":true,
                   "IsReadyForRouting":true}}]}"""));
  }

  @Test
  void externalRoutingAssignsTheWorkItself() {
    org.answers(200, composite(created(CASE), created(ROW), created("0Bzxx0000000001CAA")));

    assertThat(get(agents(AgentRouting.EXTERNAL).offer(OFFER))).isEqualTo(CASE);

    JsonNode steps = json(org.request(0).body()).path("compositeRequest");
    assertThat(steps).hasSize(3);
    assertThat(steps.get(1).path("body"))
        .isEqualTo(
            json(
                """
                {"WorkItemId":"@{kase.id}","ServiceChannelId":"0N9xx0000000001CAA",
                 "RoutingModel":"ExternalRouting","CapacityWeight":1,"IsReadyForRouting":true}"""));
    assertThat(steps.get(2))
        .isEqualTo(
            json(
                """
                {"method":"POST","url":"/services/data/v63.0/sobjects/AgentWork",
                 "referenceId":"work",
                 "body":{"ServiceChannelId":"0N9xx0000000001CAA","WorkItemId":"@{kase.id}",
                  "UserId":"005xx0000000001AAA","PendingServiceRoutingId":"@{psr.id}",
                  "CapacityWeight":1}}"""));
  }

  @Test
  void anAgentWhoWentOfflineMeanwhileIsNoTechnicalFault() {
    org.answers(400, "[{\"errorCode\":\"SOME_CODE\",\"message\":\"x\"}]")
        .error(400, "SOME_CODE")
        .noRecords();

    assertThatThrownBy(() -> agents.offer(OFFER).get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            OfferOverException.class,
            over -> {
              assertThat(over.outcome()).isEqualTo(Outcome.NO_AGENT);
              assertThat(over).hasMessage("the agent is offline");
            });
  }

  @Test
  void anOrgThatRefusesAnAgentWhoIsThereHasAFault() {
    org.error(400, "SOME_CODE")
        .error(400, "SOME_CODE")
        .records(presence(false, "null"))
        .records(takes(STATUS));

    assertThat(fault(agents.offer(OFFER)).codes()).containsExactly("SOME_CODE");
  }

  // status

  @ParameterizedTest
  @CsvSource({"Declined,DECLINED", "DeclinedOnPushTimeout,DECLINED", "Unavailable,NO_AGENT"})
  void nobodyElseIsAskedSoADeclineIsTheEndAlthoughTheItemStaysInTheLine(
      String status, Outcome outcome) {
    org.records("{\"Id\":\"" + ROW + "\",\"WorkItemId\":\"" + CASE + "\"}").records(work(status));

    assertThat(get(agents.status(List.of(PLACED))))
        .containsEntry("offer-1", new OfferStatus.Refused(outcome));
    assertThat(org.lines()).containsExactly(QUERY, QUERY);
  }

  @Test
  void anItemThatWasNotPushedYetIsNotDeclined() {
    org.records("{\"Id\":\"" + ROW + "\",\"WorkItemId\":\"" + CASE + "\"}").noRecords();

    assertThat(get(agents.status(List.of(PLACED))))
        .containsEntry("offer-1", new OfferStatus.Waiting());
  }

  @Test
  void whatTheAgentDeclinedIsTakenBackAndRingsNoMore() {
    org.records(work("Declined"))
        .records("{\"Id\":\"" + ROW + "\",\"WorkItemId\":\"" + CASE + "\"}")
        .noContent()
        .noContent()
        .records(work("Declined"));

    assertThat(get(agents.withdraw(PLACED))).isEqualTo(new OfferStatus.Withdrawn());
    assertThat(org.lines())
        .containsExactly(
            QUERY,
            QUERY,
            "DELETE " + DATA + "/sobjects/PendingServiceRouting/" + ROW,
            "PATCH " + DATA + "/sobjects/Case/" + CASE,
            QUERY);
  }

  @Test
  void anAgentWhoseConsoleRingsIsWaitedFor() {
    org.records("{\"Id\":\"" + ROW + "\",\"WorkItemId\":\"" + CASE + "\"}")
        .records(work("Assigned"));

    assertThat(get(agents.status(List.of(PLACED))))
        .containsEntry("offer-1", new OfferStatus.Waiting());
  }
}
