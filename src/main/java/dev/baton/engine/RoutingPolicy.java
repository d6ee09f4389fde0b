package dev.baton.engine;

import dev.baton.bots.Target;
import dev.baton.transfer.Strategy;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The contract of {@code bpmn/routing-policy.dmn}: what the decisions get and what they may say.
 * Whatever they leave empty is as configured.
 */
public final class RoutingPolicy {

  private RoutingPolicy() {}

  /** Input: the bot's id. */
  static final String BOT = "bot";

  /** Input: the variables that the conversation began with, by name. */
  static final String VARIABLES = "variables";

  /** Input: this moment, a date and time with time zone. */
  static final String NOW = "now";

  /** Input: how many transfers failed since the customer last wrote to the bot. */
  static final String FAILURES = "failures";

  /** Input: the bot's targets, a list of {@link #TARGET}. */
  static final String TARGETS = "targets";

  /**
   * Input, of {@link Table#TARGET} only: the target, with {@code type}, {@code value}, {@code
   * availability} (available, unavailable, unknown), {@code attempts} (how often it was offered the
   * conversation in earlier transfers) and {@code lastOutcome} (null if never).
   */
  static final String TARGET = "target";

  /** {@code "ordered"} or {@code "race"}. */
  static final Output<Strategy> STRATEGY =
      new Output<>("strategy", "\"ordered\" or \"race\"", RoutingPolicy::strategy);

  /** How long the customer waits at most. */
  static final Output<Duration> DEADLINE =
      new Output<>(
          "deadline", "a duration above zero such as \"PT5M\"", value -> positive(value, false));

  /** How much later than the one before each target of a race is asked. */
  static final Output<Duration> HEDGE =
      new Output<>("hedge", "a duration such as \"PT10S\"", value -> positive(value, true));

  /** What follows when nobody takes the session. */
  static final Output<Boolean> AFTER_FAILURE =
      new Output<>("afterFailure", "\"end\" or \"back-to-bot\"", RoutingPolicy::backToBot);

  /** Targets that are asked beside those of the bot. */
  static final Output<List<Target>> ADD =
      new Output<>(
          "add",
          "a list such as [{type: \"Salesforce:Core:Queue:Id\", value: \"00G...\"}]",
          RoutingPolicy::targets);

  /** When somebody will be there again, for the bot. */
  static final Output<LocalDateTime> OPENS_AT =
      new Output<>(
          "opensAt",
          "a date and time such as \"2026-03-02T08:00:00\"",
          RoutingPolicy::localDateTime);

  /** Whether this target is left out. */
  static final Output<Boolean> SKIP = new Output<>("skip", "true or false", RoutingPolicy::bool);

  /** Targets of a lower rank are asked first; of the same, in the bot's order. */
  static final Output<Integer> RANK = new Output<>("rank", "a whole number", RoutingPolicy::whole);

  /** How long this target may take. */
  static final Output<Duration> PATIENCE =
      new Output<>(
          "patience", "a duration above zero such as \"PT1M\"", value -> positive(value, false));

  /** A decision table of the policy. */
  public enum Table {
    /** Of the escalation as a whole. */
    TRANSFER("bot-transfer-plan", List.of(STRATEGY, DEADLINE, HEDGE, AFTER_FAILURE, ADD, OPENS_AT)),
    /** Asked for each of its targets. */
    TARGET("bot-target-plan", List.of(SKIP, RANK, PATIENCE));

    private final String id;

    @SuppressWarnings("ImmutableEnumChecker") // The list is immutable, as what is in it is.
    private final List<Output<?>> outputs;

    Table(String id, List<Output<?>> outputs) {
      this.id = id;
      this.outputs = outputs;
    }

    /** The decision's id. */
    public String id() {
      return id;
    }

    /** What it may say. */
    public List<Output<?>> outputs() {
      return outputs;
    }

    /** What it may say under this name. */
    public Optional<Output<?>> output(String name) {
      return outputs.stream().filter(output -> output.name().equals(name)).findAny();
    }

    /** The table of a decision's id. */
    public static Optional<Table> of(String id) {
      for (Table table : values()) {
        if (table.id.equals(id)) {
          return Optional.of(table);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * An output of a table.
   *
   * @param expects what it has to be, for people
   * @param reader empty for what it cannot be
   */
  public record Output<T>(String name, String expects, Function<Object, Optional<T>> reader) {

    /** Whether the value is one that can be read; no value is. */
    public boolean accepts(@Nullable Object value) {
      return value == null || reader.apply(value).isPresent();
    }

    /**
     * What a rule says; null when it says nothing.
     *
     * @throws Unusable when it cannot be read
     */
    @Nullable T of(Map<String, @Nullable Object> rule) {
      Object value = rule.get(name);
      if (value == null) {
        return null;
      }
      return reader
          .apply(value)
          .orElseThrow(
              () -> new Unusable("The output '%s' has to be %s.".formatted(name, expects)));
    }
  }

  /** A policy cannot be applied. The words are for whoever wrote it, free of customers' data. */
  public static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Unusable(String words) {
      super(words);
    }

    public Unusable(String words, Throwable cause) {
      super(words, cause);
    }
  }

  private static Optional<Strategy> strategy(Object value) {
    if ("ordered".equals(value)) {
      return Optional.of(Strategy.ORDERED);
    }
    return "race".equals(value) ? Optional.of(Strategy.RACE) : Optional.empty();
  }

  private static Optional<Boolean> backToBot(Object value) {
    boolean back = "back-to-bot".equals(value);
    return back || "end".equals(value) ? Optional.of(back) : Optional.empty();
  }

  private static Optional<Boolean> bool(Object value) {
    return value instanceof Boolean yes ? Optional.of(yes) : Optional.empty();
  }

  private static Optional<Integer> whole(Object value) {
    return value instanceof Number number && number.doubleValue() == number.intValue()
        ? Optional.of(number.intValue())
        : Optional.empty();
  }

  private static Optional<Duration> positive(Object value, boolean zeroToo) {
    try {
      Duration duration =
          value instanceof Duration given ? given : Duration.parse(String.valueOf(value));
      boolean good = !duration.isNegative() && (zeroToo || !duration.isZero());
      return good ? Optional.of(duration) : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<LocalDateTime> localDateTime(Object value) {
    if (value instanceof LocalDateTime local) {
      return Optional.of(local);
    }
    if (value instanceof ZonedDateTime zoned) {
      return Optional.of(zoned.toLocalDateTime());
    }
    if (value instanceof OffsetDateTime offset) {
      return Optional.of(offset.toLocalDateTime());
    }
    try {
      return Optional.of(LocalDateTime.parse(String.valueOf(value)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<List<Target>> targets(Object value) {
    if (!(value instanceof Iterable<?> items)) {
      return Optional.empty();
    }
    List<Target> targets = new ArrayList<>();
    for (Object item : items) {
      if (!(item instanceof Map<?, ?> entry)
          || !(entry.get("type") instanceof String type)
          || !(entry.get("value") instanceof String name)
          || type.isBlank()
          || name.isBlank()
          || type.length() > Target.LONGEST
          || name.length() > Target.LONGEST) {
        return Optional.empty();
      }
      targets.add(new Target(type, name));
    }
    return Optional.of(List.copyOf(targets));
  }
}
