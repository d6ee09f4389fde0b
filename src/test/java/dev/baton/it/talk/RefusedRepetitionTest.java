package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * An answer of the bot is lost, and the bot refuses to be asked again: nothing can bring the answer
 * back, so what was sent counts as sent, and is marked as unconfirmed.
 */
class RefusedRepetitionTest {

  private static final String STRICT =
      "'sessions':{'repeatedSequence':'reject','wrongCrc':'reject'},";
  private static final String NOTE =
      "baton: The bot's answer was lost. Whether the bot was reached is not known.";

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial = Trial.startWith(ShortRetries.class);
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  private static void loses(String body, String more) {
    trial.script(
        "{"
            + STRICT
            + more
            + "'faults':[{'match':{'body':'"
            + body
            + "'},'then':{'connection':'reset-after'}}]}");
  }

  @Test
  void theCustomerGoesOnTalking() {
    loses("Order Status", "");
    baton.begin("talk");
    JsonNode turn = baton.write("talk", "m1", "Order Status");
    assertThat(turn.path("state").asText()).isEqualTo("talking");
    assertThat(turn.path("messages")).isEmpty();
    assertThat(trial.said("talk")).endsWith("customer: Order Status", NOTE);
    // Its checksum is not known any more: none is sent, and the next answer has one.
    assertThat(baton.write("talk", "m2", "1").path("messages")).hasSize(2);
    baton.leave("talk");
    trial.awaitNothingLeft("talk");
    assertThat(trial.trail("talk"))
        .containsExactly("start", "text", "text -> 400", "text", "end UserRequest");
    assertThat(baton.conversation("talk").path("undelivered").asInt()).isZero();
  }

  @Test
  void aMessageThatEndedTheSessionIsNotSaidToHaveReachedNobody() {
    loses("End Chat", "");
    baton.begin("ended");
    assertThat(baton.write("ended", "m1", "End Chat").path("state").asText()).isEqualTo("ended");
    trial.awaitNothingLeft("ended");
    assertThat(trial.trail("ended")).containsExactly("start", "text", "text -> 404");
    assertThat(baton.conversation("ended").path("undelivered").asInt()).isZero();
  }

  @Test
  void aTransferThatSucceededIsHandedOver() {
    loses("transferSucceeded", agent("accept"));
    baton.begin("taken");
    baton.write("taken", "m1", "Transfer To Agent");
    baton.awaitState("taken", "transferred");
    trial.awaitNothingLeft("taken");
    assertThat(trial.trail("taken"))
        .endsWith("transferSucceeded", "transferSucceeded -> 400", "end Transfer");
    assertThat(report("taken")).isEqualTo("unconfirmed");
    assertThat(trial.said("taken")).contains(NOTE);
  }

  @Test
  void aTransferThatFailedIsOver() {
    loses("transferFailed", "'org':{'afterDecline':'goes'}," + agent("decline"));
    baton.begin("nobody");
    baton.write("nobody", "m1", "Transfer To Agent");
    baton.awaitState("nobody", "ended");
    trial.awaitNothingLeft("nobody");
    assertThat(trial.trail("nobody"))
        .endsWith(
            "transferFailed NoAgentAvailable",
            "transferFailed NoAgentAvailable -> 400",
            "end Other");
    assertThat(report("nobody")).isEqualTo("unconfirmed");
  }

  @Test
  void aCancelledTransferGoesBackToTheBot() {
    loses("transferFailed", "");
    baton.begin("back");
    baton.write("back", "m1", "Transfer To Agent");
    trial.awaitCase("back", 1);
    assertThat(baton.send(baton.request("/api/conversations/back/transfer").DELETE()).status())
        .isEqualTo(204);
    baton.awaitState("back", "talking");
    assertThat(baton.write("back", "m2", "1").path("messages")).hasSize(2);
    baton.leave("back");
    trial.awaitNothingLeft("back");
    assertThat(report("back")).isEqualTo("unconfirmed");
  }

  private static String report(String key) {
    return baton.conversation(key).path("transfers").path(0).path("report").asText();
  }

  private static String agent(String does) {
    return "'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'%s'}]}},"
        .formatted(Simulator.DEMO_QUEUE_ID, does);
  }
}
