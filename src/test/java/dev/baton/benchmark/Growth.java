package dev.baton.benchmark;

import dev.baton.benchmark.Slot.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Turns while ever more conversations wait, besides those that were left over before. */
final class Growth {

  private final Load load;
  private final List<Integer> sizes;
  private final Slot slot;
  private final Duration length;

  /**
   * Grows.
   *
   * @param sizes how many wait, ascending
   */
  Growth(Load load, List<Integer> sizes, int callers, Duration length) {
    this.load = load;
    this.sizes = sizes;
    this.slot = new Slot(Kind.TURN, callers, 0);
    this.length = length;
  }

  Table measure(List<Variant> variants) {
    Table table =
        new Table(
            "A turn while others wait, %d callers".formatted(slot.callers()),
            "variant",
            "waiting",
            "rows of each",
            "p50 ms",
            "/ at first",
            "p99 ms",
            "CPU ms");
    for (Variant variant : variants) {
      Copies copies = new Copies(variant.database());
      String key = load.begin(variant, 1).get(0);
      int waiting = 0;
      double first = Double.NaN;
      for (int size : sizes) {
        long rows = copies.make(key, waiting, size);
        Sample sample = load.measure(variant, slot, length);
        double p50 = sample.get(Metric.P50);
        first = Double.isNaN(first) ? p50 : first;
        table.row(
            variant.name(),
            String.format(Locale.ROOT, "%,d", size),
            Table.number((double) rows / Math.max(1, size - waiting)),
            Table.number(p50),
            Table.number(p50 / first),
            Table.number(sample.get(Metric.P99)),
            Table.number(sample.get(Metric.CPU)));
        waiting = size;
      }
    }
    return table;
  }
}
