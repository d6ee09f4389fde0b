package dev.baton.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is measured, and for how long: {@code -Dbenchmark=quick} or {@code full}, and of that {@code
 * -Dbenchmark.NAME=...} differently.
 *
 * @param variants in the order in which they take turns
 * @param parts of load, transfer, size, growth and push
 * @param slots what is measured of each variant in every round
 * @param delayed the same with a slow bot, in one round only, for twice as long
 * @param slot how long each takes
 * @param warmUp how long each variant has each kind of load before the first round, up to four
 *     times as long if the JIT needs it, and one slot more in which statements are counted
 * @param transfers how many conversations are transferred in a slot of that kind
 * @param waiting how many conversations wait for "bytes per waiting conversation"
 * @param growth how many conversations wait while turns are measured beside them
 * @param pushes how many acceptances are told
 */
record Settings(
    List<String> variants,
    Set<String> parts,
    List<Slot> slots,
    List<Slot> delayed,
    int rounds,
    Duration slot,
    Duration warmUp,
    int transfers,
    int waiting,
    List<Integer> growth,
    int pushes) {

  /** What each variant has of them. */
  static final int CONNECTIONS = Integer.getInteger("benchmark.connections", 16);

  static Settings read() {
    boolean quick = text("benchmark", "full").equals("quick");
    return new Settings(
        list("variants", "floor,naive,asyncBefore,external,baton").toList(),
        Set.copyOf(list("parts", "load,transfer,size,growth,push").toList()),
        slots(
            "slots",
            quick
                ? "turn@8,whole@8,turn@64,whole@64"
                : "turn@1,turn@8,turn@64,whole@1,whole@8,whole@64"),
        slots(
            "delayed",
            quick
                ? "turn@64+50"
                : "turn@64+50,whole@64+50,turn@256+50,whole@256+50,turn@1000+500,whole@1000+500"),
        number("rounds", quick ? 1 : 3),
        Duration.ofMillis(number("slotMs", quick ? 2_000 : 6_000)),
        Duration.ofMillis(number("warmUpMs", quick ? 2_000 : 60_000)),
        number("transfers", quick ? 60 : 200),
        number("waiting", quick ? 300 : 2_000),
        list("growth", quick ? "0,2000" : "0,10000,100000").map(Integer::valueOf).toList(),
        number("pushes", quick ? 20 : 200));
  }

  private static List<Slot> slots(String name, String otherwise) {
    return list(name, otherwise).map(Slot::parse).toList();
  }

  private static Stream<String> list(String name, String otherwise) {
    return Stream.of(text("benchmark." + name, otherwise).split(","))
        .filter(item -> !item.isBlank());
  }

  private static int number(String name, int otherwise) {
    return Integer.getInteger("benchmark." + name, otherwise);
  }

  private static String text(String name, String otherwise) {
    return System.getProperty(name, otherwise);
  }
}
