package dev.baton.engine.plugin;

import dev.baton.engine.Signal;
import dev.baton.engine.TaskType;
import dev.baton.engine.plugin.Model.Part;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.camunda.bpm.engine.impl.util.xml.Element;

/**
 * The loop of a talk, seen from where it waits for the customer: wait, take the next message, send
 * it to the bot, and wait again when the talk goes on. It is plain when a process in it does and
 * shows nothing but that.
 */
final class TalkLoop {

  private static final Pattern SILENCE = Pattern.compile("[$#]\\{\\s*silence\\s*}");
  private static final Pattern MESSAGE_WAITING = Pattern.compile("[$#]\\{\\s*messageWaiting\\s*}");
  private static final String OVER = "botSaid\\s*==\\s*['\"](escalated|ended|gone)['\"]";
  private static final Pattern TALK_OVER =
      Pattern.compile("[$#]\\{\\s*%1$s(\\s*\\|\\|\\s*%1$s)*\\s*}".formatted(OVER));

  private final Model model;
  private final Part wait;

  TalkLoop(Model model, Part wait) {
    this.model = model;
    this.wait = wait;
  }

  boolean isPlain() {
    return model.message(wait).filter(Signal.ARRIVED.message()::equals).isPresent()
        && wait.is("receiveTask")
        && isPlain(wait)
        && events(wait).allMatch(TalkLoop::isSilence)
        && model.parts().noneMatch(part -> part.is("conditionalEventDefinition"))
        && only(wait).filter(this::isLoop).isPresent();
  }

  private boolean isLoop(Element begins) {
    Optional<Part> take = step(begins, TaskType.TAKE_NEXT_MESSAGE);
    Optional<Part> any = take.flatMap(this::only).flatMap(flow -> to(flow, "exclusiveGateway"));
    if (any.isEmpty() || !isPlain(any.get())) {
      return false;
    }
    Optional<Element> none = byDefault(any.get());
    List<Element> some = others(any.get(), none);
    if (none.isEmpty() || !leadsTo(none.get(), wait) || some.size() != 1) {
      return false;
    }
    Optional<Part> send =
        says(some.get(0), MESSAGE_WAITING)
            ? step(some.get(0), TaskType.BOT_MESSAGE)
            : Optional.empty();
    Optional<Part> said = send.flatMap(this::only).flatMap(flow -> to(flow, "exclusiveGateway"));
    if (said.isEmpty() || !isPlain(said.get())) {
      return false;
    }
    Optional<Element> goesOn = byDefault(said.get());
    return goesOn.isPresent()
        && leadsTo(goesOn.get(), take.get())
        && others(said.get(), goesOn).stream().allMatch(flow -> says(flow, TALK_OVER));
  }

  /** The step that a flow leads to, if it is this one, and plain. */
  private Optional<Part> step(Element flow, TaskType type) {
    return to(flow, "serviceTask")
        .filter(part -> model.step(part).filter(type::equals).isPresent())
        .filter(part -> isPlain(part) && events(part).findAny().isEmpty());
  }

  /** Whether nothing is said of an element but what it is: no listener, no mapping, no job. */
  private static boolean isPlain(Part part) {
    return part.element().elements().stream()
            .map(Element::getTagName)
            .allMatch(List.of("documentation", "incoming", "outgoing")::contains)
        && Stream.of("asyncBefore", "asyncAfter", "async").allMatch(a -> part.camunda(a) == null)
        && part.camunda("resultVariable") == null;
  }

  private static boolean isSilence(Part event) {
    return !"false".equals(event.attribute("cancelActivity"))
        && event
            .child("timerEventDefinition")
            .flatMap(timer -> timer.child("timeDuration"))
            .filter(time -> SILENCE.matcher(time.element().getText().strip()).matches())
            .isPresent();
  }

  private Stream<Part> events(Part activity) {
    return model
        .parts()
        .filter(part -> part.is("boundaryEvent"))
        .filter(part -> activity.id().equals(part.attribute("attachedToRef")));
  }

  private List<Element> flows(Part from) {
    return scope().elements("sequenceFlow").stream()
        .filter(flow -> from.id().equals(flow.attribute("sourceRef")))
        .toList();
  }

  /** The only flow out of an activity, if it has no condition. */
  private Optional<Element> only(Part from) {
    List<Element> flows = flows(from);
    return flows.size() == 1 && isBare(flows.get(0)) ? Optional.of(flows.get(0)) : Optional.empty();
  }

  private Optional<Element> byDefault(Part gateway) {
    return flows(gateway).stream()
        .filter(flow -> flow.attribute("id", "").equals(gateway.attribute("default")))
        .filter(TalkLoop::isBare)
        .findFirst();
  }

  private List<Element> others(Part gateway, Optional<Element> byDefault) {
    return flows(gateway).stream()
        .filter(flow -> byDefault.filter(flow::equals).isEmpty())
        .toList();
  }

  private static boolean isBare(Element flow) {
    return flow.elements().stream().map(Element::getTagName).allMatch("documentation"::equals);
  }

  private static boolean says(Element flow, Pattern condition) {
    return flow.elements("extensionElements").isEmpty()
        && flow.elements("conditionExpression").stream()
            .anyMatch(says -> condition.matcher(says.getText().strip()).matches());
  }

  private Optional<Part> to(Element flow, String tag) {
    return model.parts().filter(part -> part.is(tag) && leadsTo(flow, part)).findFirst();
  }

  private static boolean leadsTo(Element flow, Part part) {
    return part.id().equals(flow.attribute("targetRef"));
  }

  private Element scope() {
    Part scope = wait.parent();
    return scope == null ? wait.element() : scope.element();
  }
}
