package dev.baton.simulator;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs short actions later, on one thread of its own. */
final class Alarm implements AutoCloseable {

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "simulator-alarm");
            thread.setDaemon(true);
            return thread;
          });

  /** Must not wait: all other actions would. */
  void in(long delayMs, Runnable action) {
    try {
      var unused = clock.schedule(action, delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // The simulator is being closed: nobody waits for this any more.
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
