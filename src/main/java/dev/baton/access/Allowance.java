package dev.baton.access;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A rate limit for each of many names. Remembers a bounded number of names; the name that was used
 * least recently is forgotten first and starts with a full allowance. Thread-safe.
 */
public final class Allowance {

  static final int REMEMBERED = 10_000;

  private final RateLimiterConfig config;
  private final Map<String, RateLimiter> limiters =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RateLimiter> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Permits {@code times} uses of each name per {@code period}. */
  public Allowance(int times, Duration period) {
    this.config =
        RateLimiterConfig.custom()
            .limitForPeriod(times)
            .limitRefreshPeriod(period)
            .timeoutDuration(Duration.ZERO)
            .build();
  }

  /** Uses one permission of the name; false if none is left. */
  public boolean use(String name) {
    return limiter(name).acquirePermission();
  }

  /** Whether the name has a permission left. */
  boolean anyLeft(String name) {
    return limiter(name).getMetrics().getAvailablePermissions() > 0;
  }

  private RateLimiter limiter(String name) {
    synchronized (limiters) {
      return limiters.computeIfAbsent(name, unknown -> RateLimiter.of(unknown, config));
    }
  }

  /** The longest time until permissions are renewed. */
  public Duration period() {
    return config.getLimitRefreshPeriod();
  }
}
