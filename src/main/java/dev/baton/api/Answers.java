package dev.baton.api;

import dev.baton.conversation.Changes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for answers of the bot, with no thread and no connection held meanwhile. Thread-safe.
 *
 * <p>Who is told of a change reads on a thread of its own, never on the one that tells: that one is
 * still at the end of its transaction and holds its connection.
 */
final class Answers {

  /** For so long, what comes by itself is waited for without a look at what other nodes did. */
  private static final Duration HERE = Duration.ofSeconds(3);

  private final Changes changes;
  private final Duration limit;
  private final Executor readers;

  /**
   * Waits for changes.
   *
   * @param limit how long at most
   * @param readers on whose threads answers are read
   */
  Answers(Changes changes, Duration limit, Executor readers) {
    this.changes = changes;
    this.limit = limit;
    this.readers = readers;
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

  /**
   * As {@link #await(String, Supplier, Predicate)}, but what is waited for may come by itself, and
   * mostly does so soon: until then nothing is read.
   *
   * @param told completes with it, or empty when it has to be read; it may never
   */
  <T> CompletableFuture<T> await(
      String key, CompletableFuture<Optional<T>> told, Supplier<T> read, Predicate<T> pending) {
    long deadline = System.nanoTime() + limit.toNanos();
    Supplier<CompletableFuture<T>> lookedUp = () -> look(key, read, pending, deadline);
    return told.isDone()
        ? known(told, lookedUp)
        : CompletableFuture.anyOf(
                told, changes.nextHere(key, limit.compareTo(HERE) < 0 ? limit : HERE))
            .thenCompose(
                changed ->
                    // Only reading needs a thread that may.
                    known(
                        told,
                        () ->
                            CompletableFuture.completedFuture(key)
                                .thenComposeAsync(again -> lookedUp.get(), readers)));
  }

  private static <T> CompletableFuture<T> known(
      CompletableFuture<Optional<T>> told, Supplier<CompletableFuture<T>> otherwise) {
    return told.getNow(Optional.empty())
        .map(CompletableFuture::completedFuture)
        .orElseGet(otherwise);
  }

  private <T> CompletableFuture<T> look(
      String key, Supplier<T> read, Predicate<T> pending, long deadline) {
    long left = deadline - System.nanoTime();
    Duration wait = Duration.ofNanos(Math.max(0, left));
    // Asked for before reading: a change between the two must not be missed.
    CompletableFuture<Void> change = changes.next(key, wait);
    T value = read.get();
    if (left <= 0 || !pending.test(value)) {
      return CompletableFuture.completedFuture(value);
    }
    return change.thenComposeAsync(changed -> look(key, read, pending, deadline), readers);
  }
}
