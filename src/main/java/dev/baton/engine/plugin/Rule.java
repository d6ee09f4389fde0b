package dev.baton.engine.plugin;

import dev.baton.engine.Signal;
import dev.baton.engine.TaskType;
import dev.baton.engine.TaskType.Form;
import dev.baton.engine.plugin.Model.Part;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is refused when a process is deployed: only what certainly does not work. The words are for
 * whoever modelled it.
 */
enum Rule {
  TOPIC_OF_NOBODY("A topic that is one of Baton's but for a slip.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return topics(model)
          .filter(part -> TaskType.ofTopic(topic(part)).isEmpty())
          .flatMap(
              part ->
                  nearest(topic(part), TaskType.all(Form.TOPIC).map(TaskType::written))
                      .map(
                          meant ->
                              new Mistake(
                                  part,
                                  "The topic '%s' is none of Baton's: '%s' is meant."
                                      .formatted(topic(part), meant)))
                      .stream());
    }
  },

  TOPIC_AS_EXPRESSION("One of Baton's topics inside of an expression.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return topics(model)
          .filter(part -> topic(part).matches(".*[$#]\\{.*"))
          .filter(
              part ->
                  TaskType.all(Form.TOPIC).anyMatch(type -> topic(part).contains(type.written())))
          .map(
              part ->
                  new Mistake(
                      part, "Baton reads a topic when the process is deployed: write it plainly."));
    }
  },

  TOPIC_ELSEWHERE("One of Baton's topics on anything but a service or send task.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return topics(model)
          .filter(part -> !part.is("serviceTask", "sendTask"))
          .filter(part -> TaskType.ofTopic(topic(part)).isPresent())
          .map(
              part ->
                  new Mistake(
                      part,
                      "The topic '%s' belongs on a service task or a send task."
                          .formatted(topic(part))));
    }
  },

  NO_SUCH_BEAN("A bean with the prefix `baton` that there is not.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return model
          .parts()
          .flatMap(
              part ->
                  part.beans().stream()
                      .distinct()
                      .filter(bean.negate())
                      .map(name -> new Mistake(part, noSuchBean(name))));
    }
  },

  BEAN_AS_EXPRESSION("The bean of a step as expression or class: it would never be called.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return model
          .parts()
          .flatMap(
              part ->
                  Stream.of("expression", "class")
                      .map(part::camunda)
                      .filter(Objects::nonNull)
                      .flatMap(
                          value ->
                              TaskType.all(Form.BEAN)
                                  .filter(type -> value.contains(type.written())))
                      .map(
                          type ->
                              new Mistake(
                                  part,
                                  "Write ${%s} as delegate expression; as it stands it is not called."
                                      .formatted(type.written()))));
    }
  },

  ASYNC("Asynchronous continuations at a step that calls somebody: it never blocks.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return model
          .steps()
          .filter(part -> type(model, part).form() == Form.TOPIC)
          .filter(part -> async(part, "async", "asyncBefore", "asyncAfter"))
          .map(
              part ->
                  new Mistake(
                      part,
                      "'%s' waits by itself: remove asyncBefore and asyncAfter."
                          .formatted(type(model, part).label())));
    }
  },

  RESULT_LOST("`asyncAfter` at a step whose result lasts only until the next wait state.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return model
          .steps()
          .filter(part -> type(model, part).form() == Form.BEAN && type(model, part).passes())
          .filter(part -> async(part, "asyncAfter"))
          .map(
              part ->
                  new Mistake(
                      part,
                      "The result of '%s' (%s) does not outlive asyncAfter: remove it."
                          .formatted(
                              type(model, part).label(),
                              type(model, part).sets().stream()
                                  .filter(data -> data.variable().transientOnly())
                                  .map(data -> data.variable().name())
                                  .collect(Collectors.joining(", ")))));
    }
  },

  STEP_MISSING("A step without the steps that it needs before it, anywhere in the process.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      if (!model.opensConversation()) {
        return model.steps().map(part -> missing(model, part, TaskType.OPEN_CONVERSATION));
      }
      return model
          .steps()
          .flatMap(
              part ->
                  type(model, part).needs().stream()
                      .filter(needed -> !model.has(needed))
                      .map(needed -> missing(model, part, needed)));
    }
  },

  OFFER_TO_NOBODY("An offer that is not repeated over the round's offers.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return model
          .steps()
          .filter(part -> type(model, part) == TaskType.TARGET_OFFER)
          .filter(
              part ->
                  part.outward()
                      .flatMap(around -> around.child("multiInstanceLoopCharacteristics").stream())
                      .noneMatch(Rule::overTheRound))
          .map(
              part ->
                  new Mistake(
                      part,
                      "An offer needs a multi-instance (its own, or that of a subprocess around it)"
                          + " with the collection ${batonRoundOffers.of(execution)} and the element"
                          + " variable offer."));
    }
  },

  UNDO_IN_LOOP("A compensation event at a step in a loop: the engine keeps one for every turn.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return model
          .steps()
          .filter(
              part ->
                  model
                      .parts()
                      .filter(event -> event.is("boundaryEvent"))
                      .filter(event -> part.id().equals(event.attribute("attachedToRef")))
                      .anyMatch(event -> event.child("compensateEventDefinition").isPresent()))
          .filter(model::inLoop)
          .map(
              part ->
                  new Mistake(
                      part,
                      "'%s' is in a loop: its compensation event would be kept, and run, once for"
                              .formatted(type(model, part).label())
                          + " every turn."));
    }
  },

  START_TAKEN("A start by one of Baton's messages.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      boolean inbox =
          model.parts().anyMatch(part -> part.beans().stream().anyMatch(INBOX::contains));
      return model
          .parts()
          .filter(Rule::startsTheProcess)
          .flatMap(
              part ->
                  model
                      .message(part)
                      .filter(name -> Signal.messages().contains(name) || (taken(name) && !inbox))
                      .map(
                          name ->
                              new Mistake(
                                  part,
                                  "The message %s is for conversations that run: it cannot start a"
                                          .formatted(name)
                                      + " process. Start it by its key."))
                      .stream());
    }
  },

  MESSAGE_OF_CHANNELS(
      "Waiting for a message that channels send to Baton, instead of Baton's own.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return model.opensConversation()
          ? model
              .parts()
              .filter(part -> !startsTheProcess(part))
              .flatMap(
                  part ->
                      model
                          .message(part)
                          .flatMap(Signal::ofChannels)
                          .map(
                              signal ->
                                  new Mistake(
                                      part,
                                      "The message %s goes to Baton: wait for %s."
                                          .formatted(signal.fromChannels(), signal.message())))
                          .stream())
          : Stream.empty();
    }
  },

  MESSAGE_OF_NOBODY("Waiting for a message that is one of Baton's but for a slip.") {
    @Override
    Stream<Mistake> broken(Model model, Predicate<String> bean) {
      return model.opensConversation()
          ? model
              .parts()
              .flatMap(
                  part ->
                      model
                          .message(part)
                          .filter(name -> !taken(name))
                          .flatMap(
                              name ->
                                  nearest(name, Signal.messages().stream())
                                      .map(
                                          meant ->
                                              new Mistake(
                                                  part,
                                                  "Nobody sends the message '%s': '%s' is meant."
                                                      .formatted(name, meant))))
                          .stream())
          : Stream.empty();
    }
  };

  /** A mistake in a process, in words, and where it is. */
  record Mistake(Part where, String words) {}

  /** What the processes call besides steps. */
  private static final List<String> OTHER_BEANS =
      List.of("batonRoundOffers", "batonCustomerSilent");

  private static final List<String> INBOX =
      List.of("batonHoldMessage", "batonPassOnLeave", "batonCancelTransfer");

  private final String forbids;

  Rule(String forbids) {
    this.forbids = forbids;
  }

  /** What it forbids. */
  String forbids() {
    return forbids;
  }

  /**
   * Where a process breaks it.
   *
   * @param bean whether there is a bean of a name
   */
  abstract Stream<Mistake> broken(Model model, Predicate<String> bean);

  private static TaskType type(Model model, Part step) {
    return model.step(step).orElseThrow();
  }

  /** External tasks, in processes that have to do with Baton. */
  private static Stream<Part> topics(Model model) {
    boolean ours = model.opensConversation() || model.steps().findAny().isPresent();
    return model
        .parts()
        .filter(part -> part.camunda("topic") != null)
        .filter(part -> ours || TaskType.ofTopic(topic(part)).isPresent());
  }

  private static String topic(Part part) {
    return Objects.requireNonNullElse(part.camunda("topic"), "");
  }

  private static boolean async(Part part, String... flags) {
    return Stream.concat(Stream.of(part), part.child("multiInstanceLoopCharacteristics").stream())
        .anyMatch(on -> Stream.of(flags).anyMatch(flag -> on.isCamunda(flag, "true")));
  }

  private static Mistake missing(Model model, Part part, TaskType needed) {
    String written =
        needed.form() == Form.BEAN ? "${" + needed.written() + "}" : "topic " + needed.written();
    return new Mistake(
        part,
        "'%s' needs the step '%s' (%s) before it; this process has none."
            .formatted(type(model, part).label(), needed.label(), written));
  }

  private static boolean overTheRound(Part loop) {
    String collection = loop.camunda("collection");
    return collection != null
        && collection.contains("batonRoundOffers.of(")
        && loop.isCamunda("elementVariable", "offer");
  }

  private static boolean startsTheProcess(Part definition) {
    Part event = definition.parent();
    return event != null
        && event.is("startEvent")
        && event.parent() != null
        && event.parent().is("process");
  }

  private static boolean taken(String message) {
    return Signal.messages().contains(message) || Signal.ofChannels(message).isPresent();
  }

  private static String noSuchBean(String name) {
    Stream<String> known =
        Stream.concat(
            TaskType.all(Form.BEAN).map(TaskType::written),
            Stream.concat(OTHER_BEANS.stream(), INBOX.stream()));
    return "There is no bean '%s'%s."
        .formatted(
            name, nearest(name, known).map(meant -> ": '" + meant + "' is meant").orElse(""));
  }

  /** The name that somebody meant who wrote another, if it is another by a slip only. */
  private static Optional<String> nearest(String written, Stream<String> known) {
    String plain = plain(written);
    return known
        .filter(name -> distance(plain, plain(name)) <= (name.length() < 10 ? 1 : 2))
        .min((a, b) -> distance(plain, plain(a)) - distance(plain, plain(b)));
  }

  private static String plain(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
  }

  /** How many letters are to be added, left out or changed to make one of the other. */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[other.length()];
  }
}
