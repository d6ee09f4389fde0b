package dev.baton.autoconfigure;

import dev.baton.dispatch.Dispatch;
import dev.baton.engine.plugin.Timers;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the work before requests come in, and stops it after the last of them was answered but
 * before the engine and the database go.
 */
final class DispatchLifecycle implements SmartLifecycle {

  static final int BELOW_THE_WEB_SERVER = DEFAULT_PHASE - 8192;

  private static final Duration FOR_TIMERS = Duration.ofSeconds(5);

  private final Dispatch dispatch;
  private final Timers timers;
  private volatile boolean running;

  DispatchLifecycle(Dispatch dispatch, Timers timers) {
    this.dispatch = dispatch;
    this.timers = timers;
  }

  @Override
  public void start() {
    dispatch.start();
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    timers.stop(FOR_TIMERS);
    dispatch.stop();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return BELOW_THE_WEB_SERVER;
  }
}
