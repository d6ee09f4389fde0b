package dev.baton.it.performance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.app.BatonApplication;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.Trial;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A variable or an index more, times all conversations that wait, goes unnoticed. */
class SizeTest {

  private static final int COUNT = Integer.getInteger("conversations", 500);

  private static Trial trial;

  @BeforeAll
  static void start() {
    trial =
        Trial.startOn(
            Postgres.newDatabase(),
            BatonApplication.class,
            Postgres.USER[0],
            "baton.bots.calls-at-once=8");
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void aConversationThatWaitsForTheCustomer() throws InterruptedException {
    // What a table takes for its first rows is not counted.
    begin("warm", 20);
    Map<String, Long> before = sizes();
    begin("counted", COUNT);
    Map<String, Long> grown = new TreeMap<>();
    sizes().forEach((table, size) -> grown.put(table, size - before.getOrDefault(table, 0L)));
    long total = grown.values().stream().mapToLong(Long::longValue).sum();
    StringBuilder told = new StringBuilder();
    grown.entrySet().stream()
        .filter(table -> table.getValue() > 0)
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(
            table -> told.append("%6d  %s%n".formatted(table.getValue() / COUNT, table.getKey())));
    told.append("%6d  bytes for each conversation".formatted(total / COUNT));
    System.out.println(told);
    assertThat(total / COUNT).as(told.toString()).isLessThanOrEqualTo(7_500);
  }

  private static void begin(String prefix, int count) throws InterruptedException {
    ExecutorService channels = Executors.newFixedThreadPool(4);
    for (int i = 0; i < count; i++) {
      String key = prefix + i;
      channels.execute(() -> trial.baton.begin(key));
    }
    channels.shutdown();
    assertThat(channels.awaitTermination(5, TimeUnit.MINUTES)).isTrue();
    Awaitility.await("all wait for the customer")
        .atMost(Duration.ofMinutes(2))
        .until(() -> trial.count("select count(*) from baton_order") == 0);
  }

  /** What tables take on the disk with their indexes, without what is to be freed. */
  private static Map<String, Long> sizes() {
    Map<String, Long> sizes = new TreeMap<>();
    List<String> tables =
        trial.jdbc.queryForList(
            """
            select relname from pg_stat_user_tables
            where relname like 'act_ru%' or relname like 'act_hi%'
              or relname like 'act_ge%' or relname like 'baton%'""",
            String.class);
    for (String table : tables) {
      trial.jdbc.execute("vacuum full " + table);
      Long size =
          trial.jdbc.queryForObject(
              "select pg_total_relation_size(?::regclass)", Long.class, table);
      sizes.put(table, size == null ? 0 : size);
    }
    return sizes;
  }
}
