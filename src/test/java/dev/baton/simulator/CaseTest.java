package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaseTest extends SimulatedTest {

  private static final String CASES = Client.ORG + "/sobjects/Case";
  private static final String BODY =
      "{\"OwnerId\":\"" + Simulator.DEMO_QUEUE_ID + "\",\"Subject\":\"Chat transfer\"}";

  @ParameterizedTest
  @ValueSource(strings = {"", "TRUE"})
  void withoutTheHeaderAnAssignmentRuleTakesTheCase(String header) {
    String id =
        client.with("Sforce-Auto-Assign", header).post(CASES, BODY).json().path("id").asText();

    assertThat(client.owner(id)).isEqualTo("00Gxx0000099999EAA");
    assertThat(client.routing(id)).isEqualTo(" 0");
  }

  @Test
  void withTheHeaderTheQueueKeepsIt() {
    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.owner(id)).isEqualTo(Simulator.DEMO_QUEUE_ID);
    assertThat(client.routing(id)).isEqualTo("Assigned 1");
  }

  @Test
  void withoutAnActiveRuleTheHeaderDoesNotMatter() {
    script("{'org':{'assignmentRuleOwner':null}}");

    String id = client.post(CASES, BODY).json().path("id").asText();

    assertThat(client.owner(id)).isEqualTo(Simulator.DEMO_QUEUE_ID);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'Sujet':'a'}|400 INVALID_FIELD",
        "{'Id':'500xx0000000001AAA'}|400 INVALID_FIELD_FOR_INSERT_UPDATE",
        "{'OwnerId':'queue'}|400 MALFORMED_ID",
        "{'OwnerId':'00Gxx0000012345AAA'}|400 MALFORMED_ID",
        "{'Subject':'a','OwnerId':'500xx0000000001AAA'}|400 MALFORMED_ID",
        "{'Subject':'a','OwnerId':'00Gxx0000077777EAA'}|400 INVALID_CROSS_REFERENCE_KEY",
        "{'Subject':1}|400 JSON_PARSER_ERROR",
        "{|400 JSON_PARSER_ERROR",
        "{'Origin':'Chat'}|400 REQUIRED_FIELD_MISSING"
      })
  void aCaseThatTheOrgDoesNotKnowIsRefused(String body, String refusal) {
    script("{'org':{'requiredCaseFields':['Subject']}}");

    assertThat(client.post(CASES, body.replace('\'', '"')).refusal()).isEqualTo(refusal);
  }

  @Test
  void textsThatAreTooLongAreRefused() {
    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    assertThat(client.post(CASES, "{\"Description\":\"" + "x".repeat(32_001) + "\"}").refusal())
        .isEqualTo("400 STRING_TOO_LONG");
    assertThat(comment(id, "x".repeat(4_001)).refusal()).isEqualTo("400 STRING_TOO_LONG");
    assertThat(comment(id, "x".repeat(4_000)).status()).isEqualTo(201);
  }

  @Test
  void anUpsertMakesOneCaseHoweverOftenItComes() {
    String path = CASES + "/Transfer_Key__c/c%2F1:1";
    Client careful = client.with("Sforce-Auto-Assign", "FALSE");

    Client.Response first = careful.send("PATCH", path, BODY);
    Client.Response second = careful.send("PATCH", path, BODY);

    assertThat(first.status()).isEqualTo(201);
    assertThat(first.json().path("created").asBoolean()).isTrue();
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.json().path("created").asBoolean()).isFalse();
    assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
    assertThat(
            client
                .query("SELECT Id FROM Case WHERE Transfer_Key__c='c/1:1'")
                .json()
                .path("totalSize")
                .asInt())
        .isEqualTo(1);
    assertThat(simulator.journal().path(1).at("/duplicateOf/transferKey").asInt()).isEqualTo(1);
  }

  @Test
  void anUpsertAfterAnAgentTookItPutsTheCaseBackIntoTheQueue() {
    String path = CASES + "/Transfer_Key__c/k";
    Client careful = client.with("Sforce-Auto-Assign", "FALSE");
    String id = careful.send("PATCH", path, BODY).json().path("id").asText();
    client.post("/simulator/agents/accept", "");

    careful.send("PATCH", path, BODY);

    assertThat(client.routing(id)).isEqualTo("Assigned,Opened 1");
  }

  @Test
  void anUpsertNeedsAFieldThatTheOrgHasAndNotInTheBody() {
    String path = CASES + "/Transfer_Key__c/k";

    assertThat(client.send("PATCH", path, "{\"Transfer_Key__c\":\"k\"}").refusal())
        .isEqualTo("400 INVALID_FIELD");
    script("{'org':{'externalIdField':null}}");
    assertThat(client.send("PATCH", path, "{}").refusal()).isEqualTo("404 NOT_FOUND");
  }

  @Test
  void aPlainCreateWithAUsedKeyIsADuplicate() {
    String body = "{\"Transfer_Key__c\":\"k\"}";

    assertThat(client.post(CASES, body).status()).isEqualTo(201);
    assertThat(client.post(CASES, body).refusal()).isEqualTo("400 DUPLICATE_VALUE");
  }

  @Test
  void aChangeIsAnsweredWithNothing() {
    String id = client.createCase(Simulator.DEMO_QUEUE_ID);

    Client.Response changed =
        client.send("PATCH", CASES + "/" + id.substring(0, 15), "{\"Status\":\"Closed\"}");

    assertThat(changed.status()).isEqualTo(204);
    assertThat(changed.http().body()).isEmpty();
    JsonNode row = client.get(CASES + "/" + id + "?fields=Status,IsClosed").json();
    assertThat(row.path("IsClosed").asBoolean()).isTrue();
    assertThat(client.send("PATCH", CASES + "/500xx0000000999AAA", "{}").refusal())
        .isEqualTo("404 NOT_FOUND");
  }

  @Test
  void commentsBelongToACase() {
    String id = client.createCase(Simulator.DEMO_QUEUE_ID);
    comment(id, "one");
    comment(id, "two");

    assertThat(
            client
                .query("SELECT CommentBody FROM CaseComment WHERE ParentId='" + id + "'")
                .json()
                .findValuesAsText("CommentBody"))
        .containsExactly("one", "two");
    assertThat(comment("500xx0000000999AAA", "a").refusal())
        .isEqualTo("400 INVALID_CROSS_REFERENCE_KEY");
    assertThat(client.post(Client.ORG + "/sobjects/CaseComment", "{}").refusal())
        .isEqualTo("400 REQUIRED_FIELD_MISSING");
  }

  @Test
  void aLongResultComesInPages() {
    script("{'org':{'queryPageSize':2}}");
    IntStream.range(0, 3).forEach(i -> client.createCase(Simulator.DEMO_QUEUE_ID));

    JsonNode first = client.query("SELECT Id FROM Case").json();
    JsonNode second = client.get(first.path("nextRecordsUrl").asText()).json();

    assertThat(first.path("done").asBoolean()).isFalse();
    assertThat(first.path("totalSize").asInt()).isEqualTo(3);
    assertThat(first.path("records")).hasSize(2);
    assertThat(second.path("records")).hasSize(1);
    assertThat(second.path("done").asBoolean()).isTrue();
  }

  @Test
  void everyAnswerTellsTheUsageAndOldVersionsAreGone() {
    assertThat(client.query("SELECT Id FROM Nothing").header("Sforce-Limit-Info"))
        .isEqualTo("api-usage=1/15000");
    assertThat(client.get("/services/data/v30.0/query?q=SELECT").status()).isEqualTo(410);
    assertThat(client.get("/services/data/v31.0/query?q=SELECT").status()).isEqualTo(400);
    assertThat(client.query("SELECT Id FROM Case WHERE Id IN (" + "'x',".repeat(5000)).status())
        .isEqualTo(414);
  }

  @Test
  void aQueuesRoutingRowIsNotOursToMake() {
    assertThat(client.post(Client.ORG + "/sobjects/PendingServiceRouting", "{}").refusal())
        .isEqualTo("400 INVALID_FIELD_FOR_INSERT_UPDATE");
  }

  private Client.Response comment(String parent, String text) {
    return client.post(
        Client.ORG + "/sobjects/CaseComment",
        Json.object().put("ParentId", parent).put("CommentBody", text).toString());
  }
}
