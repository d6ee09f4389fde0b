package dev.baton.engine.plugin;

import dev.baton.engine.BotConversation;
import dev.baton.engine.CustomerInbox;
import java.util.List;
import java.util.Set;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.history.event.HistoricActivityInstanceEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricFormPropertyEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricVariableUpdateEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoryEvent;
import org.camunda.bpm.engine.impl.history.handler.HistoryEventHandler;
import org.camunda.bpm.engine.impl.persistence.entity.ProcessDefinitionEntity;
import org.camunda.bpm.engine.impl.pvm.process.ActivityImpl;

/**
 * Keeps customers' words out of the engine's history, whatever its level, and what conversations
 * only pass ({@link BatonParse#PASSED}).
 */
final class ConversationHistory implements HistoryEventHandler {

  private static final Set<String> WORDS =
      Set.of(
          BotConversation.TEXT.name(),
          BotConversation.VARIABLES.name(),
          CustomerInbox.CHOICE_ID.name());

  private final HistoryEventHandler next;

  ConversationHistory(HistoryEventHandler next) {
    this.next = next;
  }

  @Override
  public void handleEvent(HistoryEvent event) {
    if (isKept(event)) {
      next.handleEvent(event);
    }
  }

  @Override
  public void handleEvents(List<HistoryEvent> events) {
    next.handleEvents(events.stream().filter(ConversationHistory::isKept).toList());
  }

  private static boolean isKept(HistoryEvent event) {
    return !(hasWords(event) && isOurs(event)) && !isPassed(event);
  }

  private static boolean hasWords(HistoryEvent event) {
    return (event instanceof HistoricVariableUpdateEventEntity variable
            && WORDS.contains(variable.getVariableName()))
        || (event instanceof HistoricFormPropertyEventEntity form
            && WORDS.contains(form.getPropertyId()));
  }

  private static boolean isOurs(HistoryEvent event) {
    return CustomerInbox.KEY.equals(event.getProcessDefinitionKey())
        || (event.getProcessDefinitionId() != null
            && definition(event).getProperty(BatonParse.OPENS_CONVERSATION) != null);
  }

  private static boolean isPassed(HistoryEvent event) {
    if (!(event instanceof HistoricActivityInstanceEventEntity step)
        || event.getProcessDefinitionId() == null) {
      return false;
    }
    ActivityImpl activity = definition(event).findActivity(step.getActivityId());
    return activity != null && activity.getProperty(BatonParse.PASSED) != null;
  }

  private static ProcessDefinitionEntity definition(HistoryEvent event) {
    return Context.getProcessEngineConfiguration()
        .getDeploymentCache()
        .findDeployedProcessDefinitionById(event.getProcessDefinitionId());
  }
}
