package dev.baton.api;

import dev.baton.conversation.Changes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for answers of the bot, with no thread and no connection held meanwhile. Thread-safe.
 *
 * <p>Who is told of a change reads on a thread of this class, never on the one that tells: that one
 * is still at the end of its transaction and holds its connection.
 */
final class Answers implements AutoCloseable {

  /** A change on another node, or in a transaction that tells nobody, is seen after this time. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  private final Changes changes;
  private final Duration limit;
  private final ThreadPoolExecutor readers;

  /**
   * Waits for changes.
   *
   * @param limit how long at most
   * @param threads how many answers are read at once; each takes a connection while it is
   */
  Answers(Changes changes, Duration limit, int threads) {
    this.changes = changes;
    this.limit = limit;
    this.readers =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            runnable -> {
              Thread thread = new Thread(runnable, "baton-answers");
              thread.setDaemon(true);
              return thread;
            });
    readers.allowCoreThreadTimeOut(true);
  }

  /** How long an answer is waited for. */
  Duration limit() {
    return limit;
  }

  /**
   * Reads again at every change of the conversation, until nothing is pending or the limit is
   * reached.
   *
   * @return what was read last, pending or not
   */
  <T> CompletableFuture<T> await(String key, Supplier<T> read, Predicate<T> pending) {
    return look(key, read, pending, System.nanoTime() + limit.toNanos());
  }

  private <T> CompletableFuture<T> look(
      String key, Supplier<T> read, Predicate<T> pending, long deadline) {
    // Asked for before reading: a change between the two must not be missed.
    CompletableFuture<Void> change = changes.next(key);
    T value = read.get();
    long left = deadline - System.nanoTime();
    if (left <= 0 || !pending.test(value)) {
      return CompletableFuture.completedFuture(value);
    }
    return change
        .completeOnTimeout(null, Math.min(left, LOOK_AGAIN.toNanos()), TimeUnit.NANOSECONDS)
        .thenComposeAsync(changed -> look(key, read, pending, deadline), readers);
  }

  @Override
  public void close() {
    readers.shutdownNow();
  }
}
