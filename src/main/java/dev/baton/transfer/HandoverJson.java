package dev.baton.transfer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Referrer;
import dev.baton.bots.Variable;
import dev.baton.transfer.Handover.Context;
import dev.baton.transfer.Handover.Line;
import dev.baton.transfer.Handover.Tried;
import java.util.List;

/**
 * A {@link Handover} as JSON, schema {@value #SCHEMA}. Within one schema, members may be added but
 * not change their meaning. Members without a value are left out.
 *
 * <pre>{@code
 * {"schema":"baton.handover/1","conversationKey":"c-1","sessionId":"85bce2f1-...",
 *  "botId":"0Xx...","escalateId":"m2","summary":"...",
 *  "referrers":[{"type":"Salesforce:Core:Bot:Id","value":"0Xx..."}],
 *  "tried":[{"target":{"type":"Salesforce:Core:Queue:Id","value":"00G..."},"outcome":"declined"}],
 *  "variables":[{"name":"OrderId","type":"text","value":"4711"}],
 *  "omittedVariables":0,
 *  "transcript":[{"at":"2026-03-01T12:00:00Z","from":"customer","text":"Hello"}],
 *  "omittedLines":0}
 * }</pre>
 *
 * <p>What does not fit is left out in this order: the oldest lines of the transcript, one by one,
 * where of the very last line the end may be kept; then the summary; then the variables, all of
 * them. {@code omittedLines} and {@code omittedVariables} tell how many. No character is split.
 */
public final class HandoverJson {

  /** Names the form, first member of the JSON. */
  public static final String SCHEMA = "baton.handover/1";

  /** Every handover gets below this many characters. */
  public static final int SMALLEST_LIMIT = 4_000;

  private HandoverJson() {}

  /**
   * Writes a handover.
   *
   * @param limit in UTF-16 units of the JSON text; at least {@value #SMALLEST_LIMIT}. Only ids and
   *     targets that take up more than that together exceed it
   */
  public static ObjectNode of(Handover handover, int limit) {
    if (limit < SMALLEST_LIMIT) {
      throw new IllegalArgumentException("A handover gets at least 4000 characters");
    }
    int lines = handover.transcript().size();
    ObjectNode json = frame(handover, true, true);
    if (length(json) > limit) {
      json = frame(handover, false, true);
    }
    if (length(json) > limit) {
      json = frame(handover, false, false);
    }
    // The count may grow by as many digits as it has at most.
    int room = limit - length(json) - String.valueOf(lines).length();
    int first = lines;
    while (first > 0 && room >= cost(handover.transcript().get(first - 1))) {
      room -= cost(handover.transcript().get(--first));
    }
    ArrayNode transcript = (ArrayNode) json.get("transcript");
    if (first == lines && lines > 0) {
      addEnd(transcript, handover.transcript().get(lines - 1), room);
    }
    handover.transcript().subList(first, lines).forEach(line -> transcript.add(json(line)));
    return json.put("omittedLines", lines - transcript.size());
  }

  private static ObjectNode frame(Handover handover, boolean withSummary, boolean withVariables) {
    Context context = handover.context();
    ObjectNode json =
        object()
            .put("schema", SCHEMA)
            .put("conversationKey", handover.conversationKey())
            .put("sessionId", handover.sessionId());
    if (context.botId() != null) {
      json.put("botId", context.botId());
    }
    if (context.escalateId() != null) {
      json.put("escalateId", context.escalateId());
    }
    if (withSummary && context.summary() != null) {
      json.put("summary", context.summary());
    }
    ArrayNode referrers = json.putArray("referrers");
    for (Referrer referrer : context.referrers()) {
      referrers.addObject().put("type", referrer.type()).put("value", referrer.value());
    }
    ArrayNode tried = json.putArray("tried");
    for (Tried one : context.tried()) {
      ObjectNode entry = tried.addObject();
      entry.putObject("target").put("type", one.target().type()).put("value", one.target().value());
      entry.put("outcome", one.outcome().code());
    }
    ArrayNode variables = json.putArray("variables");
    List<Variable> known = context.variables();
    if (withVariables) {
      known.forEach(variable -> variables.add(variable.toJson()));
    }
    json.put("omittedVariables", withVariables ? 0 : known.size());
    json.putArray("transcript");
    return json.put("omittedLines", 0);
  }

  /** The end of a line that is too long by itself. */
  private static void addEnd(ArrayNode transcript, Line line, int room) {
    String text = line.text();
    int from = 0;
    int shorter = cost(line);
    // From the front, character by character: escapes make some of them longer than others.
    while (shorter > room && from < text.length()) {
      int c = text.codePointAt(from);
      int next = from + Character.charCount(c);
      shorter -= length(text.substring(from, next));
      from = next;
    }
    if (shorter <= room && from < text.length()) {
      transcript.add(json(new Line(line.at(), line.from(), text.substring(from))));
    }
  }

  private static ObjectNode json(Line line) {
    return object()
        .put("at", line.at().toString())
        .put("from", line.from())
        .put("text", line.text());
  }

  /** With the comma. */
  private static int cost(Line line) {
    return length(json(line)) + 1;
  }

  private static int length(ObjectNode json) {
    return json.toString().length();
  }

  /** As it is escaped, without quotes. */
  private static int length(String text) {
    return JsonNodeFactory.instance.textNode(text).toString().length() - 2;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
