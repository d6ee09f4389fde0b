package dev.baton.benchmark;

import java.util.List;

/** How much a conversation takes that waits for its customer. To be measured in empty tables. */
final class Sizes {

  private final Load load;
  private final int waiting;

  Sizes(Load load, int waiting) {
    this.load = load;
    this.waiting = waiting;
  }

  Table measure(List<Variant> variants) {
    Table table =
        new Table(
            "Bytes per waiting conversation, with indexes (of %,d)".formatted(waiting),
            "variant",
            "Camunda's history",
            "all else",
            "together");
    for (Variant variant : variants) {
      Database database = variant.database();
      database.execute("vacuum");
      long history = database.bytes(true);
      long rest = database.bytes(false);
      load.begin(variant, waiting);
      database.execute("vacuum");
      history = (database.bytes(true) - history) / waiting;
      rest = (database.bytes(false) - rest) / waiting;
      table.row(
          variant.name(),
          Table.number((double) history),
          Table.number((double) rest),
          Table.number((double) (history + rest)));
    }
    return table;
  }
}
