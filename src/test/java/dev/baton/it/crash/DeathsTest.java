package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.baton.http.RawServer;
import dev.baton.it.support.Baton;
import dev.baton.it.support.HostileFront;
import dev.baton.it.support.Launch;
import dev.baton.it.support.Nodes;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** Calls that are in flight whenever a node is killed: after three times nobody repeats them. */
@Tag("campaign")
class DeathsTest {

  private static final int DEATHS = 3;
  private static final String TRANSFER = "Transfer To Agent";
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

  /** A message in a turn, the start of a session, and an offer; which part of a request tells. */
  private static final Map<String, String> HELD =
      Map.of("turn", "words of the turn", "start", Org.bot(2) + "/sessions", "offer", Org.queue(3));

  private final Org org = new Org();
  private final Map<String, AtomicInteger> came = new ConcurrentHashMap<>();
  private volatile boolean harmful = true;

  @TempDir private Path folder;

  @Test
  @Timeout(600)
  void afterThreeDeathsOnlyAnOperatorHasACallRepeated() throws Exception {
    String database = Postgres.newDatabase();
    org.addBot(Org.bot(1));
    org.addBot(Org.bot(2));
    org.addBot(Org.bot(3), Org.queue(3));
    org.addQueue(Org.queue(3), "accept", 0);
    try (org;
        HostileFront front = new HostileFront(org.simulator(), this::held);
        HikariDataSource source = new HikariDataSource()) {
      source.setJdbcUrl(database);
      source.setUsername("postgres");
      JdbcTemplate jdbc = new JdbcTemplate(source);
      List<String> settings = new ArrayList<>(List.of(front.properties()));
      settings.add(Postgres.USER[0]);
      String[] properties = settings.toArray(String[]::new);
      Launch launch = Launch.archived(folder, database, org.simulator(), properties);
      try (Nodes nodes =
          new Nodes(() -> Baton.forkOn(launch, database, org.simulator(), properties))) {
        nodes.start();
        Baton first = nodes.oldest();
        first.startProcess("turn", "botId", Org.bot(1));
        first.startProcess("offer", "botId", Org.bot(3));
        first.startProcess("start", "botId", Org.bot(2));
        first.awaitAt("turn", "WaitForCustomer");
        first.awaitAt("offer", "WaitForCustomer");
        first.correlate("turn", "m1", java.util.Objects.requireNonNull(HELD.get("turn")));
        first.correlate("offer", "m1", TRANSFER);
        for (int death = 1; death <= DEATHS; death++) {
          awaitHeld(death);
          nodes.start();
          nodes.kill(nodes.oldest());
        }
        Baton last = nodes.oldest();
        for (String key : HELD.keySet()) {
          Awaitility.await(key + " stands at an incident")
              .atMost(LONG_ENOUGH)
              .until(() -> last.conversation(key).path("state").asText().equals("failed"));
          assertThat(
                  jdbc.queryForList(
                      "select error from baton_order where conversation_key = ?",
                      String.class,
                      key))
              .as(key)
              .singleElement()
              .asString()
              .contains("Possibly harmful answer", "3 nodes died");
        }
        assertThat(incidents(last)).hasSize(HELD.size()).allMatch(it -> it.contains("harmful"));
        HELD.keySet().forEach(key -> assertThat(times(key)).as(key).isEqualTo(DEATHS));

        harmful = false;
        HELD.keySet().forEach(key -> retry(last, key));
        last.awaitAt("turn", "WaitForCustomer");
        last.awaitAt("start", "WaitForCustomer");
        Awaitility.await("the agent has the customer")
            .atMost(LONG_ENOUGH)
            .until(() -> last.instances("offer").isEmpty());
        assertThat(last.conversation("offer").path("state").asText()).isEqualTo("transferred");
        assertThat(jdbc.queryForList("select id from baton_order")).isEmpty();
      }
    }
  }

  private Optional<RawServer.Behaviour> held(HostileFront.Request request) {
    return HELD.entrySet().stream()
        .filter(held -> harmful && request.method().equals("POST"))
        .filter(held -> request.names(held.getValue()))
        .findFirst()
        .map(
            held -> {
              came.computeIfAbsent(held.getKey(), key -> new AtomicInteger()).incrementAndGet();
              return RawServer::beSilent;
            });
  }

  private int times(String key) {
    return came.getOrDefault(key, new AtomicInteger()).get();
  }

  private void awaitHeld(int times) {
    Awaitility.await("all calls are made for the " + times + ". time")
        .atMost(LONG_ENOUGH)
        .until(() -> HELD.keySet().stream().allMatch(key -> times(key) == times));
  }

  /** What operators see: of an incident that its callers show, too, only the first. */
  private static List<String> incidents(Baton baton) {
    List<String> messages = new ArrayList<>();
    for (JsonNode incident : baton.get("/engine-rest/incident").json()) {
      if (incident.path("id").equals(incident.path("rootCauseIncidentId"))) {
        messages.add(incident.path("incidentMessage").asText());
      }
    }
    return messages;
  }

  private static void retry(Baton baton, String key) {
    for (JsonNode task : baton.get("/engine-rest/external-task?noRetriesLeft=true").json()) {
      if (task.path("businessKey").asText().equals(key)) {
        baton.put("external-task/" + task.path("id").asText() + "/retries", "{\"retries\":1}");
      }
    }
  }
}
