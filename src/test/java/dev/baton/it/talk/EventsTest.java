package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.EventReader;
import dev.baton.it.support.EventReader.Event;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Those who follow a conversation hear everything, once, in order, and cost little. */
@Timeout(90)
class EventsTest {

  private static final int STREAMS = 300;

  private static Simulator simulator;
  private static Baton baton;

  @BeforeAll
  static void start() {
    simulator = Simulator.start(0);
    baton =
        Baton.start(
            simulator,
            "baton.api.event-streams=" + STREAMS,
            "baton.api.event-heartbeat=300ms",
            "baton.transfer.patience=30s");
  }

  @AfterAll
  static void stop() {
    baton.close();
    simulator.close();
  }

  @AfterEach
  void forget() {
    simulator.script("{\"reset\":true}");
  }

  @Test
  void aConversationIsFollowedFromItsBeginningToTheEndOfTheSession() {
    baton.begin("whole");
    try (EventReader events = EventReader.of(baton, "whole")) {
      assertThat(events.status()).isEqualTo(200);
      assertThat(events.header("Content-Type")).startsWith("text/event-stream");
      assertThat(events.header("Cache-Control")).isEqualTo("no-store");

      baton.write("whole", "m1", "Transfer To Agent");
      List<Event> heard =
          new ArrayList<>(events.until(event -> event.gist().startsWith("offer offered")));
      baton.write("whole", "m2", "Are you there?");
      agents("accept");
      heard.addAll(events.rest());

      assertThat(heard.stream().map(Event::gist))
          .containsSubsequence(
              "bot text",
              "bot choices",
              "customer ",
              "bot escalate",
              "state transferring",
              "offer asked null",
              "offer offered null",
              "customer ",
              "offer accepted accepted",
              "transfer accepted",
              "state transferred");
      assertThat(ids(heard)).isSorted().doesNotHaveDuplicates();
      assertThat(Baton.askedOfTheBot(simulator)).contains("end Transfer");
      assertThat(messages(heard)).isEqualTo(transcript("whole"));
      assertThat(messages(heard))
          .as("the bot's empty answer to transferSucceeded is nothing to be shown")
          .noneMatch(line -> line.at("/message/text").asText("none").isEmpty());
      Event offer = heard.stream().filter(e -> e.name().equals("offer")).findFirst().orElseThrow();
      assertThat(offer.json().fieldNames())
          .toIterable()
          .containsExactlyInAnyOrder(
              "at", "round", "target", "state", "outcome", "text", "position", "estimateSeconds");
      assertThat(offer.json().at("/target/value").asText()).isEqualTo(Simulator.DEMO_QUEUE_ID);

      String last = heard.get(heard.size() - 1).id();
      try (EventReader again = EventReader.after(baton, "whole", last)) {
        assertThat(again.status()).isEqualTo(204);
      }
    }
    try (EventReader late = EventReader.of(baton, "whole")) {
      assertThat(messages(late.rest())).isEqualTo(transcript("whole"));
    }
  }

  @Test
  void theBotsTypingDelayIsPassedOnUntouched() {
    String message =
        "{\"type\":\"text\",\"id\":\"slow\",\"text\":\"…\",\"schedule\":{\"responseDelayMilliseconds\":1200}}";
    simulator.script(
        "{\"bots\":{\"%s\":{\"extraMessages\":[%s]}}}".formatted(Simulator.DEMO_BOT_ID, message));
    baton.begin("typing");
    try (EventReader events = EventReader.of(baton, "typing")) {
      Event slow = last(events.until(e -> e.json().at("/message/id").asText().equals("slow")));
      assertThat(slow.json().path("message")).isEqualTo(Baton.json(message));
    }
  }

