package dev.baton.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When an order is tried again.
 *
 * @param delays the wait before each further try; when they are used up, the order has failed, or
 *     is tried again after the longest wait for ever if nobody waits for it
 * @param longest the longest wait: a server may ask for a day, and nobody would see that the
 *     conversation stands still
 */
public record RetryPolicy(List<Duration> delays, Duration longest) {

  private static final double JITTER = 0.2;
  private static final Duration LONGEST = Duration.ofMinutes(10);

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

  /** Waits as long as a server asks for, up to ten minutes. */
  public RetryPolicy(List<Duration> delays) {
    this(delays, LONGEST);
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
    Duration wait = Duration.ofMillis(Math.round(longer.toMillis() * factor));
    return Optional.of(wait.compareTo(longest) > 0 ? longest : wait);
  }

  /** How many tries are left after one more failed. */
  int left(int attempts) {
    return Math.max(delays.size() - attempts, 0);
  }
}
