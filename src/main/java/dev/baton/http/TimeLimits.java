package dev.baton.http;

import java.time.Duration;

/**
 * How long each part of a call may take. A request that could not be begun within lease and connect
 * together is given up as not sent.
 *
 * @param lease waiting for a free connection
 * @param connect opening one, per address
 * @param response silence while the answer is awaited or read
 * @param total the whole call, from {@code send} to the last byte; at least {@code response}
 */
public record TimeLimits(Duration lease, Duration connect, Duration response, Duration total) {

  /** Bot dialogs run Apex and flows, which are slow: 5 s, 5 s, 45 s, 60 s. */
  public static final TimeLimits DEFAULT =
      new TimeLimits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(45),
          Duration.ofSeconds(60));

  public TimeLimits {
    requirePositive("lease", lease);
    requirePositive("connect", connect);
    requirePositive("response", response);
    requirePositive("total", total);
    if (total.compareTo(response) < 0) {
      throw new IllegalArgumentException(
          "total (" + total + ") is below response (" + response + ")");
    }
  }

  private static void requirePositive(String name, Duration value) {
    // HttpClient counts in milliseconds and takes 0 as "no limit".
    if (value.toMillis() <= 0) {
      throw new IllegalArgumentException(name + " must be at least 1 ms, but is " + value);
    }
  }
}
