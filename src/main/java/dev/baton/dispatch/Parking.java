package dev.baton.dispatch;

import dev.baton.conversation.Orders;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This node's orders that wait because their system is down. One of them at a time is let go to ask
 * the system; once it answers, the others follow, oldest first and not all at once. Thread-safe;
 * that an order waits is written down by who brings it here.
 */
final class Parking {

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Gates gates;
  private final Orders orders;
  private final LongConsumer submit;
  private final BiConsumer<Runnable, Duration> schedule;
  private final Duration look;
  private final Duration drain;
  private final Map<String, Lot> lots = new ConcurrentHashMap<>();

  /**
   * An empty one.
   *
   * @param submit where orders are let go to
   * @param schedule does something after a while, on a thread that may read and write
   */
  Parking(
      Gates gates, Orders orders, LongConsumer submit, BiConsumer<Runnable, Duration> schedule) {
    this.gates = gates;
    this.orders = orders;
    this.submit = submit;
    this.schedule = schedule;
    GateSettings settings = gates.settings();
    this.look = settings.probeEvery().compareTo(LOOK) < 0 ? settings.probeEvery() : LOOK;
    this.drain = Duration.ofSeconds(1).dividedBy(settings.drainPerSecond());
  }

  void park(String system, long orderId) {
    lots.computeIfAbsent(system, Lot::new).park(orderId);
  }

  /** Whether an order waits here. */
  boolean holds(long orderId) {
    return lots.values().stream().anyMatch(lot -> lot.ids.contains(orderId));
  }

  private final class Lot {

    private final String system;
    private final SystemGate gate;
    private final NavigableSet<Long> ids = new ConcurrentSkipListSet<>();
    private long lastProbe;
    private Instant told = Instant.EPOCH;
    private boolean looking;

    Lot(String system) {
      this.system = system;
      this.gate = gates.gate(system);
    }

    synchronized void park(long orderId) {
      ids.add(orderId);
      if (!looking) {
        looking = true;
        told = gate.askedAgainAt();
        schedule.accept(this::look, look);
      }
    }

    private void look() {
      Duration next = look;
      try {
        if (gate.isOpen()) {
          next = drain;
          letGo(ids.pollFirst());
        } else if (gate.admits()) {
          letGo(probe());
        } else {
          tell();
        }
      } finally {
        again(next);
      }
    }

    private synchronized void again(Duration next) {
      looking = !ids.isEmpty();
      if (looking) {
        schedule.accept(this::look, next);
      }
    }

    private void letGo(@Nullable Long orderId) {
      if (orderId != null) {
        submit.accept(orderId);
      }
    }

    /** Not always the same: it may be the one that brings its system down. */
    private @Nullable Long probe() {
      Long next = ids.higher(lastProbe);
      Long probe = next == null ? ids.pollFirst() : next;
      if (probe != null) {
        ids.remove(probe);
        lastProbe = probe;
      }
      return probe;
    }

    private void tell() {
      Instant askedAgainAt = gate.askedAgainAt();
      if (askedAgainAt.isAfter(told)) {
        orders.parkedUntil(system, askedAgainAt);
        told = askedAgainAt;
      }
    }
  }
}