  @Test
  void messagesThatReachNobodyAreCounted() {
    baton.begin("vain");
    baton.write("vain", "m1", "Transfer To Agent");
    baton.write("vain", "m2", "Hello?");
    baton.write("vain", "m3", "Hello??");
    baton.leave("vain");
    try (EventReader events = EventReader.of(baton, "vain")) {
      List<Event> heard = events.rest();
      assertThat(heard.stream().map(Event::gist)).contains("state ended");
      assertThat(heard.stream().filter(e -> e.name().equals("note")).map(Event::json))
          .anySatisfy(note -> assertThat(note.path("undelivered").asInt()).isEqualTo(2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"header", "parameter", "both"})
  void aListenerThatComesBackAfterEveryEventMissesNothing(String way) {
    String key = "back-" + way;
    baton.begin(key);
    CompletableFuture<Void> talk =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 8; i++) {
                baton.write(key, "m" + i, "Order Status");
              }
              baton.leave(key);
            });
    List<Event> heard = new ArrayList<>();
    String last = "";
    while (true) {
      HttpRequest.Builder request =
          switch (way) {
            case "header" -> request(key, "").header("Last-Event-ID", last);
            case "parameter" -> request(key, "?lastEventId=" + last);
            default -> request(key, "?lastEventId=0").header("Last-Event-ID", last);
          };
      try (EventReader events = EventReader.open(request)) {
        if (events.status() == 204) {
          break;
        }
        Event event = events.next();
        if (event != null) {
          heard.add(event);
          last = event.id();
        }
      }
    }
    talk.join();

