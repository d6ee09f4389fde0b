package dev.baton.conversation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Work of one kind that several threads have at the same time. What comes while nobody is at it is
 * done at once, alone; what comes meanwhile is done together, next. So transactions become fewer
 * and larger the more there is to do, and nothing waits for company; nor for long for what hangs.
 * Thread-safe.
 *
 * @param <T> what there is to do
 * @param <R> what comes of it
 */
final class Gathering<T, R> {

  /** How many are done at once at most. */
  static final int MOST = 64;

  private static final Duration LOOK = Duration.ofSeconds(2);

  private final ScheduledExecutorService threads;
  private final Function<List<T>, List<R>> work;
  private final Deque<Entry<T, R>> waiting = new ArrayDeque<>();
  private boolean busy;
  private long begun;
  private long begunBefore;

  private record Entry<T, R>(T item, CompletableFuture<R> outcome) {}

  /**
   * Nothing to do yet.
   *
   * @param threads on which what came meanwhile is done; several, as one may hang
   * @param work does it for some at once, and answers in their order; what it throws each of them
   *     gets
   */
  @SuppressWarnings("FutureReturnValueIgnored") // Looking cannot fail.
  Gathering(ScheduledExecutorService threads, Function<List<T>, List<R>> work) {
    this.threads = threads;
    this.work = work;
    threads.scheduleWithFixedDelay(
        this::helpOut, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Has it done by one of the threads. */
  CompletableFuture<R> add(T item) {
    Entry<T, R> mine = new Entry<>(item, new CompletableFuture<>());
    if (isFirst(mine)) {
      start();
    }
    return mine.outcome;
  }

  /** Has it done, by the current thread if nobody is at it; returns when it is. */
  R join(T item) {
    Entry<T, R> mine = new Entry<>(item, new CompletableFuture<>());
    if (isFirst(mine)) {
      work(next());
      if (goesOn()) {
        start();
      }
    }
    try {
      return mine.outcome.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  private boolean isFirst(Entry<T, R> entry) {
    synchronized (waiting) {
      waiting.add(entry);
      boolean first = !busy;
      busy = true;
      return first;
    }
  }

  private boolean goesOn() {
    synchronized (waiting) {
      busy = !waiting.isEmpty();
      return busy;
    }
  }

  private void start() {
    try {
      threads.execute(this::workOn);
    } catch (RejectedExecutionException stopped) {
      workOn();
    }
  }

  private void workOn() {
    while (goesOn()) {
      work(next());
    }
  }

  /** Where nothing was begun since the last look, whoever is at work must hang. */
  private void helpOut() {
    boolean hangs;
    synchronized (waiting) {
      hangs = begun == begunBefore && !waiting.isEmpty();
      begunBefore = begun;
    }
    if (hangs) {
      start();
    }
  }

  private List<Entry<T, R>> next() {
    List<Entry<T, R>> some = new ArrayList<>();
    synchronized (waiting) {
      begun++;
      while (some.size() < MOST && !waiting.isEmpty()) {
        some.add(waiting.remove());
      }
    }
    return some;
  }

  private void work(List<Entry<T, R>> some) {
    try {
      List<R> results = work.apply(some.stream().map(Entry::item).toList());
      for (int i = 0; i < some.size(); i++) {
        some.get(i).outcome.complete(results.get(i));
      }
    } catch (RuntimeException e) {
      some.forEach(entry -> entry.outcome.completeExceptionally(e));
    } catch (Error e) {
      some.forEach(entry -> entry.outcome.completeExceptionally(new IllegalStateException(e)));
    }
  }
}
