package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.baton.it.support.Baton;
import dev.baton.it.support.CrashPoint;
import dev.baton.it.support.CrashPoint.Seam;
import dev.baton.it.support.CrashPoint.Story;
import dev.baton.it.support.Launch;
import dev.baton.it.support.Nodes;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.Visit;
import dev.baton.it.support.Visit.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Processes are killed, as {@code kill -9} does, at every {@link CrashPoint}; two others live on
 * the same PostgreSQL, and finish what was begun. The org's journal is the judge: nothing is lost,
 * and nothing is done twice but what the bot can recognise by its sequence id. Each kill meets
 * several conversations at points of their own and some that are anywhere. How many kills: {@code
 * -Dkills=300}; without it as many as reach every point once. Which points: {@code -Dseed=1}.
 */
@Tag("campaign")
class CrashTest {

  private static final int KILLS = Integer.getInteger("kills", 0);
  private static final long SEED = Long.getLong("seed", 1);

  /** A thread that stops at a commit is one of the node's four that settle outcomes. */
  private static final int COMMITS_PER_KILL = 2;

  private static final int CALLS_PER_KILL = 2;
  private static final int LAST_PER_KILL = 1;
  private static final int ANYWHERE_PER_KILL = 2;
  private static final List<Story> STORIES = List.of(Story.values());
  private static final int KILLS_PER_VERDICT = 10;

  private static final String ORG = "{\"org\":{\"afterDecline\":\"goes\"}}";
  private static final String[] SETTINGS = {
    Postgres.USER[0],
    "spring.main.sources=" + CommitGate.class.getName(),
    "baton.targets.enabled=queue,bot",
    "baton.transfer.watch-every=300ms",
    "camunda.bpm.webapp.enabled=false"
  };

  private final long started = System.nanoTime();
  private final Org org = new Org();
  private final Random random = new Random(SEED);
  private final String database = Postgres.newDatabase();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Deque<CrashPoint> commits = new ArrayDeque<>();
  private final Deque<CrashPoint> calls = new ArrayDeque<>();
  private final Deque<CrashPoint> last = new ArrayDeque<>();
  private final Map<CrashPoint, Integer> reached = new EnumMap<>(CrashPoint.class);
  private final List<Instant> kills = new CopyOnWriteArrayList<>();
  private final List<CompletableFuture<Double>> takeOvers = new ArrayList<>();
  private final Map<Visit, CompletableFuture<Void>> visits = new LinkedHashMap<>();
  private int conversations;
  private int taken;
  private long replayed;
  private int leftBehind;

  @TempDir private Path folder;

