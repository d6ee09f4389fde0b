package dev.baton.engine.plugin;

import dev.baton.engine.BotConversation;
import dev.baton.engine.CustomerInbox;
import java.util.List;
import java.util.Set;
import org.camunda.bpm.engine.ActivityTypes;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.history.event.HistoricActivityInstanceEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricFormPropertyEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricVariableUpdateEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoryEvent;
import org.camunda.bpm.engine.impl.history.handler.HistoryEventHandler;

/**
 * Keeps out of the engine's history of conversations, whatever its level, what customers write, and
 * what says nothing: where a token went shows in the steps, not in the gateways between them.
 */
final class ConversationHistory implements HistoryEventHandler {

  private static final Set<String> WORDS =
      Set.of(
          BotConversation.TEXT.name(),
          BotConversation.VARIABLES.name(),
          CustomerInbox.CHOICE_ID.name());

  private static final Set<String> PASSED =
      Set.of(
          ActivityTypes.GATEWAY_EXCLUSIVE,
          ActivityTypes.GATEWAY_PARALLEL,
          ActivityTypes.GATEWAY_INCLUSIVE,
          ActivityTypes.MULTI_INSTANCE_BODY);

  private final HistoryEventHandler next;

  ConversationHistory(HistoryEventHandler next) {
    this.next = next;
  }

  @Override
  public void handleEvent(HistoryEvent event) {
    if (!isLeftOut(event)) {
      next.handleEvent(event);
    }
  }

  @Override
  public void handleEvents(List<HistoryEvent> events) {
    next.handleEvents(events.stream().filter(event -> !isLeftOut(event)).toList());
  }

  private static boolean isLeftOut(HistoryEvent event) {
    return (hasWords(event) || isPassed(event)) && isOurs(event);
  }

  private static boolean isPassed(HistoryEvent event) {
    return event instanceof HistoricActivityInstanceEventEntity activity
        && PASSED.contains(activity.getActivityType());
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
            && Context.getProcessEngineConfiguration()
                    .getDeploymentCache()
                    .findDeployedProcessDefinitionById(event.getProcessDefinitionId())
                    .getProperty(BatonParse.OPENS_CONVERSATION)
                != null);
  }
}
