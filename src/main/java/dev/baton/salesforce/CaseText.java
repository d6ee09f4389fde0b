package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.bots.Variable;
import dev.baton.transfer.Handover;
import dev.baton.transfer.HeldMessage;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** What a conversation looks like in the text fields of a case. Never splits a character. */
final class CaseText {

  static final int LONGEST_DESCRIPTION = 32_000;

  private static final String CUT =
      "[The beginning of the conversation did not fit in here and was left out.]\n";

  private static final String HEADING_CUT = " [...]";

  /**
   * The object reference gives CaseComment.CommentBody 4,000 bytes, and help article 000382141
   * counts HTML-encoded characters with all bytes of their encoding.
   */
  private static final int MOST_COMMENT_BYTES = 4_000;

  /** For "[id 1/2]" around the id. */
  private static final int MARK_RESERVE = 20;

  private CaseText() {}

  /**
   * A handover for Case.Description: what an agent should know at once, at most a quarter, and the
   * transcript.
   *
   * @param limit in UTF-16 units
   */
  static String description(Handover handover, int limit) {
    String heading = heading(handover.context(), limit / 4);
    return heading + description(handover.transcript(), limit - heading.length());
  }

  private static String heading(Handover.Context context, int limit) {
    List<String> lines = new ArrayList<>();
    String summary = context.summary();
    if (summary != null) {
      lines.add("Summary: " + summary);
    }
    for (Variable variable : context.variables()) {
      JsonNode value = variable.toJson().path("value");
      if (!value.isNull()) {
        lines.add(variable.name() + " = " + (value.isTextual() ? value.asText() : value));
      }
    }
    for (Handover.Tried tried : context.tried()) {
      lines.add(
          "Tried: %s %s: %s"
              .formatted(tried.target().type(), tried.target().value(), tried.outcome().label()));
    }
    if (lines.isEmpty()) {
      return "";
    }
    String heading = String.join("\n", lines);
    int room = limit - HEADING_CUT.length() - 2;
    return (heading.length() <= room ? heading : head(heading, room) + HEADING_CUT) + "\n\n";
  }

  private static String head(String text, int limit) {
    return text.substring(0, Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit);
  }

  /**
   * The transcript alone, one line per message.
   *
   * @param limit in UTF-16 units: whatever the org counts as a character, it is not more than that.
   *     The oldest messages go first, and the first line then says so.
   */
  static String description(List<Handover.Line> transcript, int limit) {
    List<String> lines = new ArrayList<>();
    int length = 0;
    for (Handover.Line line : transcript) {
      String text =
          "[%s] %s: %s"
              .formatted(line.at().truncatedTo(ChronoUnit.SECONDS), line.from(), line.text());
      lines.add(text);
      length += text.length() + 1;
    }
    if (length - 1 <= limit) {
      return String.join("\n", lines);
    }
    int room = limit - CUT.length();
    int first = lines.size();
    while (first > 0 && lines.get(first - 1).length() <= room) {
      room -= lines.get(--first).length() + 1;
    }
    if (first == lines.size()) { // not even the newest one fits
      return CUT + tail(lines.get(first - 1), room);
    }
    return CUT + String.join("\n", lines.subList(first, lines.size()));
  }

  private static String tail(String text, int limit) {
    int from = text.length() - limit;
    boolean inPair =
        Character.isLowSurrogate(text.charAt(from))
            && Character.isHighSurrogate(text.charAt(from - 1));
    return text.substring(inPair ? from + 1 : from);
  }

  /**
   * A message as case comments. Each ends in a line that names message and part, so that a repeat
   * can tell the second "hello?" of an impatient customer from the first one sent twice.
   */
  static List<Comment> comments(HeldMessage message) {
    int limit = MOST_COMMENT_BYTES - cost(message.id()) - MARK_RESERVE;
    List<String> parts = split(message.text(), limit);
    List<Comment> comments = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.size() == 1 ? "" : " " + (i + 1) + "/" + parts.size();
      String mark = "[" + message.id() + part + "]";
      comments.add(new Comment(parts.get(i) + "\n" + mark, mark));
    }
    return comments;
  }

  private static List<String> split(String text, int limit) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    int used = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int cost = cost(c);
      if (used + cost > limit) {
        parts.add(text.substring(start, i));
        start = i;
        used = 0;
      }
      used += cost;
      i += Character.charCount(c);
    }
    if (start < text.length()) {
      parts.add(text.substring(start));
    }
    return parts;
  }

  private static int cost(String text) {
    return text.codePoints().map(CaseText::cost).sum();
  }

  private static int cost(int c) {
    return switch (c) {
      case '&', '\'' -> 5;
      case '<', '>' -> 4;
      case '"' -> 6;
      case '\n', '\r' -> 2; // stored as a pair
      default -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    };
  }

  /**
   * @param mark how the body ends, and no other comment does
   */
  record Comment(String body, String mark) {

    boolean isIn(String other) {
      return other.endsWith(mark);
    }
  }
}
