package dev.baton.conversation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Work of one kind that several threads have at the same time. Whoever comes while nobody is at it
 * begins at once, alone; whoever comes meanwhile is taken along by the next. So transactions become
 * fewer and larger the more there is to do, and nobody waits for company; nor for long for one who
 * hangs. Thread-safe.
 *
 * @param <T> what a thread has to do
 * @param <R> what comes of it
 */
final class Gathering<T, R> {

  /** How many are done at once at most. */
  static final int MOST = 16;

  private static final int LONGEST_WAIT_MS = 2000;

  private final Function<List<T>, List<R>> work;
  private final Deque<Entry<T, R>> waiting = new ArrayDeque<>();
  private boolean busy;

  /**
   * Nobody yet.
   *
   * @param work does it for some at once, and answers in their order; what it throws each of them
   *     gets
   */
  Gathering(Function<List<T>, List<R>> work) {
    this.work = work;
  }

  private static final class Entry<T, R> {

    final T item;

    /** Completes with whether this thread is the next to work. */
    final CompletableFuture<Boolean> called = new CompletableFuture<>();

    @Nullable R result;
    @Nullable RuntimeException failure;

    Entry(T item) {
      this.item = item;
    }

    // What was done has a result or a failure.
    @SuppressWarnings("NullAway")
    R outcome() {
      if (failure != null) {
        throw failure;
      }
      return result;
    }
  }

  /** Has it done; returns when it is. */
  R join(T item) {
    Entry<T, R> mine = new Entry<>(item);
    synchronized (waiting) {
      waiting.add(mine);
      if (!busy) {
        busy = true;
        mine.called.complete(true);
      }
    }
    if (isLeft(mine)) {
      work(List.of(mine));
    } else if (mine.called.join()) {
      lead();
    }
    return mine.outcome();
  }

  /** Whether nobody has come to it for so long that whoever is at work must hang. */
  private boolean isLeft(Entry<T, R> mine) {
    try {
      mine.called.get(LONGEST_WAIT_MS, TimeUnit.MILLISECONDS);
      return false;
    } catch (TimeoutException e) {
      synchronized (waiting) {
        return !mine.called.isDone() && waiting.remove(mine);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void lead() {
    List<Entry<T, R>> some = new ArrayList<>();
    synchronized (waiting) {
      while (some.size() < MOST && !waiting.isEmpty()) {
        some.add(waiting.remove());
      }
    }
    try {
      work(some);
    } finally {
      callNext();
      some.forEach(entry -> entry.called.complete(false));
    }
  }

  private void callNext() {
    synchronized (waiting) {
      Entry<T, R> next = waiting.peek();
      busy = next != null;
      if (next != null) {
        next.called.complete(true);
      }
    }
  }

  private void work(List<Entry<T, R>> some) {
    try {
      List<R> results = work.apply(some.stream().map(entry -> entry.item).toList());
      for (int i = 0; i < some.size(); i++) {
        some.get(i).result = results.get(i);
      }
    } catch (RuntimeException e) {
      some.forEach(entry -> entry.failure = e);
    } catch (Error e) {
      some.forEach(entry -> entry.failure = new IllegalStateException(e));
      throw e;
    }
  }
}
