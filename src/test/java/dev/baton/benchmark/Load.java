package dev.baton.benchmark;

import dev.baton.benchmark.Meter.Reading;
import dev.baton.benchmark.Slot.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Customers, a thread each, who keep a variant busy for a while. */
final class Load {

  private static final Logger LOG = LoggerFactory.getLogger(Load.class);

  private static final int BEGINNERS = 16;
  private static final int FEWEST_CONVERSATIONS = 100;
  private static final int TURNS_IN_A_ROW = 20;
  private static final int TURNS_BEFORE_TRANSFER = 4;
  private static final Duration LONGEST_START = Duration.ofSeconds(30);
  private static final AtomicLong KEYS = new AtomicLong();

  private final Meter meter;
  private final BotProcess bot;

  Load(Meter meter, BotProcess bot) {
    this.meter = meter;
    this.bot = bot;
  }

  /** Begins conversations, which then wait for their customers. */
  List<String> begin(Variant variant, int count) {
    List<String> keys =
        Stream.generate(() -> variant.name() + "-" + KEYS.incrementAndGet()).limit(count).toList();
    Queue<String> open = new ConcurrentLinkedQueue<>(keys);
    join(
        start(
            BEGINNERS,
            caller -> {
              for (String key = open.poll(); key != null; key = open.poll()) {
                variant.begin(key);
              }
            }));
    return keys;
  }

  /** Transfers conversations, and measures that. */
  Sample transfer(Variant variant, Slot slot, int count) {
    Run run = new Run(variant, slot, begin(variant, count));
    Reading before = meter.read(variant.database());
    run.measuring = true;
    join(start(slot.callers(), caller -> run.transferAll()));
    Reading used = meter.read(variant.database()).minus(before);
    return run.sample(used, count, count, used.wall());
  }

  /** Measures a slot of turns, or of whole conversations. */
  Sample measure(Variant variant, Slot slot, Duration length) {
    List<String> begun =
        slot.kind() == Kind.TURN
            ? begin(variant, Math.max(slot.callers(), FEWEST_CONVERSATIONS))
            : List.of();
    Run run = new Run(variant, slot, begun);
    bot.delay(slot.delayMs());
    List<Thread> callers = start(slot.callers(), run::keepBusy);
    // With a slow bot, what is measured is the steady state: when the customers are spread, and
    // each was answered once.
    sleep(2 * slot.spreadMs());
    long latest = System.nanoTime() + LONGEST_START.toNanos();
    while (slot.delayMs() > 0 && run.turns.sum() < slot.callers() && System.nanoTime() < latest) {
      sleep(10);
    }
    Reading before = meter.read(variant.database());
    long turnsBefore = run.turns.sum();
    run.measuring = true;
    double ms = length.toMillis();
    sleep(length.toMillis());
    run.over = true;
    long turns = run.turns.sum() - turnsBefore;
    Reading atTheEnd = meter.read(variant.database());
    run.measuring = slot.delayMs() == 0;
    bot.delay(0);
    join(callers);
    if (slot.delayMs() > 0) {
      return run.sample(atTheEnd.minus(before), turns, turns, ms);
    }
    // With a quick one, everything that was begun is finished, and its costs belong to it.
    return run.sample(
        meter.read(variant.database()).minus(before), run.turns.sum() - turnsBefore, turns, ms);
  }

  private static List<Thread> start(int count, IntConsumer work) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int caller = i;
      Thread thread = new Thread(() -> work.accept(caller), "customer-" + i);
      thread.start();
      threads.add(thread);
    }
    return threads;
  }

  private static void join(List<Thread> threads) {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One slot. */
  private static final class Run {

    final LongAdder turns = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final Variant variant;
    private final Slot slot;
    private final BlockingQueue<String> begun;
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    volatile boolean measuring;
    volatile boolean over;

    Run(Variant variant, Slot slot, List<String> begun) {
      this.variant = variant;
      this.slot = slot;
      this.begun = new LinkedBlockingQueue<>(begun);
    }

    void keepBusy(int caller) {
      sleep(slot.spreadMs() * caller / slot.callers());
      while (!over) {
        if (slot.kind() == Kind.TURN) {
          talk();
        } else {
          converse(variant.name() + "-" + KEYS.incrementAndGet());
        }
      }
    }

    private void talk() {
      String key = begun.remove();
      boolean well = true;
      for (int i = 0; i < TURNS_IN_A_ROW && well && !over; i++) {
        well = turn(() -> variant.say(key));
      }
      begun.add(key);
    }

    private void converse(String key) {
      boolean well = attempt(() -> variant.begin(key));
      for (int i = 0; i < TURNS_BEFORE_TRANSFER && well && goesOn(); i++) {
        well = turn(() -> variant.say(key));
      }
      if (well && goesOn() && attempt(() -> variant.transfer(key))) {
        turns.increment();
      }
    }

    /** With a slow bot nobody waits for the end of what was begun. */
    private boolean goesOn() {
      return !over || slot.delayMs() == 0;
    }

    void transferAll() {
      for (String key = begun.poll(); key != null; key = begun.poll()) {
        String next = key;
        turn(() -> variant.transfer(next));
      }
    }

    private boolean turn(Runnable turn) {
      long start = System.nanoTime();
      boolean well = attempt(turn);
      if (well) {
        turns.increment();
        if (measuring) {
          nanos.add(System.nanoTime() - start);
        }
      }
      return well;
    }

    private boolean attempt(Runnable step) {
      try {
        step.run();
        return true;
      } catch (RuntimeException e) {
        if (errors.sum() == 0) {
          LOG.warn("{} {}", variant.name(), slot, e);
        }
        errors.increment();
        return false;
      }
    }

    /**
     * What it was.
     *
     * @param paid the turns that the reading is of
     * @param inTime the turns that were answered within these milliseconds
     */
    Sample sample(Reading used, long paid, long inTime, double ms) {
      double units = paid == 0 ? Double.NaN : (double) paid / slot.kind().turnsPerUnit();
      double[] sorted = nanos.stream().mapToDouble(n -> n / 1e6).sorted().toArray();
      Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
      metrics.put(Metric.CPU, used.cpu() / units);
      metrics.put(Metric.CPU_JVM, used.jvm() / units);
      metrics.put(Metric.CPU_POSTGRES, used.postgres() / units);
      metrics.put(Metric.CPU_BOT, used.bot() / units);
      metrics.put(Metric.RATE, inTime * 1000 / ms);
      metrics.put(Metric.P50, percentile(sorted, 0.50));
      metrics.put(Metric.P99, percentile(sorted, 0.99));
      metrics.put(Metric.STATEMENTS, used.statements() / units);
      metrics.put(Metric.TRANSACTIONS, used.transactions() / units);
      metrics.put(Metric.WAL_BYTES, used.wal() / units);
      metrics.put(Metric.OTHER_CORES, used.otherCores());
      metrics.put(Metric.STOLEN_CORES, used.stolenCores());
      metrics.put(Metric.ERRORS, (double) errors.sum());
      return new Sample(metrics);
    }
  }

  /** Not a number when there is nothing. */
  static double percentile(double[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
  }

  /** The middle one. */
  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(value -> value).toArray();
    Arrays.sort(sorted);
    return percentile(sorted, 0.5);
  }
}
