package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Conversations;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** One of two nodes is stopped as for an upgrade, with its hands full. */
class StopTest {

  private static final int CUSTOMERS = 20;
  private static final String ASKED = "Order Status";
  private static final String TRANSFER = "Transfer To Agent";
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

  private final Org org = new Org();
  private final List<String> keys = new ArrayList<>();

  @Test
  void whatIsUnderWayIsFinishedAndTheOtherNodeGoesOnWithTheRestAtOnce() {
    String database = Postgres.newDatabase();
    try (org;
        Baton leaving = Baton.forkOn(database, org.simulator(), Postgres.USER);
        Baton staying = Baton.startOn(database, org.simulator(), Postgres.USER)) {
      JdbcTemplate jdbc = new JdbcTemplate(staying.bean(DataSource.class));
      IntStream.range(0, CUSTOMERS).forEach(n -> begin(leaving, "customer" + n));
      begin(leaving, "slow");
      begin(leaving, "retried");
      begin(leaving, "offered");
      say(leaving, "offered", TRANSFER);
      awaitOffer(jdbc);

      org.fault(ofSession(staying, "retried"), "{\"status\":503}");
      say(leaving, "retried", ASKED);
      Awaitility.await("the first try failed")
          .atMost(LONG_ENOUGH)
          .until(() -> attempts(jdbc, "retried") > 0);
      org.fault(ofSession(staying, "slow"), "{\"delayMs\":15000}");
      say(leaving, "slow", ASKED);
      org.fault("{\"body\":\"%s\"}".formatted(ASKED), "{\"delayMs\":8000}");
      List<CompletableFuture<Baton.Answer>> turns =
          IntStream.range(0, CUSTOMERS)
              .mapToObj(n -> leaving.writeLater("customer" + n, ASKED, ASKED))
              .toList();
      Awaitility.await("all calls are under way")
          .atMost(LONG_ENOUGH)
          .until(() -> taken(ASKED) >= CUSTOMERS + 1);
      String node = owner(jdbc, "retried");
      assertThat(owner(jdbc, "slow")).isEqualTo(node);

      leaving.terminate();

      Awaitility.await("the other node has what is not under way")
          .atMost(LONG_ENOUGH)
          .until(() -> !node.equals(owner(jdbc, "retried")));
      assertThat(owner(jdbc, "slow")).as("this call is still waited for").isEqualTo(node);
      assertThat(leaving.isRunning()).isTrue();
      org.heal();
      staying.awaitAt("retried", "WaitForCustomer");
      org.accept(awaitOffer(jdbc));
      staying.awaitOver("offered");

      leaving.awaitGone();
      for (CompletableFuture<Baton.Answer> turn : turns) {
        assertThat(turn.join().status()).as(turn.join().body()).isEqualTo(200);
        assertThat(turn.join().json().path("messages").size()).isPositive();
      }
      keys.remove("offered");
      for (String key : keys) {
        staying.awaitAt(key, "WaitForCustomer");
        staying.leave(key);
        staying.awaitOver(key);
        heard(staying, key, "start", ASKED, "end UserRequest");
      }
      heard(staying, "offered", "start", TRANSFER, "transferSucceeded", "end Transfer");
      assertThat(jdbc.queryForList("select id from baton_order")).isEmpty();
    }
  }

  private void begin(Baton baton, String key) {
    keys.add(key);
    assertThat(baton.begin(key).path("state").asText()).isEqualTo("talking");
  }

  private static void say(Baton baton, String key, String text) {
    assertThat(baton.correlate(key, text, text).status()).isEqualTo(204);
  }

  private static String session(Baton baton, String key) {
    return String.valueOf(baton.bean(Conversations.class).find(key).orElseThrow().sessionId());
  }

  private static String ofSession(Baton baton, String key) {
    return "{\"session\":\"%s\"}".formatted(session(baton, key));
  }

  private long taken(String text) {
    return org.journal().stream()
        .filter(call -> call.path("body").path("message").path("text").asText().equals(text))
        .filter(Org::unanswered)
        .count();
  }

  private static String awaitOffer(JdbcTemplate jdbc) {
    return Awaitility.await("an offer")
        .atMost(LONG_ENOUGH)
        .until(
            () ->
                jdbc.queryForList(
                    "select reference from baton_offer where state = 'OPEN'", String.class),
            references -> references.size() == 1)
        .get(0);
  }

  private static int attempts(JdbcTemplate jdbc, String key) {
    return jdbc
        .queryForList(
            "select attempts from baton_order where conversation_key = ?", Integer.class, key)
        .stream()
        .mapToInt(Integer::intValue)
        .sum();
  }

  private static String owner(JdbcTemplate jdbc, String key) {
    return String.valueOf(
        jdbc.queryForList(
            """
            select owner from baton_order where conversation_key = ?
            union all
            select turn_owner from baton_conversation
            where conversation_key = ? and turn = 'TAKEN' and turn_owner is not null""",
            String.class,
            key,
            key));
  }

  private void heard(Baton baton, String key, String... lines) {
    List<JsonNode> journal = org.journal();
    assertThat(Org.takenIn(journal, session(baton, key))).as(key).containsExactly(lines);
  }
}
