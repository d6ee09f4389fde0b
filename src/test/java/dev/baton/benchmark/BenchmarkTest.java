package dev.baton.benchmark;

import dev.baton.benchmark.Slot.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Measures, and tests nothing: {@code mvn -Pbenchmark test}. See docs/performance.md. */
@Tag("benchmark")
class BenchmarkTest {

  private static final int CALLERS = 8;

  /** Of a core. */
  private static final double MOST_COMPILING = 0.05;

  private static final int LONGEST_WARM_UP = 4;

  private static final Set<String> GROWTH = Set.of("floor", "naive", "baton");

  private static final Set<String> TRANSFER = Set.of("floor", "asyncBefore", "baton");

  private final Settings settings = Settings.read();
  private final Report report = new Report();

  @Test
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void measures() throws Exception {
    Quiet.please();
    List<Variant> variants = new ArrayList<>();
    try (PostgresServer postgres = new PostgresServer(Report.DIRECTORY);
        BotProcess bot = new BotProcess();
        Calls calls = new Calls(bot.url())) {
      about(postgres);
      try {
        for (String name : settings.variants()) {
          variants.add(variant(name, postgres.database(name.toLowerCase(Locale.ROOT)), calls, bot));
        }
        measure(variants, postgres, bot);
      } finally {
        report.write();
        variants.forEach(Variant::close);
      }
    }
  }

  private static Variant variant(String name, Database database, Calls calls, BotProcess bot) {
    return switch (name) {
      case "floor" -> new Floor(database, calls);
      case "naive" -> EnginePeer.naive(database, calls);
      case "asyncBefore" -> EnginePeer.asyncBefore(database, calls);
      case "external" -> new ExternalPeer(database, calls);
      case "baton" -> new BatonVariant(database, bot.url());
      default -> throw new IllegalArgumentException("There is no variant " + name);
    };
  }

  private void about(PostgresServer postgres) {
    report.about("cores", Runtime.getRuntime().availableProcessors());
    report.about("memory of the JVM, MB", Runtime.getRuntime().maxMemory() >> 20);
    report.about("Java", Runtime.version());
    report.about("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    report.about(
        "PostgreSQL", postgres.version() + ", durable, " + Settings.CONNECTIONS + " connections");
    report.about("settings", settings);
  }

  private void measure(List<Variant> variants, PostgresServer postgres, BotProcess bot) {
    Meter meter = new Meter(postgres, bot);
    Load load = new Load(meter, bot);
    if (settings.parts().contains("size")) {
      report.add(new Sizes(load, settings.waiting()).measure(variants));
    }
    warmUp(variants, postgres, meter, load);
    if (settings.parts().contains("load")) {
      for (int round = 0; round < settings.rounds(); round++) {
        takeTurns(variants, settings.slots(), load, settings.slot());
      }
      takeTurns(variants, settings.delayed(), load, settings.slot().multipliedBy(2));
    }
    report.about("nobody there, a second", idle(meter, variants));
    if (settings.parts().contains("transfer")) {
      transfer(named(variants, TRANSFER), postgres, load);
    }
    if (settings.parts().contains("growth")) {
      report.add(
          new Growth(load, settings.growth(), CALLERS, settings.slot())
              .measure(named(variants, GROWTH)));
    }
    if (settings.parts().contains("push")) {
      for (Variant baton : named(variants, Set.of("baton"))) {
        report.add(new Push((BatonVariant) baton, load, bot).measure(settings.pushes()));
      }
    }
  }

  private static List<Variant> named(List<Variant> variants, Set<String> names) {
    return variants.stream().filter(variant -> names.contains(variant.name())).toList();
  }

  /** For the JIT; and statements are counted, which would cost too much while time matters. */
  private void warmUp(List<Variant> variants, PostgresServer postgres, Meter meter, Load load) {
    for (Kind kind : List.of(Kind.TURN, Kind.WHOLE)) {
      Slot slot = new Slot(kind, CALLERS, 0);
      for (Variant variant : variants) {
        compile(variant, slot, meter, load);
        postgres.countStatements(true);
        report.statements(variant.name(), load.measure(variant, slot, settings.slot()), kind);
        postgres.countStatements(false);
      }
    }
    // Plans that were made for empty tables are kept until statistics are taken; the database does
    // so after a minute or two, and not in the middle of a slot.
    variants.forEach(variant -> variant.database().execute("analyze"));
  }

  /** How long the JIT has most to do is the machine's matter. */
  private void compile(Variant variant, Slot slot, Meter meter, Load load) {
    Duration most = settings.warmUp().multipliedBy(LONGEST_WARM_UP);
    Duration each = settings.warmUp();
    Duration passed = Duration.ZERO;
    double compiling = 1;
    while (compiling > MOST_COMPILING && passed.compareTo(most) < 0) {
      double before = meter.compilers();
      load.measure(variant, slot, each);
      compiling = (meter.compilers() - before) / each.toMillis();
      passed = passed.plus(each);
      each = settings.warmUp().dividedBy(LONGEST_WARM_UP);
    }
    report.warm(variant.name(), slot.kind(), passed, compiling);
  }

  /** What the applications do by themselves is in everybody's costs. */
  private static String idle(Meter meter, List<Variant> variants) {
    Database any = variants.get(0).database();
    Meter.Reading before = meter.read(any);
    Load.sleep(2_000);
    Meter.Reading used = meter.read(any).minus(before);
    return "JVM %.1f + PostgreSQL %.1f ms"
        .formatted(used.jvm() / used.wall() * 1000, used.postgres() / used.wall() * 1000);
  }

  private void takeTurns(List<Variant> variants, List<Slot> slots, Load load, Duration length) {
    for (Slot slot : slots) {
      for (Variant variant : variants) {
        report.add(variant.name(), slot, load.measure(variant, slot, length));
      }
    }
  }

  private void transfer(List<Variant> variants, PostgresServer postgres, Load load) {
    Slot slot = new Slot(Kind.TRANSFER, CALLERS, 0);
    for (Variant variant : variants) {
      postgres.countStatements(true);
      report.statements(
          variant.name(), load.transfer(variant, slot, settings.transfers()), Kind.TRANSFER);
      postgres.countStatements(false);
    }
    for (int round = 0; round < settings.rounds(); round++) {
      for (Variant variant : variants) {
        report.add(variant.name(), slot, load.transfer(variant, slot, settings.transfers()));
      }
    }
  }
}
