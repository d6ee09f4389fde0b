package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.simulator.Simulator;
import org.junit.jupiter.api.Test;

/** A bot that names what no database takes does not bring its conversation to a standstill. */
class OddBotTest {

  @Test
  void targetsThatNobodyCouldKeepAreNoneAndTheBotIsTold() {
    try (Simulator simulator = Simulator.start(0);
        Baton baton =
            Baton.startOn(
                Postgres.newDatabase(),
                simulator,
                Postgres.USER[0],
                "spring.datasource.password=postgres")) {
      simulator.script(
          """
          {"bots":{"%s":{"targets":[{"type":"Salesforce:Core:Queue:Id","value":"%s"},
           {"type":"Salesforce:Core:Queue:Id","value":"a\\u0000b"},
           {"type":"Salesforce:Core:Queue:Id","value":"\\ud800"}]}}}"""
              .formatted(Simulator.DEMO_BOT_ID, "0".repeat(300)));
      baton.begin("odd");
      baton.write("odd", "m1", "Transfer To Agent");

      JsonNode ended = baton.awaitState("odd", "ended");
      assertThat(ended.path("transfers")).hasSize(1);
      assertThat(ended.path("transfers").path(0).path("report").asText()).isEqualTo("failed");
      assertThat(Baton.askedOfTheBot(simulator)).contains("transferFailed");
    }
  }
}
