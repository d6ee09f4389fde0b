package dev.baton.salesforce;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What an org told about its set-up, remembered for a while. Faults are not. Thread-safe. */
final class Cached<T> {

  /** Somebody who changes the org's set-up is not made to restart this software. */
  private static final Duration LIFE = Duration.ofMinutes(10);

  private final ConcurrentHashMap<String, Entry<T>> entries = new ConcurrentHashMap<>();
  private final Clock clock;

  Cached(Clock clock) {
    this.clock = clock;
  }

  CompletableFuture<T> get(String key, Supplier<CompletableFuture<T>> source) {
    Entry<T> known = entries.get(key);
    if (known != null && clock.instant().isBefore(known.until())) {
      return CompletableFuture.completedFuture(known.value());
    }
    return source
        .get()
        .thenApply(
            value -> {
              entries.put(key, new Entry<>(value, clock.instant().plus(LIFE)));
              return value;
            });
  }

  private record Entry<T>(T value, Instant until) {}
}
