package dev.baton.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What customers write stays out of the engine's tables, also where they keep all there is. */
class NoCustomerWordsTest {

  private static final String MARK = "Quetzalcoatl";

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial =
        Trial.startWith(
            ShortRetries.class,
            "camunda.bpm.history-level=full",
            "baton.transfer.after-failure=back-to-bot",
            "baton.transfer.patience=3s");
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void noEngineTableHasThemAtAnyMoment() {
    trial.script("{}");
    ObjectNode start = Baton.object("businessKey", "words");
    ObjectNode variables = start.putObject("variables");
    variables.putObject("text").put("value", MARK + " first");
    variables
        .putObject("variables")
        .put("value", "[{\"name\":\"who\",\"type\":\"text\",\"value\":\"" + MARK + "\"}]");
    assertThat(
            baton
                .post("/engine-rest/process-definition/key/bot-conversation/start", start)
                .status())
        .isEqualTo(200);
    baton.awaitAt("words", "WaitForCustomer");
    say("m1", MARK + " said");
    baton.awaitAt("words", "WaitForCustomer");
    say("m2", "3");
    trial.awaitCase("words", 1);
    say("m3", MARK + " while nobody comes");
    say("m4", (MARK + " at length ").repeat(150));
    assertThat(trial.engineTablesWith(MARK)).isEmpty();
    Trial.until("back", () -> trial.said("words"), said -> said.toString().contains("understand"));
    baton.awaitAt("words", "WaitForCustomer");
    assertThat(trial.engineTablesWith(MARK)).isEmpty();
    // History is really kept in full here, so the test would see words if there were any.
    assertThat(trial.engineTablesWith("escalated"))
        .anyMatch(place -> place.equalsIgnoreCase("act_hi_detail.text_"));

    // A refused message leaves no words either.
    assertThat(say("", MARK)).isEqualTo(400);
    assertThat(say("m5", MARK.repeat(400))).isEqualTo(400);
    assertThat(trial.engineTablesWith(MARK)).isEmpty();

    // Nor does a bot that quotes them in an error.
    trial.change(
        "{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':403,'message':'"
            + MARK
            + " again is not allowed'}}]}");
    say("m6", MARK + " again");
    baton.awaitState("words", "failed");
    assertThat(trial.engineTablesWith("403")).isNotEmpty();
    assertThat(trial.engineTablesWith(MARK)).isEmpty();
    trial.change("{'faults':[]}");
    baton.leave("words");
    baton.awaitState("words", "ended");
    trial.awaitNothingLeft("words");
    assertThat(trial.engineTablesWith(MARK)).isEmpty();
  }

  private static int say(String id, String text) {
    ObjectNode body = Baton.object("messageName", "customer-message", "businessKey", "words");
    ObjectNode variables = new ObjectMapper().createObjectNode();
    variables.putObject("messageId").put("value", id);
    variables.putObject("text").put("value", text);
    body.set("processVariables", variables);
    return baton.post("/engine-rest/message", body).status();
  }
}
