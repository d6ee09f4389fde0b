package dev.baton.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.benchmark.Slot.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was measured: all of it as JSON, the medians as tables. */
final class Report {

  static final Path DIRECTORY = Path.of("target", "benchmark").toAbsolutePath();
  private static final String FLOOR = "floor";

  private final ObjectMapper json = new ObjectMapper();
  private final ObjectNode raw = json.createObjectNode();
  private final Map<Slot, Map<String, List<Sample>>> slots = new LinkedHashMap<>();
  private final Map<Kind, Map<String, Double>> statements = new LinkedHashMap<>();
  private final List<Table> tables = new ArrayList<>();

  /** Something about the run. */
  void about(String name, Object value) {
    raw.withObject("/about").put(name, String.valueOf(value));
  }

  void add(String variant, Slot slot, Sample sample) {
    slots
        .computeIfAbsent(slot, s -> new LinkedHashMap<>())
        .computeIfAbsent(variant, v -> new ArrayList<>())
        .add(sample);
    ObjectNode entry = raw.withArray("/slots").addObject();
    entry.put("variant", variant).put("slot", slot.toString());
    sample.metrics().forEach((metric, value) -> entry.put(metric.name(), value));
    System.out.printf(
        "%-12s %-16s %s%n", slot, variant, Table.number(median(slot, variant, Metric.CPU)) + " ms");
  }

  /**
   * A variant has been warmed up.
   *
   * @param compiling what the JIT used of a core in the last part of it
   */
  void warm(String variant, Kind kind, Duration time, double compiling) {
    String told = "%s s, the JIT at %.0f %%".formatted(time.toSeconds(), compiling * 100);
    System.out.printf("warm-up      %-16s %s %s%n", kind, variant, told);
    raw.withObject("/warmUp").withObject("/" + kind).put(variant, told);
  }

  /** From a slot in which statements were counted, and which tells nothing else. */
  void statements(String variant, Sample sample, Kind kind) {
    double count = sample.get(Metric.STATEMENTS);
    statements.computeIfAbsent(kind, k -> new LinkedHashMap<>()).put(variant, count);
    raw.withObject("/statements").withObject("/" + kind).put(variant, count);
  }

  /** A table of what is no slot. */
  void add(Table table) {
    table.writeTo(raw.withArray("/tables"));
    tables.add(table);
  }

  private double median(Slot slot, String variant, Metric metric) {
    List<Sample> samples = slots.getOrDefault(slot, Map.of()).get(variant);
    return samples == null
        ? Double.NaN
        : Load.median(samples.stream().map(sample -> sample.get(metric)).toList());
  }

  private Table table(Slot slot, Iterable<String> variants) {
    Table table =
        new Table(
            title(slot),
            "variant",
            "CPU ms",
            "= JVM + PostgreSQL + bot",
            "CPU / floor",
            slot.kind() == Kind.TRANSFER ? "transfers/s" : "turns/s",
            "/ floor",
            "of ideal",
            "p50 ms",
            "p99 ms",
            "SQL",
            "transactions",
            "WAL kB",
            "WAL / floor",
            "others' cores",
            "errors");
    for (String variant : variants) {
      table.row(
          variant,
          number(slot, variant, Metric.CPU),
          number(slot, variant, Metric.CPU_JVM)
              + " + "
              + number(slot, variant, Metric.CPU_POSTGRES)
              + " + "
              + number(slot, variant, Metric.CPU_BOT),
          ratio(slot, variant, Metric.CPU),
          number(slot, variant, Metric.RATE),
          ratio(slot, variant, Metric.RATE),
          Table.percent(median(slot, variant, Metric.RATE) / slot.idealRate()),
          number(slot, variant, Metric.P50),
          number(slot, variant, Metric.P99),
          Table.number(
              statements.getOrDefault(slot.kind(), Map.of()).getOrDefault(variant, Double.NaN)),
          number(slot, variant, Metric.TRANSACTIONS),
          Table.number(median(slot, variant, Metric.WAL_BYTES) / 1024),
          ratio(slot, variant, Metric.WAL_BYTES),
          number(slot, variant, Metric.OTHER_CORES),
          Long.toString(Math.round(median(slot, variant, Metric.ERRORS))));
    }
    return table;
  }

  private static String title(Slot slot) {
    String what =
        switch (slot.kind()) {
          case TURN -> "customers talk; costs of a turn";
          case WHOLE -> "whole conversations; costs of a conversation";
          case TRANSFER -> "from the escalation to the end; costs of a transfer";
        };
    String bot = slot.delayMs() == 0 ? "" : ", each answer takes %d ms".formatted(slot.delayMs());
    return "`%s`: %d at once, %s%s".formatted(slot, slot.callers(), what, bot);
  }

  private String number(Slot slot, String variant, Metric metric) {
    return Table.number(median(slot, variant, metric));
  }

  private String ratio(Slot slot, String variant, Metric metric) {
    return Table.number(median(slot, variant, metric) / median(slot, FLOOR, metric));
  }

  /** Writes it down, and shows it. */
  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    raw.withObject("/about")
        .properties()
        .forEach(
            about ->
                text.append("- %s: %s\n".formatted(about.getKey(), about.getValue().asText())));
    text.append('\n');
    slots.forEach((slot, variants) -> text.append(table(slot, variants.keySet())));
    tables.forEach(text::append);
    Files.createDirectories(DIRECTORY);
    Files.writeString(DIRECTORY.resolve("benchmark.md"), text);
    json.writerWithDefaultPrettyPrinter()
        .writeValue(DIRECTORY.resolve("benchmark.json").toFile(), raw);
    System.out.println(text);
  }
}
