package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.security.Flood.Kind;
import dev.baton.it.security.Flood.Rhythm;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Caller;
import dev.baton.it.support.Launch;
import dev.baton.it.support.Postgres;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node of 768 MB on PostgreSQL under many unauthenticated connections of each hostile kind: it
 * stays ready, and customers are served. Prints what their turns took. Each kind lasts until the
 * customers had their turns and the node dealt with each hostile connection a few times. How many
 * connections: {@code -Dhostile=300}.
 */
@Tag("campaign")
class HostileCrowdTest {

  private static final int HOSTILE = Integer.getInteger("hostile", 300);
  private static final int CUSTOMERS = 4;
  private static final int TURNS = 1_000;

  /** How often the node answers or closes each hostile connection before a kind is over. */
  private static final int ROUNDS = 3;

  private static final Duration LONGEST = Duration.ofMinutes(3);

  /** Below the limit of messages in one conversation. */
  private static final int TURNS_PER_CONVERSATION = 100;

  /** As the image's health check has it. */
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(3);

  private static final long ENDLESS = Long.MAX_VALUE;
  private static final String JSON = "Content-Type: application/json\r\n";

  /** Three fifths of 768 MB are heap, as in the image. */
  private static final Launch SMALL =
      new Launch(
          System.getProperty("java.class.path"),
          List.of("-XX:MaxRAM=768m", "-Xmx460m", "-XX:+ExitOnOutOfMemoryError"));

  private final List<String> wrong = new ArrayList<>();