  @Test
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void whateverAProcessWasDoingWhenItWasKilledIsDoneOnceByAnother() {
    org.simulator().script(ORG);
    Launch launch = Launch.archived(folder, database, org.simulator(), SETTINGS);
    Nodes nodes = new Nodes(() -> Baton.forkOn(launch, database, org.simulator(), SETTINGS));
    try (org;
        nodes;
        HikariDataSource source = new HikariDataSource()) {
      source.setJdbcUrl(database);
      source.setUsername("postgres");
      JdbcTemplate jdbc = new JdbcTemplate(source);
      nodes.start();
      nodes.start();
      while (KILLS == 0 ? reached.size() < CrashPoint.values().length : kills.size() < KILLS) {
        kill(nodes, jdbc);
        if (kills.size() % KILLS_PER_VERDICT == 0) {
          judge();
        }
      }
      judge();
      System.out.println("how often each: " + reached);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Two others are alive when the oldest node dies. */
  private void kill(Nodes nodes, JdbcTemplate jdbc) {
    CompletableFuture<Void> another = CompletableFuture.runAsync(nodes::start, threads);
    Baton doomed = nodes.oldest();
    Map<Visit, CrashPoint> stopped = new LinkedHashMap<>();
    Consumer<List<CrashPoint>> stop =
        points -> {
          Map<Visit, CrashPoint> some = new LinkedHashMap<>();
          points.forEach(
              point ->
                  some.put(
                      begin(new Visit(++conversations, point, org, nodes, doomed, jdbc)), point));
          some.keySet().forEach(Visit::awaitPoint);
          stopped.putAll(some);
        };
    stop.accept(draw(commits, COMMITS_PER_KILL, point -> commit(point) && !last(point)));
    another.join();
    for (int i = 0; i < ANYWHERE_PER_KILL; i++) {
      Story story = STORIES.get(random.nextInt(STORIES.size()));
      begin(new Visit(++conversations, story, org, nodes, doomed, jdbc));
    }
    stop.accept(draw(calls, CALLS_PER_KILL, point -> !commit(point)));
    stop.accept(draw(last, LAST_PER_KILL, CrashTest::last));
    nodes.kill(doomed);
    kills.add(Instant.now());
    takeOvers.add(CompletableFuture.supplyAsync(() -> takenOver(doomed, jdbc), threads));
    stopped.forEach(
        (visit, point) -> {
          // The org may have given a call up that it held too long; the point is tried again then.
          if (visit.atPoint()) {
            reached.merge(point, 1, Integer::sum);
          } else {
            calls.add(point);
          }
          visit.killed();
        });
  }

  /** The next points in a random order, all of them before any comes again. */
  private List<CrashPoint> draw(Deque<CrashPoint> points, int count, Predicate<CrashPoint> which) {
    if (points.isEmpty() && (KILLS > 0 || kills.isEmpty())) {
      List<CrashPoint> all =
          new ArrayList<>(Arrays.stream(CrashPoint.values()).filter(which).toList());
      Collections.shuffle(all, random);
      points.addAll(all);
    }
    List<CrashPoint> drawn = new ArrayList<>();
    while (drawn.size() < count && !points.isEmpty()) {
      drawn.add(points.remove());
    }
    return drawn;
  }

  private static boolean commit(CrashPoint point) {
    return point.seam() instanceof Seam.Commit;
  }

  private static boolean last(CrashPoint point) {
    return point.seam() instanceof Seam.Commit commit && commit.last();
  }

  private Visit begin(Visit visit) {
    visit.prepare();
    visits.put(visit, CompletableFuture.runAsync(visit::live, threads));
    return visit;
  }

  /** How many seconds after its end nothing belongs to a node any more. */
  private static double takenOver(Baton dead, JdbcTemplate jdbc) {
    long killed = System.nanoTime();
    String id =
        dead.said().stream()
            .filter(line -> line.startsWith("NODE "))
            .map(line -> line.substring("NODE ".length()))
            .findFirst()
            .orElseThrow();
    Awaitility.await("the orders and offers of a dead node are taken over")
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                jdbc.queryForList(
                        """
                        select id from baton_order where owner = ? and state <> 'FAILED'
                        union all
                        select id from baton_offer where owner = ? and state = 'OPEN'
                        union all
                        select next_sequence from baton_conversation
                        where turn_owner = ? and turn in ('TAKEN', 'MORE')""",
                        Long.class,
                        id,
                        id,
                        id)
                    .isEmpty());
    return (System.nanoTime() - killed) / 1e9;
  }

  /** Of the conversations since the last time, when all are over. */
  private void judge() {
    visits.values().forEach(CompletableFuture::join);
    takeOvers.forEach(CompletableFuture::join);
    List<JsonNode> journal = org.journal();
    List<String> wrong = new ArrayList<>();
    for (Visit visit : visits.keySet()) {
      Verdict verdict = visit.judge(journal, kills);
      wrong.addAll(verdict.wrong());
      replayed += verdict.replayed();
      leftBehind += verdict.leftBehind();
      taken += visit.story() == Story.TAKEN ? 1 : 0;
    }
    assertThat(wrong).isEmpty();
    System.out.printf(
        "%d kills at %d points in %d conversations, seed %d: 0 lost, 0 doubled, %d repeated with the"
            + " same sequence id, %d sessions started anew; taken over after %.1f s at most; %d s%n",
        kills.size(),
        reached.values().stream().mapToInt(Integer::intValue).sum(),
        conversations,
        SEED,
        replayed,
        leftBehind,
        takeOvers.stream().mapToDouble(CompletableFuture::join).max().orElse(0),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started));
    assertThat(org.query("SELECT Id FROM PendingServiceRouting")).as("what waits").isEmpty();
    assertThat(org.query("SELECT Id FROM AgentWork WHERE Status = 'Assigned'"))
        .as("what rings")
        .isEmpty();
    assertThat(org.query("SELECT Id FROM Case WHERE Status != 'Closed'"))
        .as("open cases: those of agents who have a customer")
        .hasSize(taken);
    visits.clear();
    org.forget();
    org.simulator().script("{\"reset\":true}");
    org.simulator().script(ORG);
  }
}
