package dev.baton.conversation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What a customer sent: a text, or one of the choices that the bot offered.
 *
 * @param id the channel's id of the message, unique in the conversation; a repetition is accepted
 *     and does nothing
 * @param text at most {@value #MAX_TEXT} characters; null for a choice
 * @param choiceId the id, alias, label or 1-based position of an offered choice; null for a text
 */
public record CustomerMessage(String id, @Nullable String text, @Nullable String choiceId) {

  /** The most characters of a text. */
  public static final int MAX_TEXT = 4000;

  private static final int MAX_ID = 255;

  /** Refuses what cannot be accepted. */
  public CustomerMessage {
    if (id == null || id.isBlank()) {
      throw invalid("The message has no id: send one, so that a repetition is recognised.");
    }
    if ((text == null) == (choiceId == null)) {
      throw invalid("Send either a text or a choiceId.");
    }
    checkId("The message's id", id, MAX_ID);
    if (text != null) {
      if (text.isBlank()) {
        throw invalid("The text is empty.");
      }
      checkLength("The text", text, MAX_TEXT);
    }
    if (choiceId != null) {
      checkId("The choiceId", choiceId, MAX_ID);
    }
  }

  /** As the transcript has it. */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id);
    return text != null ? json.put("text", text) : json.put("choiceId", choiceId);
  }

  /** Checks what stands in a column of a fixed length, which H2 counts in UTF-16 code units. */
  static void checkId(String what, String value, int most) {
    check(what, value, value.length(), most);
  }

  /** Checks what people write, in characters. */
  static void checkLength(String what, String value, int most) {
    check(what, value, value.codePointCount(0, value.length()), most);
  }

  private static void check(String what, String value, int length, int most) {
    if (length > most) {
      throw invalid("%s has %d characters; at most %d are accepted.".formatted(what, length, most));
    }
    // PostgreSQL has no such character in a text.
    if (value.indexOf('\0') >= 0) {
      throw invalid(what + " contains the character U+0000.");
    }
    // No UTF-8 has it: neither the database nor the bot could be given it.
    if (value.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw invalid(what + " contains half of a character, a surrogate without its other.");
    }
  }

  private static Refusal invalid(String words) {
    return new Refusal(Refusal.Kind.INVALID, words);
  }
}
