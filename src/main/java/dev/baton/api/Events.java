package dev.baton.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.conversation.Transcript;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Lines of a conversation as server-sent events. */
final class Events {

  /** The first thing in a stream: how soon a listener that lost it should come back. */
  static final byte[] GREETING = bytes("retry: 2000\n\n");

  /** A comment: shows both sides whether the other is still there. */
  static final byte[] HEARTBEAT = bytes(":\n\n");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Events() {}

  /** The lines, an event each, in UTF-8. */
  static byte[] of(List<Transcript.Line> lines) {
    StringBuilder events = new StringBuilder();
    for (Transcript.Line line : lines) {
      events
          .append("id: ")
          .append(line.id())
          .append("\nevent: ")
          .append(name(line))
          .append("\ndata: ")
          // A line break would end the data. In JSON it stands between members only.
          .append(data(line).replace('\n', ' ').replace('\r', ' '))
          .append("\n\n");
    }
    return bytes(events.toString());
  }

  private static String name(Transcript.Line line) {
    return switch (line.cause()) {
      case STATE, OFFER, TRANSFER, NOTE -> line.cause().name().toLowerCase(Locale.ROOT);
      case START, MESSAGE, REPORT, NEXT_BOT, END -> "message";
    };
  }

  private static String data(Transcript.Line line) {
    try {
      return JSON.writeValueAsString(
          switch (line.cause()) {
            case STATE, TRANSFER, NOTE -> at(line).setAll((ObjectNode) JSON.readTree(line.body()));
            case OFFER ->
                at(line)
                    .putNull("outcome")
                    .putNull("text")
                    .putNull("position")
                    .putNull("estimateSeconds")
                    .setAll((ObjectNode) JSON.readTree(line.body()));
            case START, MESSAGE, REPORT, NEXT_BOT, END -> ConversationView.LineView.of(line);
          });
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A line of the transcript cannot be read.", e);
    }
  }

  private static ObjectNode at(Transcript.Line line) {
    return JSON.createObjectNode().put("at", line.at().toString());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
