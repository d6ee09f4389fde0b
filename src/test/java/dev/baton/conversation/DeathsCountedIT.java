package dev.baton.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Which orders count the death of their node: those whose calls it was making. */
@NullUnmarked
class DeathsCountedIT {

  private static final JdbcDataSource H2 = new JdbcDataSource();
  private static EmbeddedPostgres server;

  private JdbcClient jdbc;
  private TransactionTemplate transaction;
  private Conversations conversations;
  private Orders dead;
  private Orders alive;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
    H2.setURL("jdbc:h2:mem:deaths;DB_CLOSE_DELAY=-1");
    Schema.migrate(server.getPostgresDatabase());
    Schema.migrate(H2);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private void in(boolean isH2) {
    DataSource source = isH2 ? H2 : server.getPostgresDatabase();
    DataSourceTransactionManager transactions = new DataSourceTransactionManager(source);
    Writes writes = new Writes(JdbcClient.create(source), isH2);
    jdbc = writes;
    transaction = new TransactionTemplate(transactions);
    conversations =
        new Conversations(
            writes, isH2, new Transcript(writes, new Changes()), transactions, e -> false);
    jdbc.sql("delete from baton_order").update();
    jdbc.sql("delete from baton_conversation").update();
    jdbc.sql("delete from baton_node").update();
    jdbc.sql(
            """
            insert into baton_conversation (conversation_key, process_instance_id, bot_id, state,
              opening_variables, started_at, next_sequence)
            values ('key', 'process', 'bot', 'TALKING', '[]', current_timestamp, 5)""")
        .update();
    dead = new Orders(jdbc, conversations, new Node(jdbc), order -> {});
    Node node = new Node(jdbc);
    node.alive();
    alive = new Orders(jdbc, conversations, node, order -> {});
  }

  private long place(OrderKind kind, Instant dueAt) {
    return transaction.execute(
        status -> dead.place(kind, "key", "task", "step", null, null, dueAt));
  }

  private Order order(long id) {
    return alive.find(id).orElseThrow();
  }

  private int deathsOnceTakenOver(long id) {
    assertThat(alive.takeOver(order(id))).isTrue();
    return order(id).deaths();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCallInFlightCountsEachDeath(boolean isH2) {
    in(isH2);
    long id = place(OrderKind.BOT_MESSAGE, null);
    assertThat(deathsOnceTakenOver(id)).isEqualTo(1);
    Orders third = new Orders(jdbc, conversations, new Node(jdbc), order -> {});
    assertThat(third.takeOver(order(id))).isTrue();
    assertThat(order(id).deaths()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatAnOrderlyShutdownLeavesDoesNot(boolean isH2) {
    in(isH2);
    long id = place(OrderKind.BOT_MESSAGE, null);
    dead.leaveToOthers(Set.of());
    assertThat(deathsOnceTakenOver(id)).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void norWhatComesAfterAnotherOnTheBotsSession(boolean isH2) {
    in(isH2);
    long first = place(OrderKind.BOT_MESSAGE, null);
    long second = place(OrderKind.BOT_END, null);
    long offer = place(OrderKind.TARGET_OFFER, null);
    assertThat(deathsOnceTakenOver(second)).isZero();
    assertThat(deathsOnceTakenOver(first)).isEqualTo(1);
    assertThat(deathsOnceTakenOver(offer)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void norWhatWaits(boolean isH2) {
    in(isH2);
    Instant later = Instant.now().plusSeconds(600);
    assertThat(deathsOnceTakenOver(place(OrderKind.TARGET_OFFER, later))).isZero();
    long retried = place(OrderKind.TARGET_OFFER, null);
    dead.triedInVain(order(retried), true, later);
    assertThat(deathsOnceTakenOver(retried)).isZero();
    long parked = place(OrderKind.TARGET_OFFER, null);
    dead.parked(order(parked), "org", Instant.now().minusSeconds(1), true);
    assertThat(deathsOnceTakenOver(parked)).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasParkedCountsOnceItIsCalled(boolean isH2) {
    in(isH2);
    long parked = place(OrderKind.TARGET_OFFER, null);
    dead.parked(order(parked), "org", Instant.now().plusSeconds(600), true);
    dead.called(order(parked));
    assertThat(deathsOnceTakenOver(parked)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOperatorsRetryForgetsThem(boolean isH2) {
    in(isH2);
    long id = place(OrderKind.BOT_MESSAGE, null);
    assertThat(deathsOnceTakenOver(id)).isEqualTo(1);
    transaction.executeWithoutResult(status -> alive.reopen(order(id)));
    assertThat(order(id).deaths()).isZero();
  }
}
