package dev.baton.app;

import dev.baton.access.LoginThrottle;
import java.util.HashMap;
import java.util.Map;

/**
 * The bodies of unauthenticated callers that are being read. Their number is limited, in all and
 * for each network, since each holds a thread and memory until it has arrived. Thread-safe.
 */
final class AnonymousBodies {

  private static final int TOTAL = 64;
  private static final int PER_NETWORK = 8;

  private final Map<String, Integer> byNetwork = new HashMap<>();
  private int total;

  /** Takes a place for one body; false if none is free. */
  synchronized boolean enter(String address) {
    String network = LoginThrottle.network(address);
    int own = byNetwork.getOrDefault(network, 0);
    if (total == TOTAL || own == PER_NETWORK) {
      return false;
    }
    total++;
    byNetwork.put(network, own + 1);
    return true;
  }

  synchronized void leave(String address) {
    total--;
    byNetwork.computeIfPresent(
        LoginThrottle.network(address), (network, own) -> own == 1 ? null : own - 1);
  }
}
