package dev.baton.dispatch;

import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Who performs which kind of order. Thread-safe. */
final class Performers {

  private final Map<OrderKind, Performer> byKind = new EnumMap<>(OrderKind.class);

  Performers(List<Performer> performers) {
    performers.forEach(performer -> byKind.put(performer.kind(), performer));
  }

  Performer of(Order order) {
    Performer performer = byKind.get(order.kind());
    if (performer == null) {
      throw new IllegalStateException("Nobody performs orders of kind " + order.kind());
    }
    return performer;
  }
}
