package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An offer whose making failed may be with its target all the same, and only its withdrawal finds
 * it. When the org will not have it closed, that is no less of a matter than for any other offer.
 */
class FoundOfferTest {

  /** The Case is made, its id is lost, and nobody can look for it before the withdrawal. */
  private static final String LOST =
      """
      {'match':{'method':'POST','path':'/sobjects/Case$'},'then':{'connection':'reset-after'}},
      {'match':{'query':'FROM Case WHERE','times':3},
       'then':{'status':500,'error':'UNABLE_TO_LOCK_ROW'}}""";

  private static final String NOT_CLOSED =
      """
      {'match':{'method':'PATCH','body':'Closed','nth':%d,'times':0},
       'then':{'status':400,'error':'FIELD_CUSTOM_VALIDATION_EXCEPTION','delayMs':%d}}""";

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

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatMayStillBeAcceptedAndCannotBeClosedIsInDoubtAndTriedAgain(boolean lost) {
    faults((lost ? LOST + "," : "") + NOT_CLOSED.formatted(1, 0));
    String key = "goes on, lost " + lost;
    trial.begin(key, "patience", "PT1S");
    baton.write(key, "m1", "3");
    baton.awaitState(key, "ended");
    baton.awaitOver(key);
    baton.awaitUnderWay(key, "target-withdraw");
    assertThat(attempt(key).path("outcome").asText()).isEqualTo("in-doubt");
    assertThat(attempt(key).path("until").isNull()).isTrue();
    assertThat(trial.cases(key)).hasSize(1);
    assertThat(trial.trail(key))
        .contains("case Closed -> 400", "transferFailed Error", "end Error");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterTheTransferAnOperatorIsAsked(boolean lost) {
    faults((lost ? LOST + "," : "") + NOT_CLOSED.formatted(1, 0));
    String key = "operator, lost " + lost;
    baton.begin(key);
    baton.write(key, "m1", "3");
    if (!lost) {
      trial.awaitCase(key, 1);
    }
    baton.leave(key);
    baton.awaitState(key, "failed");
    assertThat(baton.standsAt(key)).contains("WithdrawAll");
    assertThat(trial.awaitCase(key, 1)).isNotBlank();
  }

  @Test
  void whoAcceptedWhenTheCustomerHadLeftDoesNotCountAsTakenBack() {
    trial.script(
        "{'queues':{'"
            + Simulator.DEMO_QUEUE_ID
            + "':{'agents':[{'id':'005xx0000000001AAA',"
            + "'does':'accept-after-withdraw'}]}},'faults':["
            + LOST
            + ",{'match':{'method':'PATCH','body':'New'},'then':{'delayMs':3000}},"
            + NOT_CLOSED.formatted(2, 5000)
            + "]}");
    String key = "accepted too late";
    baton.begin(key);
    baton.write(key, "m1", "3");
    Trial.until(
        "the Case is opened for the agent",
        () -> Trial.lines(trial.calls()),
        lines -> lines.stream().anyMatch(line -> line.startsWith("case New")));
    baton.leave(key);
    Trial.until(
        "the closing is refused",
        () -> Trial.lines(trial.calls()),
        lines -> lines.contains("case Closed -> 400"));
    baton.awaitState(key, "failed");
    assertThat(baton.standsAt(key)).contains("WithdrawAll");
  }

  private static void faults(String faults) {
    trial.script("{'faults':[" + faults + "]}");
  }

  private static JsonNode attempt(String key) {
    return baton.conversation(key).path("transfers").path(0).path("attempts").path(0);
  }
}
