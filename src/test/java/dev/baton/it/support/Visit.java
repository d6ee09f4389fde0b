package dev.baton.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.CrashPoint.Seam;
import dev.baton.it.support.CrashPoint.Story;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * One customer's conversation, with a bot and queues of its own. The customer goes to one node for
 * as long as that lives, and does not know when it is killed: whoever gets no answer asks again.
 */
public final class Visit {

  private static final String TRANSFER = "Transfer To Agent";
  private static final String ORDER_STATUS = "Order Status";
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);

  private final int n;
  private final Story story;
  private final @Nullable CrashPoint point;
  private final Org org;
  private final Nodes nodes;
  private final Baton doomed;
  private final JdbcTemplate jdbc;
  private final Random random;
  private final CompletableFuture<Void> waits = new CompletableFuture<>();
  private final CompletableFuture<Void> killed = new CompletableFuture<>();

  /** A conversation whose node is to be killed at a point. */
  public Visit(int n, CrashPoint point, Org org, Nodes nodes, Baton doomed, JdbcTemplate jdbc) {
    this(n, point.story(), point, org, nodes, doomed, jdbc);
  }

  /** A conversation whose node is killed wherever it may be. */
  public Visit(int n, Story story, Org org, Nodes nodes, Baton doomed, JdbcTemplate jdbc) {
    this(n, story, null, org, nodes, doomed, jdbc);
  }

  private Visit(
      int n,
      Story story,
      @Nullable CrashPoint point,
      Org org,
      Nodes nodes,
      Baton doomed,
      JdbcTemplate jdbc) {
    this.n = n;
    this.story = story;
    this.point = point;
    this.org = org;
    this.nodes = nodes;
    this.doomed = doomed;
    this.jdbc = jdbc;
    this.random = new Random(n);
  }

  public String key() {
    return "visit-" + n;
  }

  public String bot() {
    return Org.bot(1000 + 2 * n);
  }

  public String otherBot() {
    return Org.bot(1001 + 2 * n);
  }

  public String queue() {
    return Org.queue(1000 + 2 * n);
  }

  public String otherQueue() {
    return Org.queue(1001 + 2 * n);
  }

  public Story story() {
    return story;
  }

  /** Makes its part of the org, and sees to it that it will stop at its point. */
  public void prepare() {
    switch (story) {
      case TALKS -> org.addBot(bot());
      case TAKEN, NOBODY -> {
        org.addQueue(queue(), "wait", 0);
        org.addQueue(otherQueue(), "wait", 0);
        org.addBot(bot(), queue(), otherQueue());
      }
      case NEXT_BOT -> {
        org.addBot(otherBot());
        org.addBotBefore(bot(), otherBot());
      }
    }
    if (point == null) {
      return;
    }
    if (point.seam() instanceof Seam.Call call) {
      org.fault(call.match(this), call.then());
    } else {
      String line = point + " " + key();
      doomed.tell(line);
      await("armed: " + line, () -> doomed.said().contains("ARMED " + line));
    }
  }

  /** Waits until the conversation is where its node is to be killed. */
  public void awaitPoint() {
    await(point + " " + key(), this::atPoint);
  }

  /** Whether it is there. */
  public boolean atPoint() {
    if (point == null) {
      return false;
    }
    if (point.seam() instanceof Seam.Call call) {
      List<JsonNode> journal = org.journal();
      Set<String> about = about(journal, call.id(this));
      return journal.stream()
          .filter(Org::unanswered)
          .filter(call::is)
          .anyMatch(entry -> about.stream().anyMatch(entry.toString()::contains));
    }
    return point.seam() instanceof Seam.Waiting
        ? waits.isDone()
        : doomed.said().contains("AT " + point + " " + key());
  }

  /** A bot or a queue, its sessions, and the cases that were made for it. */
  private static Set<String> about(List<JsonNode> journal, String id) {
    Set<String> about = new HashSet<>(Org.sessions(journal, id));
    about.add(id);
    casesFor(journal, id).map(call -> call.path("answer").path("id").asText()).forEach(about::add);
    about.remove("");
    return about;
  }

  private static Stream<JsonNode> casesFor(List<JsonNode> journal, String queue) {
    return journal.stream()
        .filter(call -> call.path("path").asText().endsWith("/sobjects/Case"))
        .filter(call -> call.path("effect").asText().equals("processed"))
        .filter(call -> call.path("body").path("OwnerId").asText().equals(queue));
  }

  /** Its node is gone, and the org holds nothing any more. */
  public void killed() {
    if (point != null && point.seam() instanceof Seam.Call call) {
      org.mend(call.match(this));
    }
    killed.complete(null);
  }

  // What the customer does, and the agents

  /** From the first word until nothing is left to be done. */
  public void live() {
    begin();
    dawdle();
    switch (story) {
      case TALKS -> {
        turn("m1", ORDER_STATUS);
        dawdle();
        leave();
      }
      case TAKEN -> {
        say("t", TRANSFER);
        String first = offeredTo(queue());
        offeredTo(otherQueue());
        waitIfThatIsThePoint();
        say("h", held());
        dawdle();
        org.accept(first);
      }
      case NOBODY -> {
        say("t", TRANSFER);
        org.decline(offeredTo(queue()));
        org.decline(offeredTo(otherQueue()));
      }
      case NEXT_BOT -> {
        say("t", TRANSFER);
        await(
            key() + " talks with the other bot",
            () -> count("baton_conversation", "bot_id = '" + otherBot() + "'") == 1);
        turn("m1", ORDER_STATUS);
        leave();
      }
    }
    await(key() + " at rest", this::atRest);
  }

  private String held() {
    return key() + " held";
  }

  /** Whose node is killed anywhere takes a while for everything. */
  private void dawdle() {
    if (point == null) {
      new CompletableFuture<Void>()
          .completeOnTimeout(null, random.nextInt(1500), TimeUnit.MILLISECONDS)
          .join();
    }
  }

  private void waitIfThatIsThePoint() {
    if (point != null && point.seam() instanceof Seam.Waiting) {
      waits.complete(null);
      killed.join();
    }
  }

  private void begin() {
    String strategy = story == Story.TAKEN ? "race" : "ordered";
    Baton.Answer begun =
        story == Story.TALKS || story == Story.NEXT_BOT
            ? nodes.ask(
                doomed,
                node -> node.post("/api/conversations", Baton.object("key", key(), "botId", bot())))
            : nodes.ask(
                doomed, node -> node.startProcess(key(), "botId", bot(), "strategy", strategy));
    assertThat(begun.status()).as(begun.body()).isIn(200, 201, 202);
  }

  private Baton.Answer say(String id, String text) {
    Baton.Answer said =
        nodes.ask(doomed, node -> node.post(messages(), Baton.object("id", id, "text", text)));
    assertThat(said.status()).as(said.body()).isIn(200, 202);
    return said;
  }

  private String messages() {
    return "/api/conversations/" + key() + "/messages";
  }

  /** Says something, and is answered. */
  private void turn(String id, String text) {
    Baton.Answer answer = say(id, text);
    if (answer.status() == 202) {
      answer =
          Awaitility.await(key() + " is answered")
              .atMost(LONG_ENOUGH)
              .until(
                  () -> nodes.ask(doomed, node -> node.get(messages() + "/" + id)),
                  now -> now.status() == 200);
    }
    assertThat(answer.json().path("messages")).as(key() + ": " + answer.body()).isNotEmpty();
  }

  private void leave() {
    Baton.Answer left = nodes.ask(doomed, node -> node.leave(key()));
    assertThat(left.status()).as(left.body()).isEqualTo(204);
  }

  private String offeredTo(String queue) {
    return Awaitility.await(key() + " is offered to " + queue)
        .atMost(LONG_ENOUGH)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                jdbc.queryForList(
                    """
                    select reference from baton_offer
                    where conversation_key = ? and target_value = ? and reference is not null""",
                    String.class,
                    key(),
                    queue),
            cases -> cases.size() == 1)
        .get(0);
  }

  private boolean atRest() {
    return count("baton_order", "true") == 0
        && count("baton_offer", "state in ('ASKING', 'OPEN', 'ABANDONED')") == 0
        && count("baton_conversation", "closed_at is not null") == 1;
  }

  private int count(String table, String condition) {
    return jdbc.queryForList(
            "select 1 from " + table + " where conversation_key = ? and " + condition,
            Integer.class,
            key())
        .size();
  }

  private static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(LONG_ENOUGH)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(condition);
  }

  // What has to have come of it

  /**
   * What the org saw of a conversation.
   *
   * @param wrong what must never be, in words
   * @param replayed requests that the bot recognised by their sequence ids
   * @param leftBehind sessions whose start was answered by nobody
   */
  public record Verdict(List<String> wrong, long replayed, int leftBehind) {}

  public Verdict judge(List<JsonNode> journal, List<Instant> kills) {
    List<String> wrong = new ArrayList<>();
    int leftBehind = heard(wrong, journal, bot(), kills, lines());
    if (story == Story.NEXT_BOT) {
      leftBehind +=
          heard(
              wrong, journal, otherBot(), kills, List.of("start", ORDER_STATUS, "end UserRequest"));
    }
    boolean offered = story == Story.TAKEN || story == Story.NOBODY;
    for (String queue : List.of(queue(), otherQueue())) {
      same(wrong, "cases for " + queue, casesFor(journal, queue).count(), offered ? 1L : 0L);
    }
    same(wrong, "comments", comments(journal), story == Story.TAKEN ? 1L : 0L);
    shown(wrong, nodes.newest().conversation(key()));
    Set<String> sessions =
        Stream.of(bot(), otherBot())
            .flatMap(bot -> Org.sessions(journal, bot).stream())
            .collect(Collectors.toSet());
    long replayed =
        journal.stream()
            .filter(call -> call.path("effect").asText().equals("replayed"))
            .filter(call -> sessions.contains(call.path("session").asText()))
            .count();
    return new Verdict(wrong.stream().map(w -> this + ": " + w).toList(), replayed, leftBehind);
  }

  private List<String> lines() {
    return switch (story) {
      case TALKS -> List.of("start", ORDER_STATUS, "end UserRequest");
      case TAKEN, NEXT_BOT -> List.of("start", TRANSFER, "transferSucceeded", "end Transfer");
      case NOBODY -> List.of("start", TRANSFER, "transferFailed", "end Other");
    };
  }

  private long comments(List<JsonNode> journal) {
    return journal.stream()
        .filter(call -> call.path("path").asText().endsWith("/CaseComment"))
        .filter(call -> call.path("effect").asText().equals("processed"))
        .filter(call -> call.path("body").toString().contains(held() + "\\n"))
        .count();
  }

  /**
   * One session has everything, once and in order. Others were only started: a kill came before the
   * answer was written down, and the bot does not know the repetition of a start as one.
   */
  private static int heard(
      List<String> wrong,
      List<JsonNode> journal,
      String bot,
      List<Instant> kills,
      List<String> expected) {
    List<String> sessions = Org.sessions(journal, bot);
    List<String> used = sessions.stream().filter(s -> Org.takenIn(journal, s).size() > 1).toList();
    same(
        wrong,
        "what " + bot + " took in",
        used.stream().map(s -> Org.takenIn(journal, s)).toList(),
        List.of(expected));
    for (String session : used) {
      List<Long> numbers = Org.sequence(journal, session);
      same(wrong, "sequence", numbers, LongStream.rangeClosed(1, numbers.size()).boxed().toList());
    }
    List<Instant> starts =
        journal.stream()
            .filter(call -> sessions.contains(call.path("session").asText()))
            .filter(call -> call.path("path").asText().endsWith("/sessions"))
            .map(call -> Instant.parse(call.path("at").asText()))
            .toList();
    for (int i = 1; i < starts.size(); i++) {
      Instant from = starts.get(i - 1);
      Instant to = starts.get(i);
      if (kills.stream().noneMatch(kill -> kill.isAfter(from) && kill.isBefore(to))) {
        wrong.add("a session was started twice, and nobody was killed in between");
      }
    }
    return sessions.size() - used.size();
  }

  private void shown(List<String> wrong, JsonNode shown) {
    same(
        wrong,
        "state",
        shown.path("state").asText(),
        story == Story.TAKEN ? "transferred" : "ended");
    same(wrong, "undelivered", shown.path("undelivered").asInt(), 0);
    same(wrong, "transfers", shown.path("transfers").size(), story == Story.TALKS ? 0 : 1);
    for (JsonNode transfer : shown.path("transfers")) {
      same(
          wrong,
          "report",
          transfer.path("report").asText(),
          story == Story.NOBODY ? "failed" : "succeeded");
      // Who is asked first may depend on an availability that nobody answered.
      List<String> outcomes =
          transfer.path("attempts").findValuesAsText("outcome").stream().sorted().toList();
      List<List<String>> right =
          switch (story) {
            case TALKS -> List.of();
            case TAKEN ->
                // A withdrawal that takes longer than it may goes on in the background.
                List.of(List.of("accepted", "withdrawn"), List.of("accepted", "in-doubt"));
            case NOBODY -> List.of(List.of("declined", "declined"));
            case NEXT_BOT -> List.of(List.of("accepted"));
          };
      if (!right.contains(outcomes)) {
        wrong.add("outcomes " + outcomes);
      }
    }
    List<String> ids = new ArrayList<>();
    for (JsonNode line : shown.path("transcript")) {
      JsonNode id = line.path("message").path("id");
      if (id.isTextual()) {
        ids.add(line.path("from").asText() + " " + id.asText());
      }
    }
    same(
        wrong,
        "lines of the transcript that are there twice",
        ids.size() - new HashSet<>(ids).size(),
        0);
  }

  private static void same(List<String> wrong, String what, Object is, Object expected) {
    if (!is.equals(expected)) {
      wrong.add("%s: %s, and not %s".formatted(what, is, expected));
    }
  }

  @Override
  public String toString() {
    return "%s (%s, %s)".formatted(key(), story, point == null ? "killed anywhere" : point);
  }
}
