package dev.baton.conversation;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The remote calls that a process orders, by the topic of the external task that stands for it. */
public enum OrderKind {
  BOT_START("bot-start"),
  BOT_MESSAGE("bot-message"),
  BOT_TRANSFER_SUCCEEDED("bot-transfer-succeeded"),
  /** Never a step of its own: comes before {@link #BOT_TRANSFER_FAILED}, where that is wanted. */
  BOT_VARIABLES(null),
  BOT_TRANSFER_FAILED("bot-transfer-failed"),
  BOT_END("bot-end"),
  TARGET_AVAILABILITY("target-availability"),
  TARGET_OFFER("target-offer"),
  TARGET_WITHDRAW("target-withdraw"),
  TARGET_DELIVER("target-deliver");

  private final @Nullable String topic;

  OrderKind(@Nullable String topic) {
    this.topic = topic;
  }

  /** The topic in BPMN, of those that are steps. */
  public String topic() {
    return Objects.requireNonNull(topic);
  }

  /** What people are told that it does. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it is a request on the bot's session, of which there may be one at a time. */
  public boolean toBot() {
    return name().startsWith("BOT_");
  }

  /** Whether the request carries a sequence id of the session. */
  boolean numbered() {
    return this == BOT_MESSAGE
        || this == BOT_TRANSFER_SUCCEEDED
        || this == BOT_VARIABLES
        || this == BOT_TRANSFER_FAILED;
  }

  /** The kind of a topic, if Baton serves it. */
  public static Optional<OrderKind> ofTopic(String topic) {
    for (OrderKind kind : values()) {
      if (topic.equals(kind.topic)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
