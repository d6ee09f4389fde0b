package dev.baton.bots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.BotsException.Report;
import dev.baton.http.HttpAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What may be told of an answer that is an error: its JSON if it has any, its status anyway. */
final class Reports {

  /** S53: "retry after 30 seconds" for a busy session. */
  private static final Duration BUSY_PAUSE = Duration.ofSeconds(30);

  private static final int LONGEST_TEXT = 200;

  /** Members of a request that hold what people said. */
  private static final Set<String> WORDS = Set.of("text", "value", "description");

  private Reports() {}

  static Report of(HttpAnswer answer, @Nullable UUID requestId, @Nullable ObjectNode sent) {
    StringBuilder text = new StringBuilder("HTTP ").append(answer.status());
    if (requestId != null) {
      text.append(", request ").append(requestId);
    }
    ObjectNode json = Json.parse(answer.body());
    if (json != null) {
      String words = json.path("error").asText("") + ": " + json.path("message").asText("");
      text.append(", ").append(cut(masked(words, sent)));
    }
    Duration pause = retryAfter(answer.headers().get("Retry-After"));
    if (pause == null && answer.status() == 423) {
      pause = BUSY_PAUSE;
    }
    return new Report(text.toString(), answer.status(), requestId, pause, null);
  }

  /** A server may quote what it was sent. */
  private static String masked(String words, @Nullable ObjectNode sent) {
    List<String> said = new ArrayList<>();
    if (sent != null) {
      collect(sent, false, said);
    }
    said.sort(Comparator.comparingInt(String::length).reversed());
    String masked = words;
    for (String text : said) {
      masked = masked.replace(text, "***");
    }
    return masked;
  }

  private static void collect(JsonNode node, boolean words, List<String> said) {
    if (node.isContainerNode()) {
      node.properties()
          .forEach(
              member -> collect(member.getValue(), words || WORDS.contains(member.getKey()), said));
      if (node.isArray()) {
        node.forEach(item -> collect(item, words, said));
      }
    } else if (words && !node.asText().isBlank()) {
      said.add(node.asText());
      String quoted = node.toString(); // as JSON, which escapes
      said.add(node.isTextual() ? quoted.substring(1, quoted.length() - 1) : quoted);
    }
  }

  private static String cut(String words) {
    String line = words.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= LONGEST_TEXT ? line : line.substring(0, LONGEST_TEXT) + "...";
  }

  /** Seconds or a date; null if it is missing or neither. */
  private static @Nullable Duration retryAfter(@Nullable String header) {
    if (header == null) {
      return null;
    }
    String text = header.strip();
    try {
      if (text.matches("\\d{1,9}")) {
        return Duration.ofSeconds(Long.parseLong(text));
      }
      Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration pause = Duration.between(Instant.now(), date);
      return pause.isNegative() ? Duration.ZERO : pause;
    } catch (DateTimeParseException neither) {
      return null;
    }
  }
}
