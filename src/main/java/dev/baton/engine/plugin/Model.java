package dev.baton.engine.plugin;

import dev.baton.engine.BotConversation;
import dev.baton.engine.TaskType;
import dev.baton.engine.TaskType.Form;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.camunda.bpm.engine.impl.bpmn.parser.BpmnParse;
import org.camunda.bpm.engine.impl.util.xml.Element;
import org.jspecify.annotations.Nullable;

/** A process as its file has it, in the terms that Baton's rules are written in. */
final class Model {

  private static final Pattern EXPRESSION = Pattern.compile("[$#]\\{[^}]*}");
  private static final Pattern BEAN = Pattern.compile("\\bbaton[A-Z]\\w*");

  /** An element of the process and the one that it stands in. */
  record Part(Element element, @Nullable Part parent) {

    String tag() {
      return element.getTagName();
    }

    boolean is(String... tags) {
      return List.of(tags).contains(tag());
    }

    @Nullable String attribute(String name) {
      return element.attribute(name);
    }

    @Nullable String camunda(String name) {
      return element.attributeNS(BpmnParse.CAMUNDA_BPMN_EXTENSIONS_NS, name);
    }

    boolean isCamunda(String name, String value) {
      return value.equals(camunda(name));
    }

    /** The id of the element, or of the nearest around it that has one. */
    String id() {
      String id = attribute("id");
      if (id != null) {
        return id;
      }
      return parent == null ? "" : parent.id();
    }

    Optional<Part> child(String tag) {
      return element.elements(tag).stream().findFirst().map(child -> new Part(child, this));
    }

    /** This element and those that it stands in, from the inside out. */
    Stream<Part> outward() {
      return Stream.iterate(this, part -> part != null, Part::parent);
    }

    /** The beans with Baton's prefix that its expressions name. */
    List<String> beans() {
      List<String> beans = new ArrayList<>();
      expressions()
          .flatMap(expression -> BEAN.matcher(expression).results())
          .forEach(bean -> beans.add(bean.group()));
      return beans;
    }

    /** The expressions in its attributes and its text. */
    Stream<String> expressions() {
      Stream<String> values = element.attributes().stream().map(element::attribute);
      return Stream.concat(values, Stream.of(element.getText()))
          .flatMap(value -> EXPRESSION.matcher(value).results())
          .map(MatchResult::group);
    }
  }

  private final List<Part> parts = new ArrayList<>();
  private final Map<String, String> messages = new HashMap<>();

  Model(Element process, Element definitions) {
    collect(new Part(process, null));
    for (Element message : definitions.elements("message")) {
      messages.put(message.attribute("id"), message.attribute("name", ""));
    }
  }

  private void collect(Part part) {
    parts.add(part);
    part.element().elements().forEach(child -> collect(new Part(child, part)));
  }

  Stream<Part> parts() {
    return parts.stream();
  }

  /** The name of the message that an element waits for, if it is one that does. */
  Optional<String> message(Part part) {
    boolean waits =
        part.is("receiveTask") || (part.is("messageEventDefinition") && !throwsIt(part));
    String ref = part.attribute("messageRef");
    return waits && ref != null ? Optional.ofNullable(messages.get(ref)) : Optional.empty();
  }

  private static boolean throwsIt(Part definition) {
    Part event = definition.parent();
    return event != null && event.is("intermediateThrowEvent", "endEvent");
  }

  /** Which of Baton's steps an element is. */
  Optional<TaskType> step(Part part) {
    String topic = part.camunda("topic");
    if (topic != null) {
      return part.is("serviceTask", "sendTask") ? TaskType.ofTopic(topic) : Optional.empty();
    }
    String delegate = part.camunda("delegateExpression");
    if (delegate == null || part.is("executionListener", "taskListener")) {
      return Optional.empty();
    }
    Matcher bean = BEAN.matcher(delegate);
    return bean.find() ? TaskType.ofBean(bean.group()) : Optional.empty();
  }

  /** Baton's steps in the process. */
  Stream<Part> steps() {
    return parts().filter(part -> step(part).isPresent());
  }

  /** Whether the process has the step, or at least names its bean. */
  boolean has(TaskType type) {
    return type.form() == Form.BEAN
        ? parts().anyMatch(part -> part.beans().contains(type.written()))
        : steps().anyMatch(part -> step(part).orElseThrow() == type);
  }

  /** Whether the process is the one that comes with Baton. */
  boolean isOurs() {
    return BotConversation.KEY.equals(parts.get(0).id());
  }

  /** Whether a conversation is opened: the process is one of Baton's kind. */
  boolean opensConversation() {
    return has(TaskType.OPEN_CONVERSATION);
  }

  /**
   * Whether an element waits for the customer in a loop that Baton can go round by itself, because
   * nothing would happen there that anybody could see: take the next message, send it to the bot,
   * wait for the next.
   */
  boolean rests(Part wait) {
    return new TalkLoop(this, wait).isPlain();
  }

  /** Whether sequence flows lead from an activity back to it. */
  boolean inLoop(Part activity) {
    Part scope = activity.parent();
    if (scope == null) {
      return false;
    }
    List<String> reached = new ArrayList<>(List.of(activity.id()));
    for (int i = 0; i < reached.size(); i++) {
      String from = reached.get(i);
      List<String> next =
          Stream.concat(
                  scope.element().elements("sequenceFlow").stream()
                      .filter(flow -> from.equals(flow.attribute("sourceRef")))
                      .map(flow -> flow.attribute("targetRef")),
                  scope.element().elements("boundaryEvent").stream()
                      .filter(event -> from.equals(event.attribute("attachedToRef")))
                      .map(event -> event.attribute("id")))
              .toList();
      if (next.contains(activity.id())) {
        return true;
      }
      next.stream().filter(id -> !reached.contains(id)).forEach(reached::add);
    }
    return false;
  }
}
