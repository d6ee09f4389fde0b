package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.http.TestServer;
import dev.baton.it.support.Baton;
import dev.baton.simulator.Simulator;
import org.junit.jupiter.api.Test;

/** What a target says in its very answer, and what it is told. */
class OutcomeOnTheSpotTest {

  @Test
  void aDeskThatIsClosedIsNoTechnicalFaultAndTheNextDeskKnowsOfIt() {
    try (Simulator simulator = Simulator.start(0);
        TestServer closed =
            new TestServer(
                request ->
                    TestServer.Reply.json(
                        200, "{\"status\":\"declined\",\"outcome\":\"closed\"}"));
        TestServer open =
            new TestServer(
                request -> TestServer.Reply.json(200, "{\"status\":\"accepted\",\"by\":\"ada\"}"));
        Baton baton =
            Baton.start(
                simulator,
                "baton.targets.webhook.closed.url=" + closed.uri(),
                "baton.targets.webhook.closed.secret=sixteen characters",
                "baton.targets.webhook.open.url=" + open.uri(),
                "baton.targets.webhook.open.secret=sixteen characters",
                "baton.targets.redact.webhook=transcript")) {
      simulator.script(
          """
          {"bots":{"%s":{"targets":[
            {"type":"Salesforce:Core:Skill:Id","value":"0C5xx0000000001CAA"},
            {"type":"Baton:Webhook","value":"closed"},
            {"type":"Baton:Webhook","value":"open"}]}}}"""
              .formatted(Simulator.DEMO_BOT_ID));
      baton.begin("d1");
      baton.write("d1", "m1", "Transfer To Agent");
      baton.awaitState("d1", "transferred");

      JsonNode attempts = baton.conversation("d1").path("transfers").path(0).path("attempts");
      assertThat(attempts.findValuesAsText("outcome")).containsExactly("closed", "accepted");
      assertThat(closed.requests).hasSize(1);
      JsonNode handover = Baton.json(open.requests.get(0).body()).path("handover");
      assertThat(handover.path("tried").findValuesAsText("outcome")).containsExactly("closed");
      assertThat(handover.path("transcript")).isEmpty();
      assertThat(handover.path("botId").asText()).isEqualTo(Simulator.DEMO_BOT_ID);
      assertThat(handover.path("escalateId").asText()).isNotEmpty();
    }
  }
}
