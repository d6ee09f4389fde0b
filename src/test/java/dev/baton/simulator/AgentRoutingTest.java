package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentRoutingTest extends SimulatedTest {

  private static final String ADA = Simulator.DEMO_AGENT_ID;
  private static final String BEN = "005xx0000000003AAA";
  private static final String PLAIN = "'RoutingModel':'MostAvailable','CapacityWeight':1";
  private final String kase = client.create("Case", "{'Subject':'a'}").id();

  @Test
  void onlyTheRequiredUserIsAsked() {
    script("{'agents':{'" + BEN + "':{}}}");

    assertThat(prefer(kase, BEN, true)).isEqualTo(BEN);
    client.post("/simulator/agents/decline?case=" + kase, "");

    assertThat(client.routing(kase)).isEqualTo("Declined 1");
  }

  @Test
  void aPreferenceFallsBackToTheOthers() {
    script("{'agents':{'" + BEN + "':{'online':false}}}");

    assertThat(prefer(kase, BEN, false)).isEqualTo(ADA);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'online':false", "'away':true", "'status':'0N5xx0000000002CAA'", "'capacity':0"})
  void whoCannotBeReachedIsNotOfferedAnything(String presence) {
    script("{'agents':{'" + BEN + "':{" + presence + "}}}");

    assertThat(prefer(kase, BEN, true)).isEmpty();
    assertThat(client.routing(kase)).isEqualTo(" 1");

    script("{'agents':{'" + BEN + "':null}}");
    script("{'agents':{'" + BEN + "':{}}}");
    assertThat(client.routing(kase)).isEqualTo("Assigned 1");
  }

  @Test
  void capacityIsUsedFromTheOfferUntilTheWorkIsClosed() {
    script("{'agents':{'" + BEN + "':{'capacity':1}}}");
    String second = client.create("Case", "{'Subject':'b'}").id();
    prefer(kase, BEN, true);

    assertThat(prefer(second, BEN, true)).isEmpty();
    client.post("/simulator/agents/accept?case=" + kase, "");
    assertThat(client.routing(second)).isEqualTo(" 1");

    assertThat(client.post("/simulator/agents/close?case=" + kase, "").json().path("did").asText())
        .isEqualTo("close");
    assertThat(client.routing(second)).isEqualTo("Assigned 1");
  }

  @Test
  void aFullAgentOfAQueueIsNotOfferedMoreEither() {
    script("{'agents':{'" + ADA + "':{'capacity':1}}}");
    client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.routing(client.createCase(Simulator.DEMO_QUEUE_ID))).isEqualTo(" 1");
  }

  @Test
  void aRequiredUserLeavesNoRoomForAPushTimeout() {
    assertThat(
            client
                .route(
                    kase,
                    PLAIN
                        + ",'PreferredUserId':'"
                        + ADA
                        + "','IsPreferredUserRequired':true,'PushTimeout':30")
                .refusal())
        .isEqualTo("400 FIELD_INTEGRITY_EXCEPTION");
  }

  @Test
  void presenceIsToldByRowsOfWhichOnlyTheCurrentCounts() {
    script("{'agents':{'" + BEN + "':{'online':false,'capacity':3}}}");
    String soql =
        "SELECT UserId,ServicePresenceStatusId,IsAway,ConfiguredCapacity FROM UserServicePresence"
            + " WHERE IsCurrentState=%s AND UserId IN ('%s','%s')";

    JsonNode current = client.query(soql.formatted(true, ADA, BEN)).json();
    JsonNode earlier = client.query(soql.formatted(false, ADA, BEN)).json();

    assertThat(current.path("totalSize").asInt()).isEqualTo(1);
    assertThat(current.at("/records/0/UserId").asText()).isEqualTo(ADA);
    assertThat(earlier.at("/records/0/ConfiguredCapacity").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT Id FROM ServiceChannel WHERE RelatedEntity='Case'|0N9xx0000000001CAA",
        "SELECT ServicePresenceStatusId FROM ServiceChannelStatus WHERE"
            + " ServiceChannelId='0N9xx0000000001CAA'|0N5xx0000000001CAA",
        "SELECT DeveloperName FROM Skill WHERE Id='0C5xx0000000001'|Billing",
        "SELECT Name FROM User WHERE Id='005xx0000000001AAA'|Ada Agent",
        "SELECT Id FROM QueueRoutingConfig|0K9xx0000000001CAA"
      },
      quoteCharacter = '"')
  void whatRoutingNeedsCanBeAskedFor(String soql, String answer) {
    assertThat(client.query(soql).json().path("records").path(0).toString()).contains(answer);
  }

  @Test
  void externalRoutingDecidesForItself() {
    String row = external(true);
    assertThat(client.routing(kase)).isEqualTo(" 1");

    assertThat(assign(row, ADA, "").status()).isEqualTo(201);

    assertThat(client.routing(kase)).isEqualTo("Assigned 1");
    client.post("/simulator/agents/decline?case=" + kase, "");
    assertThat(client.routing(kase)).isEqualTo("Declined 1");
    assertThat(assign(row, ADA, "").status()).isEqualTo(201);
    client.post("/simulator/agents/accept?case=" + kase, "");
    assertThat(client.routing(kase)).isEqualTo("Opened,Declined 0");
  }

  @Test
  void externalRoutingToWhoCannotTakeItIsRefused() {
    script("{'agents':{'" + BEN + "':{'online':false},'" + ADA + "':{'capacity':0}}}");
    String row = external(true);

    assertThat(assign(row, BEN, "").refusal()).isEqualTo("400 FIELD_INTEGRITY_EXCEPTION");
    assertThat(assign(row, ADA, "").refusal()).isEqualTo("400 FIELD_INTEGRITY_EXCEPTION");
    assertThat(assign(row, ADA, ",'ShouldSkipCapacityCheck':true").status()).isEqualTo(201);
  }

  @Test
  void workNeedsARowThatWaitsForIt() {
    assertThat(assign("0JRxx0000000088GAA", ADA, "").refusal())
        .isEqualTo("400 INVALID_CROSS_REFERENCE_KEY");
    assertThat(assign(external(false), ADA, "").refusal())
        .isEqualTo("400 FIELD_INTEGRITY_EXCEPTION");
  }

  @Test
  void workThatIsNotFinishedStays() {
    String work = assign(external(true), ADA, "").id();

    assertThat(client.delete("AgentWork", work).refusal()).isEqualTo("400 DELETE_FAILED");
    assertThat(client.patch("AgentWork", work, "{'Status':'Opened'}").status()).isEqualTo(405);
    client.post("/simulator/agents/decline?case=" + kase, "");
    assertThat(client.delete("AgentWork", work).status()).isEqualTo(204);
  }

  private String external(boolean ready) {
    return client
        .route(
            kase,
            "'RoutingModel':'ExternalRouting','CapacityWeight':1,'IsReadyForRouting':" + ready)
        .id();
  }

  private Client.Response assign(String row, String user, String more) {
    return client.create(
        "AgentWork",
        "{'ServiceChannelId':'%s','WorkItemId':'%s','UserId':'%s','PendingServiceRoutingId':'%s','CapacityWeight':1%s}"
            .formatted(Simulator.CASE_CHANNEL_ID, kase, user, row, more));
  }

  /** Who is asked, or nobody. */
  private String prefer(String caseId, String user, boolean required) {
    client.route(
        caseId,
        PLAIN
            + ",'PreferredUserId':'%s','IsPreferredUserRequired':%s,'IsReadyForRouting':true"
                .formatted(user, required));
    return client
        .query("SELECT UserId FROM AgentWork WHERE WorkItemId='" + caseId + "'")
        .json()
        .at("/records/0/UserId")
        .asText();
  }
}
