package dev.baton.app;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often everybody may do something in a while. It remembers a bounded number of names: who is
 * forgotten, because so many others came since, begins anew. Thread-safe.
 */
final class Allowance {

  static final int REMEMBERED = 10_000;

  private final RateLimiterConfig config;
  private final Map<String, RateLimiter> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RateLimiter> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** So many times in a while. */
  Allowance(int times, Duration in) {
    this.config =
        RateLimiterConfig.custom()
            .limitForPeriod(times)
            .limitRefreshPeriod(in)
            .timeoutDuration(Duration.ZERO)
            .build();
  }

  /** Uses one of somebody's times; false when none is left. */
  boolean use(String name) {
    return of(name).acquirePermission();
  }

  /** Whether somebody has a time left. */
  boolean anyLeft(String name) {
    return of(name).getMetrics().getAvailablePermissions() > 0;
  }

  private RateLimiter of(String name) {
    synchronized (known) {
      return known.computeIfAbsent(name, unknown -> RateLimiter.of(unknown, config));
    }
  }

  /** After how long there are new ones, at the latest. */
  Duration period() {
    return config.getLimitRefreshPeriod();
  }
}
