package dev.baton.bots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the bot says. */
public sealed interface BotMessage {

  /** To be named in {@code inReplyTo}; null if the bot gave none. */
  @Nullable String id();

  /** The message exactly as received, for channels. Not to be changed. */
  ObjectNode json();

  record Text(@Nullable String id, ObjectNode json, String text) implements BotMessage {
    @Override
    public String toString() {
      return "Text[" + id + "]";
    }
  }

  /** {@code widget} is {@code buttons} or {@code menu}. */
  record Choices(
      @Nullable String id, ObjectNode json, List<Choice> choices, @Nullable String widget)
      implements BotMessage {
    @Override
    public String toString() {
      return "Choices[" + id + "]";
    }
  }

  record Choice(String id, String label, @Nullable String alias) {
    @Override
    public String toString() {
      return "Choice[" + id + "]";
    }
  }

  /**
   * The bot waits for {@code TransferSucceeded} or {@code TransferFailed}. It does so even if it
   * named no target that could be read: then {@code targets} is empty.
   */
  record Escalate(@Nullable String id, ObjectNode json, List<Target> targets)
      implements BotMessage {
    @Override
    public String toString() {
      return "Escalate[" + id + ", " + targets + "]";
    }
  }

  /** The session is over, whatever the reason says. */
  record SessionEnded(@Nullable String id, ObjectNode json, @Nullable String reason)
      implements BotMessage {
    @Override
    public String toString() {
      return "SessionEnded[" + id + ", " + reason + "]";
    }
  }

  /** A type this client does not know, or a known one that lacks what makes it one. */
  record Other(@Nullable String id, ObjectNode json, @Nullable String type) implements BotMessage {
    @Override
    public String toString() {
      return "Other[" + id + ", " + type + "]";
    }
  }

  static BotMessage read(ObjectNode json) {
    String id = Json.id(json, "id");
    String type = Json.id(json, "type");
    String text = Json.text(json, "text");
    if (Objects.equals(type, "text") && text != null) {
      return new Text(id, json, text);
    }
    if (Objects.equals(type, "choices")) {
      List<Choice> choices = Json.list(json.path("choices"), BotMessage::choice);
      // One choice less would shift the positions of the others.
      if (!choices.isEmpty() && choices.size() == json.path("choices").size()) {
        return new Choices(id, json, choices, Json.text(json, "widget"));
      }
    }
    if (Objects.equals(type, "escalate")) {
      return new Escalate(id, json, Json.list(json.path("targets"), BotMessage::target));
    }
    if (Objects.equals(type, "sessionEnded")) {
      return new SessionEnded(id, json, Json.id(json, "reason"));
    }
    return new Other(id, json, type);
  }

  private static @Nullable Choice choice(ObjectNode json) {
    String id = Json.id(json, "id");
    String label = Json.text(json, "label");
    return id == null || label == null ? null : new Choice(id, label, Json.text(json, "alias"));
  }

  private static @Nullable Target target(ObjectNode json) {
    String type = Json.id(json, "type");
    String value = Json.id(json, "value");
    return type == null || value == null ? null : new Target(type, value);
  }
}
