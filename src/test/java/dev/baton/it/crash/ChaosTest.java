package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Desk;
import dev.baton.it.support.FaultCase;
import dev.baton.it.support.Launch;
import dev.baton.it.support.Nodes;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.ShortestRetries;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes on one PostgreSQL, under load: nodes are killed and started, connections to the
 * database are cut, Salesforce fails in every way that the simulator has; an operator retries what
 * stands still. After each storm everything comes to rest, and all of what {@link Crowd#judge}
 * asserts holds of every conversation. For how long: {@code -Dminutes=10}; which storms: {@code
 * -Dseed=1}.
 */
@Tag("campaign")
class ChaosTest {

  private static final int MINUTES = Integer.getInteger("minutes", 2);
  private static final long SEED = Long.getLong("seed", 1);
  private static final Duration STORM = Duration.ofSeconds(45);
  private static final int ESCALATIONS_PER_STORM = 100;
  private static final int NODES = 3;
  private static final int TALKERS = 4;
  private static final int TRIES = 20;
  private static final String PATH = "/api/conversations";
  private static final String ORDER_STATUS = "Order Status";
  private static final List<String> FAULTS =
      FaultCase.faults().stream().map(fault -> fault.then().replace('\'', '"')).toList();

  private final Org org = new Org();
  private final Desk desk = new Desk();
  private final Random random = new Random(SEED);
  private final String database = Postgres.newDatabase();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService operator = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger retried = new AtomicInteger();
  private final AtomicInteger talks = new AtomicInteger();
  private final Queue<Long> waits = new ConcurrentLinkedQueue<>();
  private int escalations;
  private int kills;
  private int cuts;

  @TempDir private Path folder;

  @Test
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void everyConversationEndsProperlyWhateverFailsMeanwhile() {
    org.simulator().script("{\"org\":{\"afterDecline\":\"goes\"}}");
    String[] settings = settings();
    Launch launch = Launch.archived(folder, database, org.simulator(), settings);
    Nodes nodes = new Nodes(() -> Baton.forkOn(launch, database, org.simulator(), settings));
    try (org;
        desk;
        nodes;
        Crowd crowd = new Crowd(org, desk, () -> nodes.any(ThreadLocalRandom.current()))) {
      for (int i = 0; i < NODES; i++) {
        nodes.start();
      }
      ScheduledFuture<?> retrying =
          operator.scheduleWithFixedDelay(() -> retry(nodes), 1, 1, TimeUnit.SECONDS);
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
      do {
        storm(crowd, nodes);
      } while (System.nanoTime() < end);
      retrying.cancel(false);
      System.out.printf(
          "%d escalations %s and %d talks; %d nodes killed, connections cut %d times, %d incidents"
              + " retried; an answer took %.1f s at most (seed %d)%n",
          escalations,
          crowd.ends(),
          talks.get(),
          kills,
          cuts,
          retried.get(),
          waits.stream().mapToLong(Long::longValue).max().orElse(0) / 1e9,
          SEED);
    } finally {
      operator.shutdownNow();
      threads.shutdownNow();
    }
  }

  private String[] settings() {
    return new String[] {
      Postgres.USER[0],
      "spring.main.sources=" + ShortestRetries.class.getName(),
      "baton.targets.enabled=queue,skill,agent,flow,bot",
      "baton.targets.webhook.desk.url=" + desk.url(),
      "baton.targets.webhook.desk.secret=" + Desk.SECRET,
      "baton.transfer.watch-every=500ms",
      "baton.transfer.after-failure=back-to-bot",
      "baton.api.answer-limit=2s",
      "camunda.bpm.webapp.enabled=false"
    };
  }

  private void storm(Crowd crowd, Nodes nodes) {
    List<Escalation> batch =
        IntStream.range(0, ESCALATIONS_PER_STORM)
            .mapToObj(n -> Escalation.draw(++escalations, random, FAULTS))
            .toList();
    crowd.prepare(batch);
    for (int i = 0; i < batch.size(); i++) {
      crowd.live(batch.get(i), (int) (STORM.toMillis() * i / batch.size()));
    }
    long over = System.nanoTime() + STORM.toNanos();
    List<CompletableFuture<List<Talk>>> talkers =
        IntStream.range(0, TALKERS)
            .mapToObj(n -> CompletableFuture.supplyAsync(() -> talk(nodes, over), threads))
            .toList();
    CompletableFuture<Void> starting = CompletableFuture.completedFuture(null);
    while (System.nanoTime() < over) {
      // Two are left at least; another starts while the storm goes on.
      if (random.nextBoolean() && nodes.count() == NODES) {
        nodes.kill(nodes.any(random));
        kills++;
        starting = CompletableFuture.runAsync(() -> start(nodes), threads);
      } else {
        cut();
        cuts++;
      }
      pause(1000 + random.nextInt(4000));
    }
    starting.join();
    crowd.allDone();
    org.simulator().script("{\"faults\":[]}");
    batch.forEach(crowd::comesToRest);
    batch.forEach(crowd::leave);
    List<Talk> talked = talkers.stream().flatMap(talker -> talker.join().stream()).toList();
    List<JsonNode> journal = org.journal();
    batch.forEach(escalation -> crowd.judge(escalation, journal));
    talked.forEach(talk -> talk.judge(journal));
    crowd.nobodyIsAsked();
    org.forget();
  }

  /** One that loses its database while it starts ends, and whoever supervises it starts another. */
  private static void start(Nodes nodes) {
    for (int tries = 1; ; tries++) {
      try {
        nodes.start();
        return;
      } catch (CompletionException e) {
        if (tries == TRIES) {
          throw e;
        }
        System.out.println("A node did not start: " + e.getMessage());
      }
    }
  }

  private static void pause(int millis) {
    new CompletableFuture<Void>().completeOnTimeout(null, millis, TimeUnit.MILLISECONDS).join();
  }

  /** Cuts about half of the connections to the database. */
  private void cut() {
    try (Connection connection =
            DriverManager.getConnection(
                database.replaceFirst("/\\w+$", "/postgres"), "postgres", null);
        PreparedStatement statement =
            connection.prepareStatement(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = ? and random() < 0.5""")) {
      statement.setString(1, database.substring(database.lastIndexOf('/') + 1));
      statement.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What an operator does who sees an incident. */
  private void retry(Nodes nodes) {
    try {
      Baton node = nodes.any(ThreadLocalRandom.current());
      Baton.Answer stuck = node.get("/engine-rest/external-task?noRetriesLeft=true");
      for (JsonNode id :
          stuck.status() == 200 ? stuck.json().findValues("id") : List.<JsonNode>of()) {
        Baton.Answer retry =
            node.send(
                node.request("/engine-rest/external-task/" + id.asText() + "/retries")
                    .header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString("{\"retries\":1}")));
        retried.addAndGet(retry.status() == 204 ? 1 : 0);
      }
    } catch (UncheckedIOException e) {
      System.out.println("The operator is not answered, and asks again.");
    }
  }

  // Those who only talk

  private record Talk(String key, String bot, List<String> said) {

    /** The bot has everything once and in order; of what was only started nobody has heard. */
    void judge(List<JsonNode> journal) {
      assertThat(Org.sessions(journal, bot).stream().map(s -> Org.takenIn(journal, s)))
          .as(key)
          .filteredOn(lines -> lines.size() > 1)
          .containsExactly(said);
    }
  }

  private List<Talk> talk(Nodes nodes, long over) {
    List<Talk> talked = new ArrayList<>();
    while (System.nanoTime() < over) {
      int n = talks.incrementAndGet();
      Talk talk = new Talk("talk-" + n, Org.bot(900_000 + n), new ArrayList<>(List.of("start")));
      org.addBot(talk.bot);
      ask(nodes, node -> node.post(PATH, Baton.object("key", talk.key, "botId", talk.bot)));
      for (int i = 0; i < 4; i++) {
        String text = ORDER_STATUS + " " + i;
        talk.said.add(text);
        turn(nodes, PATH + "/" + talk.key + "/messages", "m" + i, text);
      }
      ask(nodes, node -> node.leave(talk.key));
      talk.said.add("end UserRequest");
      Crowd.await(talk.key + " over", () -> nodes.newest().instances(talk.key).isEmpty());
      talked.add(talk);
    }
    return talked;
  }

  /** Notes how long it took until the answer was there. */
  private void turn(Nodes nodes, String messages, String id, String text) {
    long written = System.nanoTime();
    Baton.Answer answer =
        ask(nodes, node -> node.post(messages, Baton.object("id", id, "text", text)));
    while (answer.status() == 202) {
      pause(50);
      answer = ask(nodes, node -> node.get(messages + "/" + id));
    }
    waits.add(System.nanoTime() - written);
    assertThat(answer.json().path("messages")).as(messages + answer.body()).isNotEmpty();
  }

  private static Baton.Answer ask(Nodes nodes, Function<Baton, Baton.Answer> request) {
    return Crowd.said(() -> request.apply(nodes.any(ThreadLocalRandom.current())));
  }
}
