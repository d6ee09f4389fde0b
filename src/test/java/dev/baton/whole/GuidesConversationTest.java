package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.simulator.Simulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The guide's example: greeting, menu, escalate, and the session goes to the queue. */
class GuidesConversationTest {

  private static Simulator simulator;
  private static Baton baton;

  @BeforeAll
  static void start() {
    simulator = Simulator.start(0);
    baton = Baton.start(simulator);
  }

  @AfterAll
  static void stop() {
    baton.close();
    simulator.close();
  }

  @Test
  void theSessionGoesToTheQueueAndTheBotIsToldOnce() {
    JsonNode begun = baton.begin("g1");
    assertThat(begun.path("state").asText()).isEqualTo("talking");
    assertThat(begun.path("messages").path(1).path("type").asText()).isEqualTo("choices");

    JsonNode escalated = baton.write("g1", "m1", "Transfer To Agent");
    assertThat(escalated.path("state").asText()).isEqualTo("transferring");
    baton.awaitAt("g1", "Offer");

    simulator.script("{}");
    assertThat(Baton.askedOfTheBot(simulator)).containsExactly("start", "text");
  }
}
