package dev.baton.simulator;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** Salesforce ids: 15 case-sensitive characters, or 18 with a checksum of the upper-case ones. */
final class Ids {

  private static final Pattern SHORT = Pattern.compile("[0-9A-Za-z]{15}");
  private static final String CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

  private final Map<String, AtomicLong> counters = new ConcurrentHashMap<>();

  /** The 18-character form of an id, or nothing when it is none (a wrong checksum included). */
  static Optional<String> normalise(String id) {
    String head = id.length() == 18 ? id.substring(0, 15) : id;
    if (!SHORT.matcher(head).matches()) {
      return Optional.empty();
    }
    String full = head + checksum(head);
    return id.length() == 15 || id.equals(full) ? Optional.of(full) : Optional.empty();
  }

  /** Whether both are the same id, however long they are written. */
  static boolean same(String one, String other) {
    return normalise(one).flatMap(id -> normalise(other).map(id::equals)).orElse(false);
  }

  /** A new id of the kind that the three-character prefix stands for. */
  String next(String prefix) {
    long n = counters.computeIfAbsent(prefix, p -> new AtomicLong()).incrementAndGet();
    String head = String.format("%sxx%010d", prefix, n);
    return head + checksum(head);
  }

  private static String checksum(String head) {
    StringBuilder sum = new StringBuilder(3);
    for (int block = 0; block < 15; block += 5) {
      int bits = 0;
      for (int k = 0; k < 5; k++) {
        char c = head.charAt(block + k);
        if (c >= 'A' && c <= 'Z') {
          bits |= 1 << k;
        }
      }
      sum.append(CHECKSUM.charAt(bits));
    }
    return sum.toString();
  }
}
