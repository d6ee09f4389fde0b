package dev.baton.engine.plugin;

import dev.baton.conversation.OrderKind;
import dev.baton.engine.TokenEvents;
import java.util.Optional;
import java.util.function.Supplier;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.camunda.bpm.engine.impl.bpmn.behavior.ExternalTaskActivityBehavior;
import org.camunda.bpm.engine.impl.bpmn.parser.AbstractBpmnParseListener;
import org.camunda.bpm.engine.impl.bpmn.parser.BpmnParse;
import org.camunda.bpm.engine.impl.pvm.process.ActivityImpl;
import org.camunda.bpm.engine.impl.pvm.process.ScopeImpl;
import org.camunda.bpm.engine.impl.util.xml.Element;

/** Gives external tasks with Baton's topics the behaviour that places orders. */
final class OrderParseListener extends AbstractBpmnParseListener {

  private final Supplier<TokenEvents> events;

  OrderParseListener(Supplier<TokenEvents> events) {
    this.events = events;
  }

  @Override
  public void parseServiceTask(Element element, ScopeImpl scope, ActivityImpl activity) {
    serve(element, activity);
  }

  @Override
  public void parseSendTask(Element element, ScopeImpl scope, ActivityImpl activity) {
    serve(element, activity);
  }

  private void serve(Element element, ActivityImpl activity) {
    if (!(activity.getActivityBehavior() instanceof ExternalTaskActivityBehavior external)) {
      return;
    }
    String topic = element.attributeNS(BpmnParse.CAMUNDA_BPMN_EXTENSIONS_NS, "topic");
    Optional<OrderKind> kind = topic == null ? Optional.empty() : OrderKind.ofTopic(topic);
    kind.ifPresent(
        order -> {
          activity.setActivityBehavior(new OrderBehavior(order, external, events));
          activity.addListener(
              ExecutionListener.EVENTNAME_END,
              (ExecutionListener)
                  execution -> {
                    if (execution.isCanceled()) {
                      events.get().cancelled(execution);
                    }
                  });
        });
  }
}
