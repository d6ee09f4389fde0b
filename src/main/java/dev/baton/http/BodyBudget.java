package dev.baton.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that answers of one host may take together. Each host has its own, so that a flood
 * from one does not refuse the answers of another. Thread-safe.
 */
final class BodyBudget {

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  BodyBudget(long limit) {
    this.limit = limit;
  }

  /** Returns false when that would be too much; nothing is taken then. */
  boolean take(int bytes) {
    if (taken.addAndGet(bytes) <= limit) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }
}
