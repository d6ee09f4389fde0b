package dev.baton.engine.plugin;

import dev.baton.engine.BotConversation;
import dev.baton.engine.CustomerInbox;
import java.util.List;
import java.util.Set;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.history.event.HistoricFormPropertyEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricVariableUpdateEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoryEvent;
import org.camunda.bpm.engine.impl.history.handler.HistoryEventHandler;

/** Keeps what customers write out of the engine's history, whatever its level. */
final class WithoutCustomersWords implements HistoryEventHandler {

  private static final Set<String> WORDS =
      Set.of(
          BotConversation.TEXT.name(),
          BotConversation.VARIABLES.name(),
          CustomerInbox.CHOICE_ID.name());

  private final HistoryEventHandler next;

  WithoutCustomersWords(HistoryEventHandler next) {
    this.next = next;
  }

  @Override
  public void handleEvent(HistoryEvent event) {
    if (!hasWords(event)) {
      next.handleEvent(event);
    }
  }

  @Override
  public void handleEvents(List<HistoryEvent> events) {
    next.handleEvents(events.stream().filter(event -> !hasWords(event)).toList());
  }

  private static boolean hasWords(HistoryEvent event) {
    return ((event instanceof HistoricVariableUpdateEventEntity variable
                && WORDS.contains(variable.getVariableName()))
            || (event instanceof HistoricFormPropertyEventEntity form
                && WORDS.contains(form.getPropertyId())))
        && isOurs(event);
  }

  private static boolean isOurs(HistoryEvent event) {
    return CustomerInbox.KEY.equals(event.getProcessDefinitionKey())
        || (event.getProcessDefinitionId() != null
            && Context.getProcessEngineConfiguration()
                    .getDeploymentCache()
                    .findDeployedProcessDefinitionById(event.getProcessDefinitionId())
                    .getProperty(BatonParse.OPENS_CONVERSATION)
                != null);
  }
}
