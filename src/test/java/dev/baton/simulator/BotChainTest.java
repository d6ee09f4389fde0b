package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BotChainTest extends SimulatedTest {

  private static final String START =
      """
      {"externalSessionKey":"57904eb6-5352-4c5e-adf6-5f100572cf5d",
       "forceConfig":{"endpoint":"https://x.my.salesforce.com"},
       "referrers":[{"type":"Salesforce:Core:Bot:Id","value":"0XxSB00000006rp0AA"},
                    {"type":"Salesforce:BotRuntime:Session:Id","value":"%s"}],
       "variables":[{"name":"order","type":"text","value":"4711"}]}""";

  @ParameterizedTest
  @CsvSource({"escalate, text escalate", "greet, text choices"})
  void theSecondBotHearsWhereItsCustomerComesFromAndMayHandOverInItsTurn(
      String onStart, String greeting) {
    script(
        "{'bots':{'%s':{'onStart':'%s','targets':[{'type':'Salesforce:Core:Queue:Id','value':'%s'}]}}}"
            .formatted(Simulator.DEMO_SECOND_BOT_ID, onStart, Simulator.DEMO_QUEUE_ID));
    String first = client.session();
    client.say(first, 1, "3");

    Client.Response started =
        client.post(
            "/v5.3.0/bots/" + Simulator.DEMO_SECOND_BOT_ID + "/sessions", START.formatted(first));

    assertThat(started.kinds()).isEqualTo(greeting);
    JsonNode body = simulator.journal().path(2).path("body");
    assertThat(body.at("/referrers/1/value").asText()).isEqualTo(first);
    assertThat(body.at("/variables/0/value").asText()).isEqualTo("4711");
    String second = started.json().path("sessionId").asText();
    JsonNode escalate =
        onStart.equals("greet") ? client.say(second, 1, "3").message(1) : started.message(1);
    assertThat(escalate.at("/targets/0/value").asText()).isEqualTo(Simulator.DEMO_QUEUE_ID);
    assertThat(escalate.path("targets")).hasSize(1);
    assertThat(client.message(first, "{'type':'transferSucceeded','sequenceId':2}").status())
        .isEqualTo(200);
  }
}
