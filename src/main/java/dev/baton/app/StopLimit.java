package dev.baton.app;

import dev.baton.autoconfigure.Readiness;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * Ends a process that is told to stop and has no lease any more.
 *
 * <p>Without its database, the web server, the engine and the connection pool wait one after the
 * other for connections, for minutes. They can store nothing: other nodes take over what this one
 * owned, as after a crash. Also limits what is left to do once the lease is given back.
 */
final class StopLimit implements ApplicationListener<ContextClosedEvent>, Ordered {

  private static final Logger LOG = LoggerFactory.getLogger(StopLimit.class);
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int LOOK_MILLIS = 100;

  @Override
  public void onApplicationEvent(ContextClosedEvent event) {
    Readiness readiness = event.getApplicationContext().getBean(Readiness.class);
    Thread thread = new Thread(() -> haltWithoutLease(readiness), "baton-stop-limit");
    thread.setDaemon(true);
    thread.start();
  }

  private static void haltWithoutLease(Readiness readiness) {
    long alive = System.nanoTime();
    try {
      while (System.nanoTime() - alive < LIMIT.toNanos()) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        if (readiness.isAlive()) {
          alive = System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      return;
    }
    LOG.warn(
        "The process ends now: it has had no lease in the database for {} s, so that other nodes"
            + " take over its work.",
        LIMIT.toSeconds());
    Runtime.getRuntime().halt(1);
  }

  /** Before the listener that serves on for a while. */
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }
}
