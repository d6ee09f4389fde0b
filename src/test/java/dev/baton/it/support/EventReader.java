package dev.baton.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Follows a conversation as a channel does: server-sent events, read by the rules of HTML. */
public final class EventReader implements AutoCloseable {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** An event; the id is the last that the stream named. */
  public record Event(String id, String name, String data) {

    public JsonNode json() {
      return Baton.json(data);
    }

    /** Name and what matters of the data, for comparison. */
    public String gist() {
      JsonNode data = json();
      return switch (name) {
        case "state" -> "state " + data.path("state").asText();
        case "offer" ->
            "offer " + data.path("state").asText() + " " + data.path("outcome").asText();
        case "transfer" -> "transfer " + data.path("outcome").asText();
        case "note" -> "note";
        default -> data.path("from").asText() + " " + data.path("message").path("type").asText("");
      };
    }
  }

  private final int status;
  private final HttpResponse<java.io.InputStream> response;
  private final BufferedReader lines;
  private int comments;
  private String lastId = "";

  private EventReader(HttpResponse<java.io.InputStream> response) {
    this.response = response;
    this.status = response.statusCode();
    this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  /** Opens a stream; returns when it is answered. */
  public static EventReader open(HttpRequest.Builder request) {
    try {
      return new EventReader(
          HTTP.send(
              request.header("Accept", "text/event-stream").GET().build(),
              BodyHandlers.ofInputStream()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Follows a conversation from its beginning. */
  public static EventReader of(Baton baton, String key) {
    return open(baton.request("/api/conversations/" + key + "/events"));
  }

  /** Follows a conversation from after an event. */
  public static EventReader after(Baton baton, String key, String id) {
    return open(baton.request("/api/conversations/" + key + "/events").header("Last-Event-ID", id));
  }

  public int status() {
    return status;
  }

  public String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /** How many comments came so far. */
  public int comments() {
    return comments;
  }

  /** The next event, or null at the end of the stream. */
  public @Nullable Event next() {
    String name = "message";
    List<String> data = new ArrayList<>();
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty()) {
          if (!data.isEmpty()) {
            return new Event(lastId, name, String.join("\n", data));
          }
          name = "message";
        } else if (line.startsWith(":")) {
          comments++;
        } else if (line.startsWith("id: ")) {
          lastId = line.substring(4);
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data.add(line.substring(6));
        } else if (!line.startsWith("retry: ")) {
          throw new AssertionError("This is no line of an event stream: " + line);
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return null;
  }

  /** Events up to the first of a kind, that one included. */
  public List<Event> until(Predicate<Event> wanted) {
    List<Event> events = new ArrayList<>();
    for (Event event = next(); event != null; event = next()) {
      events.add(event);
      if (wanted.test(event)) {
        return events;
      }
    }
    throw new AssertionError("The stream ended after " + events);
  }

  /** All events to the end of the stream. */
  public List<Event> rest() {
    List<Event> events = new ArrayList<>();
    for (Event event = next(); event != null; event = next()) {
      events.add(event);
    }
    return events;
  }

  /** Reads until so many comments came. */
  public void awaitComments(int count, Duration atMost) throws IOException {
    long end = System.nanoTime() + atMost.toNanos();
    while (comments < count) {
      if (System.nanoTime() > end) {
        throw new AssertionError("No sign of life in " + atMost);
      }
      String line = lines.readLine();
      if (line == null) {
        throw new AssertionError("The stream ended.");
      }
      if (line.startsWith(":")) {
        comments++;
      }
    }
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException e) {
      // Gone is gone.
    }
  }
}
