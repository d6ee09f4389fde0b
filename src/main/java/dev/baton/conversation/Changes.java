package dev.baton.conversation;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells those who wait on this node that something of a conversation was committed. A signal only:
 * who is told reads for himself what there is. Thread-safe; keeps nothing of a conversation that
 * nobody waits for.
 */
public final class Changes {

  /** Somebody who is told of a conversation's changes until it is closed. */
  public interface Following extends AutoCloseable {
    @Override
    void close();
  }

  private final Map<String, Set<Follower>> followers = new ConcurrentHashMap<>();

  /**
   * Completes at the next change of the conversation, or when the time is over. Ask for it before
   * you read.
   */
  public CompletableFuture<Void> next(String key, Duration atMost) {
    return next(key, true, atMost);
  }

  /**
   * As {@link #next}, for those who wait for what this node does: nobody asks the database on their
   * behalf what other nodes did.
   */
  public CompletableFuture<Void> nextHere(String key, Duration atMost) {
    return next(key, false, atMost);
  }

  private CompletableFuture<Void> next(String key, boolean everywhere, Duration atMost) {
    CompletableFuture<Void> next = new CompletableFuture<>();
    Following following = follow(key, everywhere, () -> next.complete(null));
    return next.completeOnTimeout(null, atMost.toNanos(), TimeUnit.NANOSECONDS)
        .whenComplete((nothing, failure) -> following.close());
  }

  /**
   * Tells of every change of the conversation. Ask for it before you read.
   *
   * @param follower told by the thread that committed, which still has its connection: it must not
   *     do more than pass the word
   */
  public Following follow(String key, Runnable follower) {
    return follow(key, true, follower);
  }

  private Following follow(String key, boolean everywhere, Runnable follower) {
    Follower own = new Follower(key, everywhere, follower);
    followers.compute(
        key,
        (k, others) -> {
          Set<Follower> all = others == null ? ConcurrentHashMap.newKeySet() : others;
          all.add(own);
          return all;
        });
    return own;
  }

  /** Announces a change with the commit of the current transaction, once per transaction. */
  public void afterCommit(String key) {
    // Equal announcements are one: the transaction keeps them in a set.
    TransactionSynchronizationManager.registerSynchronization(new Announcement(this, key));
  }

  /** The conversations in which somebody wants to know what other nodes do, too. */
  Set<String> followedEverywhere() {
    return followers.entrySet().stream()
        .filter(entry -> entry.getValue().stream().anyMatch(follower -> follower.everywhere))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Whether nobody waits for anything. */
  boolean isIdle() {
    return followers.isEmpty();
  }

  /** Tells those who follow the conversation. */
  void tell(String key) {
    followers.getOrDefault(key, Set.of()).forEach(Follower::tell);
  }

  /** Two are never equal, even when the same is told. */
  private final class Follower implements Following {

    private final String key;
    private final boolean everywhere;
    private final Runnable told;

    Follower(String key, boolean everywhere, Runnable told) {
      this.key = key;
      this.everywhere = everywhere;
      this.told = told;
    }

    void tell() {
      told.run();
    }

    @Override
    public void close() {
      followers.computeIfPresent(
          key,
          (k, all) -> {
            all.remove(this);
            return all.isEmpty() ? null : all;
          });
    }
  }

  private record Announcement(Changes changes, String key) implements TransactionSynchronization {
    @Override
    public void afterCommit() {
      changes.tell(key);
    }
  }
}
