package dev.baton.engine;

import dev.baton.conversation.History;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.camunda.bpm.engine.HistoryService;
import org.camunda.bpm.engine.history.HistoricDecisionInstance;
import org.camunda.bpm.engine.history.HistoricProcessInstance;
import org.camunda.bpm.engine.history.HistoricProcessInstanceQuery;
import org.jspecify.annotations.Nullable;

/** What this engine remembers of conversations' processes. Thread-safe. */
public final class EngineHistory implements History {

  private final HistoryService history;
  private final Predicate<BooleanSupplier> onBatonsAccount;

  /**
   * Of this engine.
   *
   * @param onBatonsAccount does what the caller of the current thread need not have a right to
   */
  public EngineHistory(HistoryService history, Predicate<BooleanSupplier> onBatonsAccount) {
    this.history = history;
    this.onBatonsAccount = onBatonsAccount;
  }

  @Override
  public int forget(String key, @Nullable String processInstanceId) {
    Set<String> ids = new TreeSet<>();
    // Each message that came by the engine's REST interface has an instance of the inbox.
    boolean found =
        onBatonsAccount.test(
            () -> {
              collect(
                  history
                      .createHistoricProcessInstanceQuery()
                      .processInstanceBusinessKey(key)
                      .processDefinitionKeyIn(BotConversation.KEY, CustomerInbox.KEY),
                  ids);
              if (processInstanceId != null) {
                collect(
                    history
                        .createHistoricProcessInstanceQuery()
                        .processInstanceId(processInstanceId),
                    ids);
              }
              ids.forEach(this::forgetDecisions);
              if (!ids.isEmpty()) {
                history.deleteHistoricProcessInstancesIfExists(List.copyOf(ids));
              }
              return !ids.isEmpty();
            });
    return found ? ids.size() : 0;
  }

  /** The engine keeps them apart from the instance in which they were made. */
  private void forgetDecisions(String processInstanceId) {
    history
        .createHistoricDecisionInstanceQuery()
        .processInstanceId(processInstanceId)
        .list()
        .stream()
        .map(HistoricDecisionInstance::getId)
        .forEach(history::deleteHistoricDecisionInstanceByInstanceId);
  }

  private static void collect(HistoricProcessInstanceQuery query, Set<String> ids) {
    query.finished().list().stream().map(HistoricProcessInstance::getId).forEach(ids::add);
  }
}
