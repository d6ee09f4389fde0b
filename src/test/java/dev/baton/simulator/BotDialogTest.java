package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BotDialogTest extends SimulatedTest {

  @Test
  void theStartGreetsAndOffersTheMenuOfTheGuide() {
    Client.Response start = client.start();

    assertThat(start.kinds()).isEqualTo("text choices");
    assertThat(start.message(1).path("widget").asText()).isEqualTo("buttons");
    assertThat(start.message(1).path("choices").findValuesAsText("label"))
        .containsExactly(
            "Order Status", "Frequently Asked Questions", "Transfer To Agent", "End Chat");
    assertThat(start.message(1).path("choices").findValuesAsText("alias"))
        .containsExactly("1", "2", "3", "4");
    assertThat(start.header("X-Runtime-CRC")).isNotEmpty();
    assertThat(start.header("X-Bot-Mode")).isEqualTo("default");
    assertThat(start.json().at("/_links/messages/href").asText())
        .isEqualTo(
            simulator.baseUrl()
                + "/v5.3.0/sessions/"
                + start.json().path("sessionId").asText()
                + "/messages");
  }

  @ParameterizedTest
  @CsvSource({
    "Order Status, text choices",
    "oRDER status, text choices",
    "2, text choices",
    "Transfer To Agent, text escalate",
    "3, text escalate",
    "End Chat, text sessionEnded",
    "what?, text choices"
  })
  void aChoiceMayBeTypedAsLabelOrAlias(String typed, String kinds) {
    assertThat(client.say(client.session(), 1, typed).kinds()).isEqualTo(kinds);
  }

  @Test
  void aChoiceMayBeMadeById() {
    Client.Response start = client.start();
    String session = start.json().path("sessionId").asText();
    String id = start.message(1).at("/choices/2/id").asText();

    assertThat(
            client
                .message(session, "{'type':'choice','sequenceId':1,'choiceId':'" + id + "'}")
                .kinds())
        .isEqualTo("text escalate");
  }

  @ParameterizedTest
  @CsvSource({"v5.0.0, 2", "v5.1.0, 3", "v5.2.0, 3", "v5.3.0, 3"})
  void choicesAreCountedFrom0In50AndFrom1Later(String version, int index) {
    String choice = "{'type':'choice','sequenceId':1,'choiceIndex':" + index + "}";

    assertThat(client.message(version, client.session(), choice).kinds())
        .isEqualTo("text escalate");
  }

  @Test
  void anEscalateNamesAllFourKindsOfTargetWithValidIds() {
    JsonNode answer = client.say(client.session(), 1, "3").json();

    assertThat(answer.at("/messages/0/schedule/responseDelayMilliseconds").asInt()).isEqualTo(1200);
    JsonNode targets = answer.at("/messages/1/targets");
    assertThat(targets.findValuesAsText("type"))
        .containsExactly(
            "Salesforce:Core:Queue:Id",
            "Salesforce:Core:Skill:Id",
            "Salesforce:Core:Flow:Id",
            "Salesforce:Core:Bot:Id");
    assertThat(targets.findValuesAsText("value"))
        .allSatisfy(id -> assertThat(Ids.normalise(id.substring(0, 15))).contains(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v5.0.0", "v5.1.0", "v5.2.0"})
  void feedbackIdsAreUnknownBefore53(String version) {
    String path = "/" + version + "/bots/" + Simulator.DEMO_BOT_ID + "/sessions";

    assertThat(client.post(path, Client.startBody()).message(0).has("feedbackId")).isFalse();
    assertThat(client.start().message(0).has("feedbackId")).isTrue();
  }

  @Test
  void aBotMayHandOverAtOnceOrEndAtOnceOrSayWhatNobodyKnows() {
    script("{'bots':{'0XxSB00000006rp0AA':{'onStart':'escalate','targets':[]}}}");
    assertThat(client.start().kinds()).isEqualTo("text escalate");

    script("{'bots':{'0XxSB00000006rp0AA':{'onStart':'end'}}}");
    assertThat(client.start().kinds()).isEqualTo("text sessionEnded");

    script(
        "{'bots':{'0XxSB00000006rp0AA':{'onStart':'greet','extraMessages':[{'type':'hologram','id':'h'}]}}}");
    assertThat(client.start().kinds()).isEqualTo("text choices hologram");
  }

  @Test
  void variablesAreToldToThoseWhoAsk() {
    String session =
        client
            .post(
                "/v5.3.0/bots/" + Simulator.DEMO_BOT_ID + "/sessions",
                """
                {"externalSessionKey":"57904eb6-5352-4c5e-adf6-5f100572cf5d",
                 "forceConfig":{"endpoint":"https://x.my.salesforce.com"},
                 "variables":[{"name":"Name","type":"text","value":"Bob"}]}""")
            .json()
            .path("sessionId")
            .asText();
    Client.Response answer =
        client.post(
            "/v5.3.0/sessions/" + session + "/messages",
            """
            {"message":{"type":"setVariables","sequenceId":1,
              "variables":[{"name":"Qty","type":"number","value":10}]},
             "responseOptions":{"variables":{"include":true,"onlyChanged":false}}}""");

    assertThat(answer.json().path("variables").findValuesAsText("name"))
        .containsExactly("Name", "Qty");
  }
}
