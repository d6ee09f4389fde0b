package dev.baton.autoconfigure;

import dev.baton.conversation.Retention;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Removes what was kept for long enough, at the start and every hour, in small transactions. */
final class CleanUp implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(CleanUp.class);
  private static final long EVERY_MINUTES = 60;

  private final Retention retention;
  private @Nullable ScheduledExecutorService thread;

  CleanUp(Retention retention) {
    this.retention = retention;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // The action reports its failures itself.
  public synchronized void start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            runnable -> {
              Thread own = new Thread(runnable, "baton-clean-up");
              own.setDaemon(true);
              return own;
            });
    started.scheduleWithFixedDelay(() -> remove(started), 0, EVERY_MINUTES, TimeUnit.MINUTES);
    thread = started;
  }

  private void remove(ScheduledExecutorService own) {
    try {
      boolean more = true;
      while (more && !own.isShutdown()) {
        more = retention.removeSome();
      }
    } catch (RuntimeException e) {
      LOG.warn("Old conversations cannot be removed now; it is tried again in an hour.", e);
    }
  }

  @Override
  public synchronized void stop() {
    if (thread == null) {
      return;
    }
    thread.shutdown();
    try {
      thread.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread = null;
  }

  @Override
  public synchronized boolean isRunning() {
    return thread != null;
  }

  @Override
  public int getPhase() {
    return DispatchLifecycle.BELOW_THE_WEB_SERVER;
  }
}
