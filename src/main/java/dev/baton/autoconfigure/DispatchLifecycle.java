package dev.baton.autoconfigure;

import dev.baton.dispatch.Dispatch;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the work before requests come in, and stops it after the last of them was answered but
 * before the engine and the database go.
 */
final class DispatchLifecycle implements SmartLifecycle {

  private static final int BELOW_THE_WEB_SERVER = DEFAULT_PHASE - 8192;

  private final Dispatch dispatch;
  private volatile boolean running;

  DispatchLifecycle(Dispatch dispatch) {
    this.dispatch = dispatch;
  }

  @Override
  public void start() {
    dispatch.start();
    running = true;
  }

  @Override
  public void stop() {
    running = false;
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
