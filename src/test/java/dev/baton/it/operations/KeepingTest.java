package dev.baton.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Retention;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.camunda.bpm.engine.HistoryService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** What was over for long is removed by itself; what is not, stays, however old it is. */
class KeepingTest {

  private static final List<String> TABLES =
      List.of("baton_conversation", "baton_inbox", "baton_transcript", "baton_transfer");

  private final Org org = new Org();

  @AfterEach
  void close() {
    org.close();
  }

  @Test
  void oldConversationsGoAndOpenOnesStayOnH2(@TempDir Path folder) {
    oldOnesGo(
        "jdbc:h2:file:" + folder.resolve("baton") + ";LOCK_TIMEOUT=10000;DB_CLOSE_ON_EXIT=FALSE");
  }

  @Test
  void oldConversationsGoAndOpenOnesStayOnPostgres() {
    oldOnesGo(Postgres.newDatabase(), Postgres.USER);
  }

  private void oldOnesGo(String database, String... user) {
    List<String> properties = new ArrayList<>(List.of(user));
    // The whole day, so that it is due at the start.
    String window = "camunda.bpm.generic-properties.properties.history-cleanup-batch-window-";
    properties.add(window + "start-time=00:00");
    properties.add(window + "end-time=00:00");
    try (Baton baton = Baton.startOn(database, org.simulator(), array(properties))) {
      for (String key : List.of("old", "young", "talking", "still to be ended")) {
        baton.begin(key);
        baton.write(key, "m1", "Order Status");
      }
      end(baton, "old");
      end(baton, "young");
      org.fault("{\"method\":\"DELETE\"}", "{\"status\":503}");
      String instance = baton.instances("still to be ended").path(0).path("id").asText();
      assertThat(
              baton
                  .send(baton.request("/engine-rest/process-instance/" + instance).DELETE())
                  .status())
          .isEqualTo(204);
      JdbcTemplate jdbc = jdbc(baton);
      for (String key : List.of("old", "talking", "still to be ended")) {
        age(jdbc, key);
      }
    }
    try (Baton baton = Baton.startOn(database, org.simulator(), array(properties))) {
      JdbcTemplate jdbc = jdbc(baton);
      Awaitility.await("the old conversation is gone")
          .atMost(Duration.ofSeconds(60))
          .until(() -> rows(jdbc, "old") == 0 && history(baton, "old") == 0);
      assertThat(baton.conversation("old").path("status").asInt()).isEqualTo(404);

      assertThat(rows(jdbc, "young")).isPositive();
      assertThat(history(baton, "young")).isEqualTo(1);
      assertThat(rows(jdbc, "still to be ended")).as("its session is still open").isPositive();

      assertThat(history(baton, "talking")).as("kept from the start, not from the end").isZero();
      assertThat(baton.write("talking", "m2", "Order Status").path("messages").size()).isPositive();
      org.heal();
      end(baton, "talking");
    }
  }

  @Test
  void severalNodesRemoveAtTheSameTimeAndNoneStumblesOverAnother() {
    try (Baton baton = Baton.startOn(Postgres.newDatabase(), org.simulator(), Postgres.USER)) {
      JdbcTemplate jdbc = jdbc(baton);
      jdbc.update(
          """
          insert into baton_conversation (conversation_key, process_instance_id, bot_id, state,
            opening_variables, started_at, closed_at)
          select 'c' || n, 'p' || n, 'b', 'ENDED', '[]', now(), now() - interval '31' day
          from generate_series(1, 1050) n""");
      jdbc.update(
          """
          insert into baton_transcript (conversation_key, said_at, speaker, cause, body)
          select conversation_key, now(), 'BOT', 'START', '{}' from baton_conversation""");
      Retention retention = baton.bean(Retention.class);

      CompletableFuture.allOf(
              IntStream.range(0, 4)
                  .mapToObj(node -> CompletableFuture.runAsync(() -> removeAll(retention)))
                  .toArray(CompletableFuture[]::new))
          .join();
      // Who found too little because others held the rest is not the last one.
      removeAll(retention);

      for (String table : TABLES) {
        assertThat(jdbc.queryForObject("select count(*) from " + table, Integer.class)).isZero();
      }
    }
  }

  @Test
  void theEnginesCleanUpIsSetToTheNight() {
    try (Baton baton = Baton.start(org.simulator())) {
      assertThat(baton.bean(HistoryService.class).findHistoryCleanupJobs()).hasSize(1);
      // The job's own time is another one as soon as it has run: during the night, that is at once.
      JsonNode window = baton.get("/engine-rest/history/cleanup/configuration").json();
      assertThat(window.path("batchWindowStartTime").asText()).contains("T01:00:00");
      assertThat(window.path("batchWindowEndTime").asText()).contains("T05:00:00");
    }
  }

  private static void removeAll(Retention retention) {
    boolean more = true;
    while (more) {
      more = retention.removeSome();
    }
  }

  /** Everything about it happened 31 days before. */
  private static void age(JdbcTemplate jdbc, String key) {
    jdbc.update(
        """
        update baton_conversation set started_at = started_at - interval '31' day,
          closed_at = closed_at - interval '31' day where conversation_key = ?""",
        key);
    String root = "select id_ from act_hi_procinst where business_key_ = ?";
    for (String table : List.of("act_hi_actinst", "act_hi_varinst", "act_hi_incident")) {
      jdbc.update(
          "update %s set removal_time_ = removal_time_ - interval '31' day where root_proc_inst_id_ in (%s)"
              .formatted(table, root),
          key);
    }
    jdbc.update(
        """
        update act_hi_procinst set start_time_ = start_time_ - interval '31' day,
          removal_time_ = removal_time_ - interval '31' day where business_key_ = ?""",
        key);
  }

  private static int rows(JdbcTemplate jdbc, String key) {
    int rows = 0;
    for (String table : TABLES) {
      Integer count =
          jdbc.queryForObject(
              "select count(*) from " + table + " where conversation_key = ?", Integer.class, key);
      rows += count == null ? 0 : count;
    }
    return rows;
  }

  private static long history(Baton baton, String key) {
    return baton
        .bean(HistoryService.class)
        .createHistoricProcessInstanceQuery()
        .processInstanceBusinessKey(key)
        .count();
  }

  private static void end(Baton baton, String key) {
    baton.leave(key);
    baton.awaitOver(key);
  }

  private static JdbcTemplate jdbc(Baton baton) {
    return new JdbcTemplate(baton.bean(DataSource.class));
  }

  private static String[] array(List<String> properties) {
    return properties.toArray(String[]::new);
  }
}
