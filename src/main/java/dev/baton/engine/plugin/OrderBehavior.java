package dev.baton.engine.plugin;

import dev.baton.conversation.OrderKind;
import dev.baton.engine.EngineToken;
import dev.baton.engine.TokenEvents;
import java.util.function.Supplier;
import org.camunda.bpm.engine.impl.bpmn.behavior.ExternalTaskActivityBehavior;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.core.variable.mapping.value.ConstantValueProvider;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ExternalTaskEntity;
import org.camunda.bpm.engine.impl.pvm.delegate.ActivityExecution;

/**
 * An external task that is created locked, in one insert, together with the order that it stands
 * for. No worker fetches it: the order is handed to this node's dispatcher with the commit.
 */
final class OrderBehavior extends ExternalTaskActivityBehavior {

  private final OrderKind kind;
  private final Supplier<TokenEvents> events;

  OrderBehavior(
      OrderKind kind, ExternalTaskActivityBehavior replaced, Supplier<TokenEvents> events) {
    super(new ConstantValueProvider(kind.topic()), replaced.getPriorityValueProvider());
    this.kind = kind;
    this.events = events;
  }

  @Override
  public void execute(ActivityExecution execution) {
    if (events.get().needsNoCall(kind, execution)) {
      leave(execution);
      return;
    }
    ExecutionEntity entity = (ExecutionEntity) execution;
    long priority =
        Context.getProcessEngineConfiguration()
            .getExternalTaskPriorityProvider()
            .determinePriority(entity, this, null);
    ExternalTaskEntity task = ExternalTaskEntity.createAndInsert(entity, kind.topic(), priority);
    task.lock(EngineToken.WORKER, EngineToken.LOCK);
    events.get().ordered(kind, execution, task.getId());
  }
}
