package dev.baton.api;

import dev.baton.conversation.ChangesElsewhere;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Looks every so often for what other nodes committed. Thread-safe. */
final class Elsewhere implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(Elsewhere.class);

  /** A change on another node is seen after this time. */
  private static final Duration EVERY = Duration.ofMillis(250);

  private final ChangesElsewhere changes;
  private @Nullable ScheduledExecutorService clock;

  Elsewhere(ChangesElsewhere changes) {
    this.changes = changes;
  }

  private void look() {
    try {
      changes.look();
    } catch (RuntimeException e) {
      LOG.warn("Changes on other nodes cannot be looked for.", e);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // A look lets no failure out.
  public synchronized void start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            runnable -> {
              Thread thread = new Thread(runnable, "baton-elsewhere");
              thread.setDaemon(true);
              return thread;
            });
    started.scheduleWithFixedDelay(
        this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    clock = started;
  }

  @Override
  public synchronized void stop() {
    if (clock != null) {
      clock.shutdownNow();
      clock = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return clock != null;
  }

  /** Stops after the web server, which lets requests finish that may wait for another node. */
  @Override
  public int getPhase() {
    return DEFAULT_PHASE - 8192;
  }
}