    try (EventReader events = EventReader.of(baton, key)) {
      assertThat(heard).isEqualTo(events.rest());
    }
    assertThat(messages(heard)).isEqualTo(transcript(key));
  }

  @Test
  void manyListenersHearTheSameAndCostNoThreads() throws Exception {
    baton.begin("many");
    int before = serverThreads();
    List<EventReader> readers =
        IntStream.range(0, 200).mapToObj(i -> EventReader.of(baton, "many")).toList();
    int more = serverThreads() - before;
    baton.write("many", "m1", "Order Status");
    baton.leave("many");

    List<Event> first = readers.get(0).rest();
    assertThat(messages(first)).isEqualTo(transcript("many"));
    for (EventReader reader : readers) {
      assertThat(first).startsWith(first.get(0));
      if (reader != readers.get(0)) {
        assertThat(reader.rest()).isEqualTo(first);
      }
      reader.close();
    }
    // Some threads of the web server that took the requests; not one for each.
    assertThat(more).isLessThan(50);
  }

  @Test
  void whatAnotherNodeCommittedIsHeardToo() {
    baton.begin("other");
    try (EventReader events = EventReader.of(baton, "other")) {
      events.until(event -> event.gist().equals("bot choices"));
      // A commit that nobody on this node announces.
      line("other", "{\"text\":\"From another node.\"}");

      Event note = last(events.until(event -> event.name().equals("note")));
      assertThat(note.json().path("text").asText()).isEqualTo("From another node.");
    }
  }

  @Test
  void aConversationThatAnotherNodeEndsEndsItsStreams() {
    baton.begin("ended");
    try (EventReader events = EventReader.of(baton, "ended")) {
      events.until(event -> event.gist().equals("bot choices"));
      jdbc()
          .sql(
              "update baton_conversation set closed_at = current_timestamp where conversation_key = ?")
          .param("ended")
          .update();

      assertThat(events.rest()).isEmpty();
    }
  }

  @Test
  void aLongTranscriptComesWhole() {
    baton.begin("long");
    for (int i = 0; i < 450; i++) {
      line("long", "{\"text\":\"note %d\"}".formatted(i));
    }
    try (EventReader events = EventReader.of(baton, "long")) {
      List<Event> heard =
          events.until(event -> event.json().path("text").asText().equals("note 449"));
      assertThat(heard.stream().filter(e -> e.name().equals("note"))).hasSize(450);
    }
  }

  @Test
  void aSilentStreamGivesASignOfLife() throws Exception {
    baton.begin("silent");
    try (EventReader events = EventReader.of(baton, "silent")) {
      events.awaitComments(3, Duration.ofSeconds(20));
    }
  }

  @Test
  void aStreamTooManyIsRefusedInWordsAndTheGoneMakeRoom() throws Exception {
    baton.begin("crowd");
    List<EventReader> readers = new ArrayList<>();
    do {
      readers.add(EventReader.of(baton, "crowd"));
    } while (readers.get(readers.size() - 1).status() == 200 && readers.size() <= STREAMS);
    EventReader refused = readers.remove(readers.size() - 1);
    assertProblem(refused, 503);
    assertThat(readers).hasSizeLessThanOrEqualTo(STREAMS);

    readers.forEach(EventReader::close);

    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              try (EventReader next = EventReader.of(baton, "crowd")) {
                return next.status() == 200;
              }
            });
  }

  @Test
  void aListenerThatReadsNothingIsDroppedAndHoldsUpNobody() throws Exception {
    String big = "{\"text\":\"%s\"}".formatted("x".repeat(20_000_000));
    try (Baton small =
        Baton.start(
            simulator,
            "baton.api.event-streams=1",
            "baton.api.event-heartbeat=300ms",
            "server.tomcat.connection-timeout=2s")) {
      small.begin("deaf");
      line(small, "deaf", big);
      try (Socket deaf = deaf(small, "deaf")) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> {
                  try (EventReader next = EventReader.of(small, "deaf")) {
                    return next.status() == 503;
                  }
                });
        // The conversation goes on meanwhile.
        assertThat(small.write("deaf", "m1", "Order Status").path("messages")).isNotEmpty();
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> {
                  try (EventReader next = EventReader.of(small, "deaf")) {
                    return next.status() == 200;
                  }
                });
        assertThat(deaf.isConnected()).isTrue();
      }
    }
  }

  @Test
  void openStreamsDoNotHoldUpTheStop() {
    Baton brief = Baton.start(simulator);
    brief.begin("stop");
    try (EventReader events = EventReader.of(brief, "stop")) {
      events.until(event -> event.gist().equals("bot choices"));
      Instant before = Instant.now();

      brief.close();

      assertThat(events.rest()).isEmpty();
      // The web server would wait 35 seconds for it.
      assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void whatIsWrongIsSaidInWords() {
    assertProblem(EventReader.of(baton, "nobody"), 404);
    baton.begin("wrong");
    assertProblem(EventReader.after(baton, "wrong", "seven"), 400);
    assertProblem(EventReader.open(request("wrong", "?lastEventId=1.5")), 400);
  }

  private static void assertProblem(EventReader answer, int status) {
    try (answer) {
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }
  }

  private static HttpRequest.Builder request(String key, String query) {
    return baton.request("/api/conversations/" + key + "/events" + query);
  }

  /** Asks for events and reads none. */
  private static Socket deaf(Baton of, String key) throws IOException {
    HttpRequest request = of.request("/api/conversations/" + key + "/events").GET().build();
    URI uri = request.uri();
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new java.net.InetSocketAddress(uri.getHost(), uri.getPort()));
    String head =
        "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n\r\n"
            .formatted(uri.getPath(), request.headers().firstValue("Authorization").orElseThrow());
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static void agents(String what) {
    try {
      HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(simulator.baseUrl().resolve("/simulator/agents/" + what))
                  .POST(BodyPublishers.noBody())
                  .build(),
              BodyHandlers.discarding());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JdbcClient jdbc() {
    return JdbcClient.create(baton.bean(DataSource.class));
  }

  private static void line(String key, String body) {
    line(baton, key, body);
  }

  private static void line(Baton of, String key, String body) {
    JdbcClient.create(of.bean(DataSource.class))
        .sql(
            """
            insert into baton_transcript (conversation_key, said_at, speaker, cause, body)
            values (?, current_timestamp, 'BATON', 'NOTE', ?)""")
        .params(key, body)
        .update();
  }

  private static int serverThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> !thread.getName().startsWith("HttpClient"))
            .count();
  }

  private static List<Long> ids(List<Event> events) {
    return events.stream().map(event -> Long.valueOf(event.id())).toList();
  }

  /** What was said, as the transcript has it: notes are events of another name there. */
  private static List<JsonNode> messages(List<Event> events) {
    return events.stream().filter(e -> e.name().equals("message")).map(Event::json).toList();
  }

  private static List<JsonNode> transcript(String key) {
    List<JsonNode> lines = new ArrayList<>();
    for (JsonNode line : baton.conversation(key).path("transcript")) {
      if (!line.path("from").asText().equals("baton")) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static Event last(List<Event> events) {
    return events.get(events.size() - 1);
  }
}
