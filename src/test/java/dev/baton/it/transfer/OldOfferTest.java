package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.dispatch.RetryPolicy;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An offer that could not be taken back in time is taken back in the background: what goes on
 * meanwhile must not wait for that, and must not be taken for the old offer.
 */
class OldOfferTest {

  private static final String QUEUE = Simulator.DEMO_QUEUE_ID;

  /** Soon after each other, for longer than the test takes. */
  @Configuration(proxyBeanMethods = false)
  static class ManyTries {

    @Bean
    RetryPolicy manyTries() {
      return new RetryPolicy(Collections.nCopies(1000, Duration.ofMillis(200)));
    }
  }

  @Test
  void theTalkAndTheNextTransferGoOnWhileAnOldOfferIsTakenBack() {
    try (Trial trial =
        Trial.startWith(
            ManyTries.class,
            "baton.transfer.after-failure=back-to-bot",
            "baton.transfer.reserve=2s")) {
      Baton baton = trial.baton;
      trial.script(
          """
          {'queues':{'%s':{'agents':[]}},
           'faults':[{'match':{'body':'Closed','times':0},
                      'then':{'status':500,'error':'UNABLE_TO_LOCK_ROW'}}]}"""
              .formatted(QUEUE));
      trial.begin("old", "patience", "PT1S");
      baton.write("old", "m1", "3");
      String first = trial.awaitCase("old", 1);
      Trial.until(
          "the bot knows",
          () -> baton.conversation("old"),
          now -> now.path("transfers").path(0).path("report").asText().equals("failed"));
      baton.awaitAt("old", "WaitForCustomer");
      baton.awaitUnderWay("old", "target-withdraw");

      assertThat(baton.write("old", "m2", "1").path("messages").path(0).path("text").asText())
          .isEqualTo("Your order is on its way and arrives tomorrow.");
      assertThat(baton.standsAt("old")).containsExactly("WaitForCustomer");
      trial.change(
          "{'queues':{'%s':{'agents':[{'id':'005xx0000000001AAA','does':'accept'}]}}}"
              .formatted(QUEUE));
      baton.write("old", "m3", "3");
      baton.awaitState("old", "transferred");
      baton.awaitUnderWay("old", "target-withdraw");

      trial.change("{'faults':[]}");
      trial.awaitNothingLeft("old");
      List<String> cases = trial.cases("old");
      assertThat(cases).hasSize(2).startsWith(first);
      assertThat(status(trial, cases.get(0))).isEqualTo("Closed");
      assertThat(status(trial, cases.get(1))).isNotEqualTo("Closed");
      assertThat(trial.trail("old"))
          .containsSubsequence(
              "transferFailed Error", "text", "text", "case", "transferSucceeded", "end Transfer");
    }
  }

  private static String status(Trial trial, String caseId) {
    return trial.get("/services/data/v63.0/sobjects/Case/" + caseId).path("Status").asText();
  }
}
