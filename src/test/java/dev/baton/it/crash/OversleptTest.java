package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.Baton;
import dev.baton.it.support.Baton.Answer;
import dev.baton.it.support.Deployments;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.camunda.bpm.engine.RuntimeService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A conversation with a message that nothing moves is woken by a sweep. Who cannot be woken must
 * not stand in the way of who can.
 */
class OversleptTest {

  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    trial = Trial.start();
    baton = trial.baton;
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void oneThatCannotGoOnKeepsNobodyAsleep() throws IOException {
    trial.script("{}");
    deployOneThatCannotGoOn();
    // Whichever order they are looked at in, one comes after the one that cannot.
    baton.begin("zoe");
    baton.post(
        "/engine-rest/process-definition/key/cannot/start", Baton.object("businessKey", "cannot"));
    baton.begin("ada");
    List<String> keys = List.of("cannot", "zoe", "ada");
    for (String key : keys) {
      baton.awaitAt(key, "WaitForCustomer");
      runtime().suspendProcessInstanceById(instance(key));
      assertThat(baton.correlate(key, "m1", "1").status()).isEqualTo(204);
    }
    keys.forEach(key -> runtime().activateProcessInstanceById(instance(key)));
    for (String key : List.of("zoe", "ada")) {
      Trial.until("sent to " + key, () -> trial.trail(key), trail -> trail.contains("text"));
    }
    assertThat(trial.trail("cannot")).containsExactly("start");
    keys.forEach(baton::leave);
    keys.forEach(trial::awaitNothingLeft);
  }

  private static void deployOneThatCannotGoOn() throws IOException {
    String shipped = Files.readString(Path.of("bpmn", "bot-conversation.bpmn"));
    Answer deployed =
        Deployments.deploy(
            baton,
            "cannot.bpmn",
            shipped
                .replace("\"bot-conversation\"", "\"cannot\"")
                .replace("${messageWaiting}", "${messageWaiting &amp;&amp; nobodyKnows}"));
    assertThat(deployed.status()).as(deployed.body()).isEqualTo(200);
  }

  @Test
  void manyThatCannotBeWokenYetKeepNobodyAsleep() {
    trial.script("{}");
    for (int i = 100; i < 250; i++) {
      waits("a" + i);
      typed("a" + i);
    }
    baton.begin("real");
    baton.awaitAt("real", "WaitForCustomer");
    typed("real");
    Trial.until("sent", () -> trial.trail("real"), trail -> trail.contains("text"));
    trial.jdbc.update("delete from baton_conversation where process_instance_id = 'none'");
    baton.leave("real");
    trial.awaitNothingLeft("real");
  }

  /** A conversation whose process does not wait for the customer. */
  private static void waits(String key) {
    trial.jdbc.update(
        """
        insert into baton_conversation
          (conversation_key, process_instance_id, bot_id, state, opening_variables, started_at)
        values (?, 'none', ?, 'TALKING', '[]', current_timestamp)""",
        key,
        Simulator.DEMO_BOT_ID);
  }

  /** A message that woke nobody. */
  private static void typed(String key) {
    trial.jdbc.update(
        """
        insert into baton_inbox (conversation_key, message_id, text, state, received_at)
        values (?, 'm1', '1', 'WAITING', current_timestamp)""",
        key);
  }

  private static RuntimeService runtime() {
    return baton.bean(RuntimeService.class);
  }

  private static String instance(String key) {
    return baton.instances(key).path(0).path("id").asText();
  }
}
