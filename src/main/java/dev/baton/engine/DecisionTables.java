package dev.baton.engine;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The decision tables that are deployed. */
public interface DecisionTables {

  /**
   * Asks the latest version of a table, in the current transaction, which a failure leaves as it
   * is.
   *
   * @return what the rule says that matches, by output; empty when none does, or there is no such
   *     table
   * @throws RoutingPolicy.Unusable when the table cannot answer
   */
  Optional<Map<String, @Nullable Object>> ask(
      RoutingPolicy.Table table, Map<String, @Nullable Object> input);
}
