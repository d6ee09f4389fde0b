package dev.baton.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Reads what was used so far: of the processors from /proc, of the disk from PostgreSQL. */
final class Meter {

  /** USER_HZ, which is 100 on every Linux that Java runs on. */
  private static final double MS_PER_TICK = 10;

  /** "C1 CompilerThread0" and others, as Linux shortens them. */
  private static final String COMPILER = " CompilerThre";

  private final PostgresServer postgres;
  private final BotProcess bot;

  Meter(PostgresServer postgres, BotProcess bot) {
    this.postgres = postgres;
    this.bot = bot;
  }

  /**
   * Used so far, times in milliseconds.
   *
   * @param jvm the driver's, in which the variants live, too
   * @param postgres all its processes, also those that are gone
   * @param machine everybody's
   * @param steal what other machines on the same hardware took
   * @param transactions those that wrote something
   * @param statements of one database, while they are counted
   */
  record Reading(
      double wall,
      double jvm,
      double postgres,
      double bot,
      double machine,
      double steal,
      double wal,
      double transactions,
      double statements) {

    Reading minus(Reading before) {
      return new Reading(
          wall - before.wall,
          jvm - before.jvm,
          postgres - before.postgres,
          bot - before.bot,
          machine - before.machine,
          steal - before.steal,
          wal - before.wal,
          transactions - before.transactions,
          statements - before.statements);
    }

    double cpu() {
      return jvm + postgres + bot;
    }

    /** How many cores others were using. */
    double otherCores() {
      return Math.max(0, machine - cpu()) / wall;
    }

    double stolenCores() {
      return steal / wall;
    }
  }

  /**
   * Reads.
   *
   * @param database whose statements are wanted
   */
  Reading read(Database database) {
    List<String> machine = fields(Path.of("/proc/stat"));
    return new Reading(
        System.nanoTime() / 1e6,
        cpu("self", false),
        postgres(),
        cpu(String.valueOf(bot.pid()), false),
        // user, nice, system, irq, softirq
        ticks(machine, 1, 2, 3, 6, 7),
        ticks(machine, 8),
        postgres.walBytes(),
        postgres.transactions(),
        postgres.statements(database));
  }

  /** What the JIT's threads have used so far. */
  double compilers() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      return threads
          .map(thread -> fields(thread.resolve("stat"), COMPILER))
          .filter(fields -> !fields.isEmpty())
          .mapToDouble(fields -> ticks(fields, 13, 14))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private double postgres() {
    String postmaster = String.valueOf(postgres.pid());
    double all = cpu(postmaster, true);
    for (ProcessHandle child : ProcessHandle.of(postgres.pid()).orElseThrow().children().toList()) {
      all += cpu(String.valueOf(child.pid()), false);
    }
    return all;
  }

  /** A process's time; with that of its children that are gone, or without. */
  private static double cpu(String pid, boolean children) {
    List<String> fields = fields(Path.of("/proc", pid, "stat"));
    if (fields.isEmpty()) {
      return 0;
    }
    return children ? ticks(fields, 13, 14, 15, 16) : ticks(fields, 13, 14);
  }

  private static double ticks(List<String> fields, int... which) {
    return Arrays.stream(which).mapToLong(i -> Long.parseLong(fields.get(i))).sum() * MS_PER_TICK;
  }

  private static List<String> fields(Path file) {
    return fields(file, "");
  }

  /**
   * The first line's; none when the process is gone, or another than is wanted. A name with blanks
   * would shift them.
   */
  private static List<String> fields(Path file, String wanted) {
    try {
      String line = Files.readAllLines(file).get(0);
      return line.contains(wanted)
          ? List.of(line.replaceFirst("\\(.*\\)", "name").split(" +"))
          : List.of();
    } catch (NoSuchFileException gone) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
