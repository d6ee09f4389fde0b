package dev.baton.engine.plugin;

import dev.baton.engine.TaskType.Form;
import dev.baton.engine.TokenEvents;
import dev.baton.engine.plugin.Model.Part;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.camunda.bpm.engine.impl.bpmn.parser.BpmnParse;
import org.camunda.bpm.engine.impl.bpmn.parser.BpmnParser;
import org.camunda.bpm.engine.impl.persistence.entity.ProcessDefinitionEntity;
import org.camunda.bpm.engine.impl.pvm.process.ActivityImpl;
import org.camunda.bpm.engine.impl.util.xml.Element;

/**
 * Reads a process. Who opens a conversation in it gets the end of the conversation without
 * modelling it; who uses Baton's steps wrongly is told, with everything else that is wrong with the
 * file.
 */
final class BatonParse extends BpmnParse {

  /** Marks the definitions whose instances are conversations. */
  static final String OPENS_CONVERSATION = "baton.opens-conversation";

  /** Marks the activities that wait for the customer while Baton does the talking. */
  static final String RESTS = "baton.rests";

  /** Marks what a conversation only passes, and what its history leaves out. */
  static final String PASSED = "baton.passed";

  private final Supplier<TokenEvents> events;
  private final Predicate<String> bean;

  BatonParse(BpmnParser parser, Supplier<TokenEvents> events, Predicate<String> bean) {
    super(parser);
    this.events = events;
    this.bean = bean;
  }

  @Override
  public ProcessDefinitionEntity parseProcess(Element process) {
    ProcessDefinitionEntity definition = super.parseProcess(process);
    Model model = new Model(process, rootElement);
    if (model.opensConversation()) {
      definition.setProperty(OPENS_CONVERSATION, true);
      // Built in, since start instructions come with a switch that skips other listeners.
      definition.addBuiltInListener(
          ExecutionListener.EVENTNAME_START, (ExecutionListener) BatonParse::started);
      definition.addListener(
          ExecutionListener.EVENTNAME_END,
          (ExecutionListener) execution -> events.get().conversationOver(execution));
      model.parts().filter(model::rests).map(Part::id).forEach(id -> rests(definition, id));
      model
          .parts()
          .flatMap(part -> passed(model, part).stream())
          .forEach(id -> pass(definition, id));
    }
    // What was deployed once must stay readable, whatever rules came since: instances of it run.
    if (deployment.isNew()) {
      for (Rule rule : Rule.values()) {
        rule.broken(model, bean)
            .forEach(
                mistake ->
                    addError(mistake.words(), mistake.where().element(), mistake.where().id()));
      }
    }
    return definition;
  }

  /**
   * Only with start instructions has an instance its activity instance id before its start
   * listeners run: {@code PvmExecutionImpl.startWithoutExecuting}.
   */
  private static void started(DelegateExecution execution) {
    if (execution.getActivityInstanceId() != null) {
      TokenEvents.refuseStartInstructions();
    }
  }

  /**
   * Baton's steps that only look into Baton's tables. In Baton's own process also start events,
   * gateways and the bodies of multi-instance steps. They would be most of a conversation's
   * history, and do not say where it waited.
   */
  private static Optional<String> passed(Model model, Part part) {
    if (model.step(part).filter(step -> step.form() == Form.BEAN).isPresent()
        || (model.isOurs() && part.is("startEvent", "exclusiveGateway"))) {
      return Optional.of(part.id());
    }
    Part several = part.is("multiInstanceLoopCharacteristics") ? part.parent() : null;
    return several != null && model.isOurs()
        ? Optional.of(getIdForMiBody(several.id()))
        : Optional.empty();
  }

  private static void pass(ProcessDefinitionEntity definition, String id) {
    ActivityImpl activity = definition.findActivity(id);
    if (activity != null) {
      activity.setProperty(PASSED, true);
    }
  }

  private void rests(ProcessDefinitionEntity definition, String id) {
    ActivityImpl wait = definition.findActivity(id);
    wait.setProperty(RESTS, true);
    wait.addListener(
        ExecutionListener.EVENTNAME_START,
        (ExecutionListener) execution -> events.get().rests(execution));
    wait.addListener(
        ExecutionListener.EVENTNAME_END,
        (ExecutionListener) execution -> events.get().restsNoMore(execution));
  }
}
