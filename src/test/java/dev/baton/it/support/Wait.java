package dev.baton.it.support;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.pollinterval.IterativePollInterval;

/**
 * How tests wait for a condition: often at first, then more rarely, since each look costs an
 * application under test time.
 */
public final class Wait {

  private static final Duration FIRST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMillis(160);

  private Wait() {}

  /** For at most 40 seconds. */
  public static ConditionFactory until(String what) {
    return Awaitility.await(what)
        .atMost(Duration.ofSeconds(40))
        .pollDelay(FIRST)
        .pollInterval(
            IterativePollInterval.iterative(
                last -> last.compareTo(LONGEST) < 0 ? last.multipliedBy(2) : LONGEST, FIRST));
  }
}
