package dev.baton.app;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes that request bodies may hold in memory at the same time. Thread-safe. */
final class BodyBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  BodyBudget(long limit) {
    this.limit = limit;
  }

  /** Reserves bytes; false, and nothing reserved, if that would exceed the limit. */
  boolean reserve(long bytes) {
    if (used.addAndGet(bytes) <= limit) {
      return true;
    }
    release(bytes);
    return false;
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }
}
