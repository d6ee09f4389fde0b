package dev.baton.engine.plugin;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.camunda.bpm.engine.impl.cfg.IdGenerator;

/**
 * Ids of 18 characters that grow with time: the engine has some fifty of them for a conversation
 * that waits, in rows and in indexes, so that UUIDs would be a quarter of what it keeps. Unique
 * across nodes by a number that each draws when it starts. Thread-safe.
 */
public final class ShortIds implements IdGenerator {

  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final AtomicLong last = new AtomicLong();
  private final String node = digits(new SecureRandom().nextLong() >>> 1, 7);

  /** Up to a million for each millisecond; who needs more runs ahead of the clock. */
  @Override
  public String getNextId() {
    long next = last.updateAndGet(before -> Math.max(before + 1, System.currentTimeMillis() << 20));
    return digits(next, 11) + node;
  }

  private static String digits(long number, int count) {
    char[] digits = new char[count];
    long rest = number;
    for (int i = count - 1; i >= 0; i--) {
      digits[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
      rest /= DIGITS.length();
    }
    return new String(digits);
  }
}
