package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTest extends SimulatedTest {

  private static final String VIEW =
      "SELECT ApiName,ProcessType,IsActive FROM FlowDefinitionView WHERE ";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DurableId='300xx0000000001AAA'",
        "ActiveVersionId='301xx0000000001AAA'",
        "DurableId='301xx0000000001AAA' OR LatestVersionId='301xx0000000001AAA'"
      })
  void aFlowIsFoundByDefinitionOrVersion(String where) {
    assertThat(client.query(VIEW + where).json().at("/records/0/ApiName").asText())
        .isEqualTo("Route_Chat");
  }

  @Test
  void theViewMayHoldShortIdsAndRefuseOr() {
    script("{'org':{'flowIdLength':15,'flowViewRefusesOr':true}}");

    assertThat(total("DurableId='300xx0000000001AAA'")).isZero();
    assertThat(total("DurableId IN ('300xx0000000001AAA','300xx0000000001')")).isEqualTo(1);
    assertThat(client.query(VIEW + "DurableId='a' OR ActiveVersionId='b'").refusal())
        .isEqualTo("400 MALFORMED_QUERY");
  }

  @Test
  void aFlowQueuesACaseOfItsOwnHoweverOftenItIsStarted() {
    JsonNode first = start("Route_Chat", "'transferKey':'k','subject':'Chat'").json();
    JsonNode second = start("Route_Chat", "'transferKey':'k','subject':'Chat'").json();

    assertThat(first.at("/0/outputValues/Flow__InterviewStatus").asText()).isEqualTo("Finished");
    String kase = first.at("/0/outputValues/workItemId").asText();
    assertThat(client.routing(kase)).isEqualTo("Assigned 1");
    assertThat(client.owner(kase)).isEqualTo(Simulator.DEMO_QUEUE_ID);
    assertThat(second.at("/0/outputValues/workItemId").asText()).isNotEqualTo(kase);
    assertThat(simulator.journal().path(1).at("/duplicateOf/transferKey").asInt()).isEqualTo(1);
  }

  @Test
  void aFlowQueuesTheCaseThatItIsGiven() {
    String kase = client.create("Case", "{'Subject':'a'}").id();

    assertThat(
            start("Route_Chat", "'caseId':'" + kase + "'")
                .json()
                .at("/0/outputValues/workItemId")
                .asText())
        .isEqualTo(kase);
    assertThat(client.routing(kase)).isEqualTo("Assigned 1");
  }

  @ParameterizedTest
  @CsvSource({
    "wait, 200, true, Waiting",
    "interview-error, 200, true, Error",
    "fail, 400, false, ''"
  })
  void anAnswerOf200IsNoSuccessYet(String does, int status, boolean success, String interview) {
    script("{'flows':{'Route_Chat':{'does':'" + does + "'}}}");

    Client.Response answer = start("Route_Chat", "");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().at("/0/isSuccess").asBoolean()).isEqualTo(success);
    assertThat(answer.json().at("/0/outputValues/Flow__InterviewStatus").asText())
        .isEqualTo(interview);
  }

  @Test
  void aFailureMayComeWith200() {
    script("{'org':{'actionErrorStatus':200},'flows':{'Route_Chat':{'does':'fail'}}}");

    Client.Response answer = start("Route_Chat", "");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/0/errors/0/statusCode").asText()).isEqualTo("UNKNOWN_EXCEPTION");
    assertThat(answer.json().at("/0/outputValues").isNull()).isTrue();
  }

  @Test
  void inputsAreThoseOfTheFlow() {
    Client.Response answer = start("Route_Chat", "'mood':'bad'");

    assertThat(answer.json().at("/0/errors/0/statusCode").asText()).isEqualTo("INVALID_API_INPUT");
    assertThat(
            client
                .get(Client.ORG + "/actions/custom/flow/Route_Chat")
                .json()
                .path("inputs")
                .findValuesAsText("name"))
        .contains("caseId", "sessionId");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Nothing", "Route_Chat_Omni", "Sleeping"})
  void whatIsNoActiveAutolaunchedFlowCannotBeStarted(String name) {
    script("{'flows':{'Sleeping':{'id':'300xx0000000009AAA','active':false}}}");

    assertThat(start(name, "").refusal()).isEqualTo("404 NOT_FOUND");
  }

  @Test
  void outputsCanBeScriptedAndNamespacesToo() {
    script(
        "{'flows':{'acme__Route':{'id':'300xx0000000009AAA','namespace':'acme','outputs':{'position':4}}}}");

    assertThat(start("acme__Route", "").json().at("/0/outputValues/position").asInt()).isEqualTo(4);
    assertThat(
            client
                .query("SELECT ApiName FROM FlowDefinitionView WHERE NamespacePrefix='acme'")
                .json()
                .at("/records/0/ApiName")
                .asText())
        .isEqualTo("Route");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'queueId':'00Gxx0000012345EAA'|1|2",
        "'agentId':'005xx0000000001AAA'|1|0",
        "'agentId':'005xx0000000003AAA'|0|0",
        "'skillId':'0C5xx0000000001CAA'|1|0",
        "'queueId':'00Gxx0000099999EAA'|0|0"
      })
  void availabilityIsToldByAWrapperFlow(String input, int online, int waiting) {
    script("{'agents':{'005xx0000000003AAA':{'online':false}}}");
    client.createCase(Simulator.DEMO_QUEUE_ID);
    client.createCase(Simulator.DEMO_QUEUE_ID);

    JsonNode told =
        start(Simulator.DEMO_AVAILABILITY_FLOW, input).json().path(0).path("outputValues");

    assertThat(told.path("onlineAgentsCount").asInt(-1)).isEqualTo(online);
    assertThat(told.path("queueSize").asInt(-1)).isEqualTo(waiting);
    assertThat(told.path("estimatedWaitTime").asInt(-1)).isEqualTo(60);
  }

  @Test
  void howManyWaitCanBeCounted() {
    client.createCase(Simulator.DEMO_QUEUE_ID);

    JsonNode counted =
        client
            .query(
                "SELECT COUNT() FROM PendingServiceRouting WHERE GroupId='"
                    + Simulator.DEMO_QUEUE_ID
                    + "'")
            .json();

    assertThat(counted).hasToString("{\"totalSize\":1,\"done\":true,\"records\":[]}");
  }

  private int total(String where) {
    return client.query(VIEW + where).json().path("totalSize").asInt(-1);
  }

  private Client.Response start(String flow, String input) {
    return client.post(
        Client.ORG + "/actions/custom/flow/" + flow,
        ("{'inputs':[{" + input + "}]}").replace('\'', '"'));
  }
}
