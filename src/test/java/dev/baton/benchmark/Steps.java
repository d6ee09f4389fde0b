package dev.baton.benchmark;

import dev.baton.benchmark.Calls.Reply;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What the tasks of benchmark/conversation.xml do: from the process's variables to those that it
 * changes.
 */
final class Steps {

  private final Calls calls;

  Steps(Calls calls) {
    this.calls = calls;
  }

  /** By the names that the model has for them. */
  Map<String, UnaryOperator<Map<String, Object>>> byName() {
    return Map.of(
        "start", this::start,
        "say", this::say,
        "offer", this::offer,
        "succeeded", this::succeeded,
        "end", this::end);
  }

  private Map<String, Object> start(Map<String, Object> variables) {
    Reply reply = calls.start();
    return Map.of("session", reply.session(), "sequence", 0, "reply", reply.messages());
  }

  private Map<String, Object> say(Map<String, Object> variables) {
    int sequence = number(variables, "sequence") + 1;
    Reply reply = calls.say(text(variables, "session"), sequence, text(variables, "text"));
    return reply.targets().isEmpty()
        ? Map.of("sequence", sequence, "reply", reply.messages(), "escalated", false)
        : Map.of(
            "sequence",
            sequence,
            "reply",
            reply.messages(),
            "escalated",
            true,
            "targets",
            String.join(",", reply.targets()),
            "asked",
            0);
  }

  private Map<String, Object> offer(Map<String, Object> variables) {
    int asked = number(variables, "asked");
    String target = List.of(text(variables, "targets").split(",", -1)).get(asked);
    boolean accepted = calls.offer(target, text(variables, "session"));
    return Map.of("accepted", accepted, "asked", asked + 1);
  }

  private Map<String, Object> succeeded(Map<String, Object> variables) {
    int sequence = number(variables, "sequence") + 1;
    calls.succeeded(text(variables, "session"), sequence);
    return Map.of("sequence", sequence);
  }

  private Map<String, Object> end(Map<String, Object> variables) {
    calls.end(text(variables, "session"));
    return Map.of();
  }

  private static String text(Map<String, Object> variables, String name) {
    return (String) Objects.requireNonNull(variables.get(name));
  }

  private static int number(Map<String, Object> variables, String name) {
    return (Integer) Objects.requireNonNull(variables.get(name));
  }
}
