package dev.baton.api;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The few threads that read what channels wait for; each takes a connection while it does.
 * Thread-safe.
 */
final class Readers implements Executor, AutoCloseable {

  private final ThreadPoolExecutor threads;

  /**
   * Threads that exist while there is something to read.
   *
   * @param count how many at most
   */
  Readers(int count) {
    this.threads =
        new ThreadPoolExecutor(
            count,
            count,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            runnable -> {
              Thread thread = new Thread(runnable, "baton-readers");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable read) {
    try {
      threads.execute(read);
    } catch (RejectedExecutionException e) {
      // The application stops: nobody waits for it any more.
      if (!threads.isShutdown()) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