  @Test
  void aSmallNodeServesCustomersUnderEachKindOfHostility() throws Exception {
    try (Simulator simulator = Simulator.start(0);
        Baton node =
            Baton.forkOn(
                SMALL,
                Postgres.newDatabase(),
                simulator,
                Postgres.USER[0],
                "baton.targets.webhook.desk.url=http://127.0.0.1:1/",
                "baton.targets.webhook.desk.secret=a secret of thirty-two characters")) {
      int port = node.address("/").getPort();
      measure(port, "warm-up", 0, idle());
      measure(port, "nothing", 0, idle());
      for (Kind kind : kinds()) {
        measure(port, kind.name(), HOSTILE, kind);
        assertThat(node.isRunning()).as(kind.name()).isTrue();
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static Kind idle() {
    return new Kind("idle", "", "", 0, Rhythm.PAUSED, 1000);
  }

  private static List<Kind> kinds() {
    String get = "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n";
    String page = get.formatted("/camunda/app/welcome/default/", "");
    String guess =
        get.formatted("/engine-rest/version", "Authorization: Basic b2xnYTp3cm9uZw==\r\n");
    String post = "POST %s HTTP/1.1\r\nHost: localhost\r\n" + JSON + "%s\r\n\r\n";
    String large = "Content-Length: 20971520";
    String piece = "a".repeat(16 * 1024);
    String slow = "Content-Length: 1000";
    String login = "/camunda/api/admin/auth/user/default/login/cockpit";
    return List.of(
        new Kind(
            "large bodies, deployment",
            post.formatted("/camunda/x/deployment/create", large),
            piece,
            20_971_510,
            Rhythm.FLAT_OUT,
            100),
        new Kind(
            "large bodies in chunks, webhook",
            post.formatted("/api/targets/webhook/desk", "Transfer-Encoding: chunked"),
            "4000\r\n" + piece + "\r\n",
            20_971_510,
            Rhythm.FLAT_OUT,
            100),
        new Kind(
            "slow bodies, webhook",
            post.formatted("/api/targets/webhook/desk", slow),
            " ",
            1000,
            Rhythm.PAUSED,
            1000),
        new Kind("slow bodies, login", post.formatted(login, slow), " ", 1000, Rhythm.PAUSED, 1000),
        new Kind(
            "slow bodies, refused",
            post.formatted("/api/conversations", slow),
            " ",
            1000,
            Rhythm.PAUSED,
            1000),
        idle(),
        new Kind(
            "half a header",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
            "a",
            8000,
            Rhythm.PAUSED,
            1000),
        new Kind("many sessions", page, page, ENDLESS, Rhythm.ANSWERED, 0),
        new Kind("wrong passwords", guess, guess, ENDLESS, Rhythm.ANSWERED, 0));
  }

  private void measure(int port, String name, int connections, Kind kind) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    ConcurrentLinkedQueue<Long> turns = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Long> probes = new ConcurrentLinkedQueue<>();
    Map<String, Integer> failures = new ConcurrentSkipListMap<>();
    ExecutorService threads = Executors.newCachedThreadPool();
    ScheduledExecutorService alarm = Executors.newSingleThreadScheduledExecutor();
    try (Flood flood = Flood.lasting(port, connections, kind)) {
      for (int i = 0; i < CUSTOMERS; i++) {
        String customer = name.replace(' ', '-') + "-" + i;
        threads.execute(() -> talk(port, customer, over, turns, failures));
      }
      ScheduledFuture<?> probing =
          alarm.scheduleWithFixedDelay(
              () -> probe(port, probes, failures), 0, 250, TimeUnit.MILLISECONDS);
      try {
        Awaitility.await(name)
            .atMost(LONGEST)
            .until(() -> turns.size() >= TURNS && flood.handled() >= (long) ROUNDS * connections);
      } catch (ConditionTimeoutException e) {
        failures.merge("turns or hostile connections are missing", 1, Integer::sum);
      } finally {
        over.set(true);
        probing.cancel(false);
        alarm.shutdown();
        threads.shutdown();
      }
      assertThat(threads.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
      assertThat(alarm.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      System.out.printf(
          "%-32s %5d turns, median %d ms, p99 %d ms; %d probes, slowest %d ms; hostile: %d"
              + " connections opened again, answers %s; failed: %s%n",
          name,
          turns.size(),
          share(turns, 0.5),
          share(turns, 0.99),
          probes.size(),
          share(probes, 1),
          flood.reopened(),
          flood.statuses(),
          failures);
    }
    if (!failures.isEmpty() || turns.isEmpty() || probes.isEmpty()) {
      wrong.add(name + ": " + failures);
    }
  }

  private static void talk(
      int port,
      String customer,
      AtomicBoolean over,
      ConcurrentLinkedQueue<Long> turns,
      Map<String, Integer> failures) {
    Caller channel = Caller.user(port, "olga:a password");
    for (int i = 0; !over.get(); i++) {
      String key = customer + "-" + i / TURNS_PER_CONVERSATION;
      boolean begins = i % TURNS_PER_CONVERSATION == 0;
      try {
        long before = System.nanoTime();
        int status =
            begins
                ? channel.post("/api/conversations", "{\"key\":\"" + key + "\"}").statusCode()
                : channel
                    .post(
                        "/api/conversations/" + key + "/messages",
                        "{\"id\":\"m%d\",\"text\":\"Hi\"}".formatted(i))
                    .statusCode();
        if (status == (begins ? 201 : 200)) {
          turns.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
        } else {
          failures.merge("turn " + status, 1, Integer::sum);
        }
      } catch (RuntimeException e) {
        failures.merge("turn " + e.getMessage(), 1, Integer::sum);
      }
    }
  }

  /** On a connection of its own, as a proxy probes. */
  private static void probe(
      int port, ConcurrentLinkedQueue<Long> probes, Map<String, Integer> failures) {
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
            .timeout(PROBE_TIMEOUT)
            .build();
    long before = System.nanoTime();
    try {
      int status =
          HttpClient.newBuilder()
              .connectTimeout(PROBE_TIMEOUT)
              .build()
              .send(ready, BodyHandlers.discarding())
              .statusCode();
      probes.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
      if (status != 200) {
        failures.merge("ready " + status, 1, Integer::sum);
      }
    } catch (IOException e) {
      failures.merge("ready " + e.getMessage(), 1, Integer::sum);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long share(ConcurrentLinkedQueue<Long> times, double share) {
    List<Long> sorted = times.stream().sorted().toList();
    return sorted.isEmpty() ? -1 : sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }
}
