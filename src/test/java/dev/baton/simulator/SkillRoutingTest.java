package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SkillRoutingTest extends SimulatedTest {

  private static final String ROW = "PendingServiceRouting";
  private static final String SKILL = "SkillRequirement";
  private static final String BEN = "005xx0000000003AAA";
  private static final String PLAIN = "'RoutingModel':'MostAvailable','CapacityWeight':1";
  private final String kase = client.create("Case", "{'Subject':'a'}").id();

  @Test
  void nobodyIsAskedBeforeTheRowIsReady() {
    String row = client.route(kase, PLAIN).id();
    assertThat(require(row, "").status()).isEqualTo(201);
    assertThat(client.routing(kase)).isEqualTo(" 1");

    assertThat(client.patch(ROW, row, "{'IsReadyForRouting':true}").status()).isEqualTo(204);

    assertThat(client.routing(kase)).isEqualTo("Assigned 1");
    client.post("/simulator/agents/accept?case=" + kase, "");
    assertThat(client.routing(kase)).isEqualTo("Opened 0");
    assertThat(client.owner(kase)).isEqualTo(Simulator.DEMO_AGENT_ID);
  }

  @Test
  void whoLacksTheSkillOrItsLevelIsNotAsked() {
    script(
        "{'agents':{'%s':{'skills':[]},'%s':{'skills':[{'id':'%s','level':3}]}}}"
            .formatted(Simulator.DEMO_AGENT_ID, BEN, Simulator.DEMO_SKILL_ID));

    assertThat(ready(",'SkillLevel':4")).isEqualTo(" 1");
    client.delete(ROW, rowOf(kase));
    assertThat(ready(",'SkillLevel':3")).isEqualTo("Assigned 1");
  }

  @Test
  void declinedWorkStaysWithItsDeclinerWhileTheRowGoesOn() {
    ready("");

    client.post("/simulator/agents/decline?case=" + kase, "");

    assertThat(client.routing(kase)).isEqualTo("Declined 1");
    assertThat(client.owner(kase)).isEqualTo(Simulator.DEMO_AGENT_ID);
    script("{'agents':{'%s':{'skills':[{'id':'%s'}]}}}".formatted(BEN, Simulator.DEMO_SKILL_ID));
    assertThat(client.routing(kase)).isEqualTo("Assigned,Declined 1");
  }

  @Test
  void aReadyRowIsLockedAndSoAreItsSkills() {
    String row = client.route(kase, PLAIN).id();
    String skill = require(row, "").id();
    client.patch(ROW, row, "{'IsReadyForRouting':true}");

    assertThat(client.patch(ROW, row, "{'RoutingPriority':2}").refusal())
        .isEqualTo("400 ENTITY_IS_LOCKED");
    assertThat(require(row, "").refusal()).isEqualTo("400 ENTITY_IS_LOCKED");
    assertThat(client.patch(SKILL, skill, "{'SkillLevel':1}").refusal())
        .isEqualTo("400 ENTITY_IS_LOCKED");
    assertThat(client.delete(SKILL, skill).refusal()).isEqualTo("400 ENTITY_IS_LOCKED");
  }

  @Test
  void aDeletedRowIsAWithdrawalAndTakesItsSkillsAlong() {
    ready("");
    String row = rowOf(kase);

    assertThat(client.delete(ROW, row).status()).isEqualTo(204);

    assertThat(client.routing(kase)).isEqualTo("Canceled 0");
    assertThat(count("SELECT COUNT() FROM SkillRequirement")).isZero();
    assertThat(client.delete(ROW, row).refusal()).isEqualTo("400 ENTITY_IS_DELETED");
    script("{'org':{'deletedStatus':404}}");
    assertThat(client.delete(ROW, row).refusal()).isEqualTo("404 ENTITY_IS_DELETED");
    assertThat(client.delete(ROW, "0JRxx0000000099GAA").refusal()).isEqualTo("404 NOT_FOUND");
  }

  @Test
  void theAgentMayBeFasterThanTheDeletion() {
    script("{'agents':{'%s':{'does':'accept-after-withdraw'}}}".formatted(Simulator.DEMO_AGENT_ID));
    ready("");

    client.delete(ROW, rowOf(kase));

    assertThat(client.routing(kase)).isEqualTo("Opened 0");
    assertThat(client.owner(kase)).isEqualTo(Simulator.DEMO_AGENT_ID);
  }

  @Test
  void anotherOwnerDoesNotWithdrawASkillsRow() {
    ready("");

    client.patch("Case", kase, "{'OwnerId':'005xx0000000999AAA'}");

    assertThat(client.routing(kase)).isEqualTo("Assigned 1");
    client.delete("Case", kase);
    assertThat(client.routing(kase)).isEqualTo("Canceled 0");
  }

  @Test
  void aBlindRepetitionMakesASecondRow() {
    client.route(kase, PLAIN);
    client.route(kase, PLAIN);

    assertThat(client.routing(kase)).isEqualTo(" 2");
    assertThat(simulator.journal().toString()).contains("\"duplicateOf\":{\"workItem\":");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'GroupId':'00Gxx0000012345EAA'|INVALID_FIELD_FOR_INSERT_UPDATE",
        "'QueueId':'00Gxx0000012345EAA'|INVALID_FIELD_FOR_INSERT_UPDATE",
        "'IsPushed':true|INVALID_FIELD_FOR_INSERT_UPDATE",
        "'Skills':'a'|INVALID_FIELD",
        "'CapacityPercentage':10|FIELD_INTEGRITY_EXCEPTION",
        "'CapacityWeight':null|REQUIRED_FIELD_MISSING",
        "'RoutingModel':'Any'|INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "'RoutingType':'QueueBased'|INVALID_FIELD_FOR_INSERT_UPDATE",
        "'IsPreferredUserRequired':true|FIELD_INTEGRITY_EXCEPTION",
        "'PreferredUserId':'005xx0000000088AAA'|INVALID_CROSS_REFERENCE_KEY",
        "'WorkItemId':'500xx0000000088AAA'|INVALID_CROSS_REFERENCE_KEY",
        "'ServiceChannelId':'0N9xx0000000002CAA'|INVALID_CROSS_REFERENCE_KEY",
        "'WorkItemId':null|REQUIRED_FIELD_MISSING"
      })
  void aRowThatSalesforceWouldNotTakeIsRefused(String members, String code) {
    String row =
        Json.merge(
                Json.parse(
                    "{\"WorkItemId\":\"%s\",\"ServiceChannelId\":\"%s\",\"RoutingType\":\"SkillsBased\",%s}"
                        .formatted(kase, Simulator.CASE_CHANNEL_ID, PLAIN.replace('\'', '"'))),
                Json.parse("{" + members.replace('\'', '"') + "}"))
            .toString();

    assertThat(client.create(ROW, row).refusal()).isEqualTo("400 " + code);
    assertThat(client.routing(kase)).isEqualTo(" 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'SkillLevel':100", "'SkillPriority':1.5", "'SkillId':'0C5xx0000000088CAA'"})
  void aSkillRequirementIsChecked(String member) {
    String row = client.route(kase, PLAIN).id();

    assertThat(require(row, "," + member).status()).isEqualTo(400);
  }

  @Test
  void theStandardActionDoesItAllAtOnceOrNothing() {
    String action = Client.ORG + "/actions/standard/skillsBasedRouting";
    String body =
        "{\"inputs\":[{\"recordId\":\"%s\",\"routingConfigId\":\"%s\",\"skillIdList\":\"%s\"}]}";

    Client.Response unknown =
        client.post(
            action, body.formatted(kase, Simulator.ROUTING_CONFIG_ID, "0C5xx0000000088CAA"));
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.json().at("/0/isSuccess").asBoolean(true)).isFalse();
    assertThat(unknown.json().at("/0/errors/0/statusCode").asText())
        .isEqualTo("INVALID_CROSS_REFERENCE_KEY");
    assertThat(client.routing(kase)).isEqualTo(" 0");

    Client.Response done =
        client.post(
            action, body.formatted(kase, Simulator.ROUTING_CONFIG_ID, Simulator.DEMO_SKILL_ID));
    assertThat(done.json().at("/0/outputValues/pendingServiceRoutingId").asText())
        .isEqualTo(rowOf(kase));
    assertThat(client.routing(kase)).isEqualTo("Assigned 1");
  }

  private String ready(String level) {
    String row = client.route(kase, PLAIN).id();
    require(row, level);
    client.patch(ROW, row, "{'IsReadyForRouting':true}");
    return client.routing(kase);
  }

  private Client.Response require(String row, String more) {
    return client.create(
        SKILL,
        Json.merge(
                Json.object().put("SkillId", Simulator.DEMO_SKILL_ID),
                Json.parse("{\"RelatedRecordId\":\"" + row + "\"" + more.replace('\'', '"') + "}"))
            .toString());
  }

  private String rowOf(String caseId) {
    return client
        .query("SELECT Id FROM PendingServiceRouting WHERE WorkItemId='" + caseId + "'")
        .json()
        .at("/records/0/Id")
        .asText();
  }

  private int count(String soql) {
    return client.query(soql).json().path("totalSize").asInt(-1);
  }
}
