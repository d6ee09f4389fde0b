package dev.baton.dispatch;

import dev.baton.http.Gate;
import dev.baton.salesforce.SalesforceTarget;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The gates before all systems that this node calls, by the systems' names. Thread-safe. */
public final class Gates {

  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final GateSettings settings;
  private final Map<String, SystemGate> gates = new ConcurrentHashMap<>();

  /** Gates that stand open. */
  public Gates(GateSettings settings) {
    this.settings = settings;
  }

  /** The gate before a system. */
  public Gate before(String system) {
    return gate(system);
  }

  GateSettings settings() {
    return settings;
  }

  SystemGate gate(String system) {
    return gates.computeIfAbsent(system, this::create);
  }

  private SystemGate create(String system) {
    if (!system.equals(SalesforceTarget.SYSTEM)) {
      return new SystemGate(system, settings, settings.callsAtOnce(), null);
    }
    RateLimiter rate =
        RateLimiter.of(
            system,
            RateLimiterConfig.custom()
                .limitForPeriod(settings.orgCallsPerSecond())
                .limitRefreshPeriod(Duration.ofSeconds(1))
                .timeoutDuration(FOR_EVER)
                .build());
    return new SystemGate(system, settings, settings.orgCallsAtOnce(), rate);
  }
}
