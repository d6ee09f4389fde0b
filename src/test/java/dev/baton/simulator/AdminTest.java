package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminTest extends SimulatedTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'bot':{}}|unknown member bot",
        "{'sessions':{'crc':1}}|unknown member sessions.crc",
        "{'sessions':{'repeatedSequence':'twice'}}|sessions.repeatedSequence must be one of"
            + " idempotent, reject, process-again",
        "{'sessions':{'idleMs':'1'}}|sessions.idleMs must be an integer",
        "{'sessions':null}|sessions is missing",
        "{'bots':{'b':{}}}|bots: b is no Salesforce id of 18 characters that starts with 0Xx",
        "{'agents':{'a':{}}}|agents: a is no Salesforce id of 18 characters that starts with 005",
        "{'flows':{'F':{}}}|flows.F.id is missing",
        "{'org':{'flowIdLength':16}}|org.flowIdLength must be 18 or 15",
        "{'faults':[{'then':{'status':302}}]}|then.status must be 200, 204, or from 400 to 599",
        "{'faults':[{'match':{'path':'('},'then':{}}]}|match.path must be a regular expression:"
            + " Unclosed group",
        "[]|the body must be an object",
        "{|the body is no JSON"
      })
  void aScriptThatIsNoneIsRefusedInWordsAndChangesNothing(String script, String words) {
    JsonNode before = client.get("/simulator/script").json();

    Client.Response answer = client.send("PUT", "/simulator/script", script.replace('\'', '"'));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("message").asText()).contains(words);
    assertThat(client.get("/simulator/script").json()).isEqualTo(before);
  }

  @Test
  void aPartialScriptLeavesTheRestAndAResetTakesAllBack() {
    JsonNode before = client.get("/simulator/script").json();

    Client.Response changed =
        client.send("PUT", "/simulator/script", "{\"org\":{\"dailyCalls\":5}}");

    assertThat(changed.json().at("/org/dailyCalls").asInt()).isEqualTo(5);
    assertThat(changed.json().path("bots")).isEqualTo(before.path("bots"));
    assertThat(client.send("PUT", "/simulator/script", "{\"reset\":true}").json())
        .isEqualTo(before);
  }

  @Test
  void theJournalTellsWhatCameAndWhatWentAndCanBeEmptied() {
    String session = client.session();
    client.say(session, 1, "1");

    JsonNode entry = client.get("/simulator/journal").json().path(1);
    assertThat(entry.path("n").asInt()).isEqualTo(2);
    assertThat(entry.path("method").asText()).isEqualTo("POST");
    assertThat(entry.path("session").asText()).isEqualTo(session);
    assertThat(entry.at("/body/message/text").asText()).isEqualTo("1");
    assertThat(entry.path("status").asInt()).isEqualTo(200);
    assertThat(entry.at("/answer/messages/0/type").asText()).isEqualTo("text");
    assertThat(entry.at("/headers/X-Org-Id").asText()).isEqualTo(Simulator.ORG_ID);

    assertThat(client.send("DELETE", "/simulator/journal", "").status()).isEqualTo(204);
    assertThat(client.get("/simulator/journal").json()).isEmpty();
  }

  @Test
  void twoStartsWithOneKeyAreTwoSessionsAndMarked() {
    String path = "/v5.3.0/bots/" + Simulator.DEMO_BOT_ID + "/sessions";
    String body = Client.startBody();

    JsonNode one = client.post(path, body).json();
    JsonNode two = client.post(path, body).json();

    assertThat(two.path("sessionId")).isNotEqualTo(one.path("sessionId"));
    assertThat(simulator.journal().path(1).at("/duplicateOf/externalSessionKey").asInt())
        .isEqualTo(1);
  }

  @Test
  void itIsReachableFromThisMachineOnly() {
    assertThat(simulator.baseUrl().getHost()).isEqualTo("127.0.0.1");
    assertThat(client.get("/simulator/nothing").status()).isEqualTo(404);
    assertThat(client.get("/nothing").status()).isEqualTo(404);
  }
}
