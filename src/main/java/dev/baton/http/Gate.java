package dev.baton.http;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Stands before one system that is called: lets through as many calls as the system takes, and none
 * while it is known to be down. Thread-safe; holds no thread while a call waits for its turn.
 */
public interface Gate {

  /**
   * Makes the call when its turn comes. Learns from a failure that is a {@link SystemFault} whether
   * the system is down.
   *
   * @return what the call answers, or a {@link NotTriedException} when the system is known to be
   *     down
   */
  <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call);

  /** Stands open, whatever happens behind it. */
  static Gate open() {
    return new Gate() {
      @Override
      public <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call) {
        return call.get();
      }
    };
  }
}
