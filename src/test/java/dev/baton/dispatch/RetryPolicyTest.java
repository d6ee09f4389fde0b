package dev.baton.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

  private final RetryPolicy policy = RetryPolicy.defaults();

  @Test
  void aBusySessionIsLeftInPeaceForAsLongAsItAsks() {
    assertThat(policy.next(0, asking(Duration.ofSeconds(30))))
        .hasValueSatisfying(
            wait -> assertThat(wait).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(36)));
  }

  @Test
  void aServerThatAsksForADayIsNotWaitedForInSilence() {
    assertThat(policy.next(0, asking(Duration.ofDays(1)))).contains(Duration.ofMinutes(10));
  }

  @Test
  void aServerThatAsksForNothingIsNotHammered() {
    assertThat(policy.next(2, asking(Duration.ZERO)))
        .hasValueSatisfying(wait -> assertThat(wait).isGreaterThanOrEqualTo(Duration.ofSeconds(5)));
  }

  @Test
  void triesAreUsedUp() {
    int last = policy.delays().size() - 1;
    assertThat(policy.next(last, asking(null))).isPresent();
    assertThat(policy.next(last + 1, asking(null))).isEmpty();
  }

  private static Fault asking(@Nullable Duration retryAfter) {
    return new Fault("HTTP 423", true, false, retryAfter, false, Fault.Kind.FAILED);
  }
}
