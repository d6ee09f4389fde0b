package dev.baton.autoconfigure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Whether requests are to be sent to this node. It is not asked before the tables are migrated and
 * the engine is started, since the web server opens after that. A node that is told to stop says
 * that it is not ready while it still serves, for a while. Costs no look into the database.
 */
public final class Readiness
    implements ApplicationListener<ContextClosedEvent>, ApplicationContextAware {

  private final BooleanSupplier working;
  private final BooleanSupplier alive;
  private final Duration drain;
  private volatile boolean stopping;

  @SuppressWarnings("NullAway.Init") // Spring sets it before anything else.
  private ApplicationContext own;

  /**
   * Of this node.
   *
   * @param working whether calls are made and offers are watched
   * @param alive whether the node could tell the database so lately: otherwise others take its work
   * @param drain how long to serve on when told to stop
   */
  Readiness(BooleanSupplier working, BooleanSupplier alive, Duration drain) {
    this.working = working;
    this.alive = alive;
    this.drain = drain;
  }

  /** Whether requests are to be sent to this node. */
  public boolean isReady() {
    return !stopping && working.getAsBoolean() && isAlive();
  }

  /** Whether the other nodes still count on this one: it renewed its lease in time. */
  public boolean isAlive() {
    return alive.getAsBoolean();
  }

  @Override
  public void setApplicationContext(ApplicationContext context) {
    own = context;
  }

  /** Comes before anything is stopped. */
  @Override
  public void onApplicationEvent(ContextClosedEvent event) {
    if (event.getApplicationContext() != own) {
      return;
    }
    stopping = true;
    try {
      TimeUnit.NANOSECONDS.sleep(drain.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
