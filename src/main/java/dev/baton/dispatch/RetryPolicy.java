package dev.baton.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When an order is tried again.
 *
 * @param delays the wait before each further try; when they are used up, the order has failed
 */
public record RetryPolicy(List<Duration> delays) {

  private static final double JITTER = 0.2;

  /** Tries again after 1, 2, 5, 10 and 20 seconds. */
  public static RetryPolicy defaults() {
    return new RetryPolicy(
        List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(20)));
  }

  /** Copies the list. */
  public RetryPolicy {
    delays = List.copyOf(delays);
  }

  /**
   * The wait before the next try, or empty when there is to be none.
   *
   * @param attempts tries that failed before this one
   */
  Optional<Duration> next(int attempts, Fault fault) {
    if (!fault.retryable() || attempts >= delays.size()) {
      return Optional.empty();
    }
    Duration wanted = delays.get(attempts);
    Duration asked = fault.retryAfter();
    Duration longer = asked != null && asked.compareTo(wanted) > 0 ? asked : wanted;
    // Jitter only ever lengthens: a wait that the server asked for is kept.
    double factor = 1 + ThreadLocalRandom.current().nextDouble() * JITTER;
    return Optional.of(Duration.ofMillis(Math.round(longer.toMillis() * factor)));
  }

  /** How many tries are left after one more failed. */
  int left(int attempts) {
    return Math.max(delays.size() - attempts, 0);
  }
}
