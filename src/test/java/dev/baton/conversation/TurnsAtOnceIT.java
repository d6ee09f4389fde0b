package dev.baton.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.conversation.TurnRows.Begun;
import dev.baton.conversation.Turns.Reply;
import dev.baton.conversation.TurnsAtOnce.Answer;
import dev.baton.conversation.TurnsAtOnce.Sending;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is true of one conversation in a statement must not become another's. */
class TurnsAtOnceIT {

  private static EmbeddedPostgres server;
  private static JdbcTemplate jdbc;

  private Node node;
  private TurnsAtOnce turns;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
    Schema.migrate(server.getPostgresDatabase());
    jdbc = new JdbcTemplate(server.getPostgresDatabase());
    // A statement that waits for a lock it should pass over fails, and does not hang.
    jdbc.execute("alter database postgres set lock_timeout = '20s'");
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @BeforeEach
  void talk() {
    jdbc.update("delete from baton_conversation");
    jdbc.update("delete from baton_node");
    node = new Node(JdbcClient.create(jdbc));
    turns = turnsOf(node);
    node.alive();
    for (String key : List.of("a", "b", "c")) {
      jdbc.update(
          """
          insert into baton_conversation (conversation_key, process_instance_id, bot_id, state,
            opening_variables, session_id, runtime_crc, started_at, turn, next_sequence)
          values (?, ?, 'bot', 'TALKING', '[]', ?, 'old', current_timestamp, 'FREE', 5)""",
          key,
          "process " + key,
          "session " + key);
    }
  }

  private static TurnsAtOnce turnsOf(Node node) {
    return new TurnsAtOnce(
        JdbcClient.create(jdbc), node, "process_instance_id = 'process suspended'");
  }

  // Beginning

  @Test
  void eachBeginsWithItsOwn() {
    Map<String, Sending> begun = begin("a", "b");
    assertThat(begun).containsOnlyKeys("a", "b");
    begun.forEach(
        (key, sending) -> {
          assertThat(sending.turn().sequenceId()).isEqualTo(5);
          assertThat(sending.turn().conversation().sessionId()).isEqualTo("session " + key);
          assertThat(sending.turn().conversation().processInstanceId()).isEqualTo("process " + key);
          assertThat(inbox(sending)).isEqualTo("%1$s m1 words of %1$s SENDING".formatted(key));
          assertThat(lines(key))
              .containsExactly(
                  "CUSTOMER MESSAGE %d {\"id\":\"m1\",\"text\":\"words of %s\"}"
                      .formatted(sending.message().id(), key));
          assertThat(turn(key)).isEqualTo("TAKEN " + node.id() + " 6");
        });
    assertThat(turn("c")).isEqualTo("FREE nobody 5");
  }

  @Test
  void whereNoneMayBeginNothingIsWritten() {
    jdbc.update("update baton_conversation set turn = 'TAKEN' where conversation_key = 'a'");
    jdbc.update("update baton_conversation set state = 'ENDED' where conversation_key = 'c'");
    assertThat(begin("a", "b", "c", "unknown")).containsOnlyKeys("b");
    assertThat(lines("a")).isEmpty();
    assertThat(lines("c")).isEmpty();
    jdbc.update(
        "update baton_conversation set turn = 'FREE', process_instance_id = 'process suspended'");
    assertThat(begin("a", "b")).isEmpty();
    assertThat(jdbc.queryForList("select id from baton_inbox")).hasSize(1);
  }

  @Test
  void aNodeThatCountsAsDeadBeginsNone() {
    jdbc.update("update baton_node set alive_until = current_timestamp - interval '1' second");
    assertThat(begin("a")).isEmpty();
    assertThat(turnsOf(new Node(JdbcClient.create(jdbc))).begin(messages("a"))).isEmpty();
    node.alive();
    assertThat(begin("a")).containsOnlyKeys("a");
  }

  @Test
  void oneThatIsKnownAlreadyHasNoneBegin() {
    turns.end(List.of(answer(begin("a"), "a", null, "{}")));
    assertThatThrownBy(() -> begin("a", "b")).isInstanceOf(DuplicateKeyException.class);
    assertThat(turn("a")).isEqualTo("FREE " + node.id() + " 6");
    assertThat(turn("b")).isEqualTo("FREE nobody 5");
    assertThat(lines("b")).isEmpty();
  }

  @Test
  void oneThatSomebodyHoldsIsLeftOut() throws SQLException {
    try (Connection other = connection()) {
      execute(other, "select 1 from baton_conversation where conversation_key = 'a' for update");
      assertThat(begin("a", "b")).containsOnlyKeys("b");
      other.rollback();
    }
    assertThat(begin("a")).containsOnlyKeys("a");
  }

  /**
   * The statement sees the rows as they were when it began, but those that it locks as they are.
   */
  @Test
  void whatSomebodyChangesMeanwhileIsSeen() throws SQLException {
    TurnsAtOnce slow =
        new TurnsAtOnce(
            JdbcClient.create(jdbc),
            node,
            "(process_instance_id = 'process a' and pg_advisory_xact_lock(1) is null)");
    CompletableFuture<Map<String, Sending>> begun;
    try (Connection other = connection()) {
      execute(other, "select pg_advisory_xact_lock(1)");
      begun = CompletableFuture.supplyAsync(() -> slow.begin(messages("a", "b")));
      awaitWaiting();
      assertThat(begin("a")).containsOnlyKeys("a");
      other.rollback();
    }
    assertThat(begun.join()).containsOnlyKeys("b");
    assertThat(lines("a")).hasSize(1);

    jdbc.update("update baton_conversation set turn = 'FREE'");
    try (Connection other = connection()) {
      execute(other, "select pg_advisory_xact_lock(1)");
      begun = CompletableFuture.supplyAsync(() -> slow.begin(named("m2", "a")));
      awaitWaiting();
      jdbc.update("update baton_conversation set runtime_crc = 'new', next_sequence = 9");
      other.rollback();
    }
    Begun turn = Objects.requireNonNull(begun.join().get("a")).turn();
    assertThat(turn.conversation().runtimeCrc()).isEqualTo("new");
    assertThat(turn.sequenceId()).isEqualTo(9);
  }

  private static void awaitWaiting() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                !jdbc.queryForList(
                        "select 1 from pg_locks where locktype = 'advisory' and not granted")
                    .isEmpty());
  }

  // Ending

  @Test
  void eachEndsWithWhatItsBotSaidInOrder() {
    Map<String, Sending> begun = begin("a", "b", "c");
    String[] said = IntStream.range(0, 40).mapToObj("{\"n\":%d}"::formatted).toArray(String[]::new);
    Set<Long> ended =
        turns.end(
            List.of(
                answer(begun, "a", "new", said),
                answer(begun, "b", null, "{\"half\":\"\uD83D\"}"),
                answer(begun, "c", null)));
    assertThat(ended).hasSize(3);
    assertThat(botLines("a")).containsExactly(said);
    assertThat(botLines("b")).containsExactly("{\"half\":\"?\"}");
    assertThat(botLines("c")).isEmpty();
    assertThat(crc("a")).isEqualTo("new");
    assertThat(crc("b")).isEqualTo("old");
    begun.forEach(
        (key, sending) -> {
          assertThat(turn(key)).isEqualTo("FREE " + node.id() + " 6");
          assertThat(inbox(sending)).endsWith(" ANSWERED");
        });
  }

  @Test
  void onlyTheTurnThatIsMeantEndsAndNothingIsWrittenOfOthers() {
    Map<String, Sending> begun = begin("a", "b", "c");
    jdbc.update("update baton_conversation set turn = 'MORE' where conversation_key = 'a'");
    jdbc.update(
        "update baton_conversation set turn_owner = 'another' where conversation_key = 'b'");
    jdbc.update("update baton_conversation set next_sequence = 7 where conversation_key = 'c'");
    List<Answer> answers =
        Stream.of("a", "b", "c").map(key -> answer(begun, key, "new", "{}")).toList();
    assertThat(turns.end(answers)).isEmpty();
    jdbc.update("update baton_conversation set next_sequence = 6 where conversation_key = 'c'");
    assertThat(turns.end(answers)).containsExactly(answers.get(2).inboxId());
    for (String key : List.of("a", "b")) {
      assertThat(botLines(key)).isEmpty();
      assertThat(crc(key)).isEqualTo("old");
      assertThat(inbox(Objects.requireNonNull(begun.get(key)))).endsWith(" SENDING");
    }
    assertThat(turns.end(answers)).isEmpty();
    assertThat(botLines("c")).hasSize(1);
  }

  @Test
  void aConversationThatSomebodyHoldsIsLeftAsItIs() throws SQLException {
    Map<String, Sending> begun = begin("a", "b");
    List<Answer> answers = Stream.of("a", "b").map(key -> answer(begun, key, null, "{}")).toList();
    try (Connection other = connection()) {
      execute(other, "select 1 from baton_conversation where conversation_key = 'a' for update");
      assertThat(turns.end(answers)).containsExactly(answers.get(1).inboxId());
      other.rollback();
    }
    assertThat(turns.end(answers)).containsExactly(answers.get(0).inboxId());
  }

  private Map<String, Sending> begin(String... keys) {
    return turns.begin(messages(keys));
  }

  private static Map<String, CustomerMessage> messages(String... keys) {
    return named("m1", keys);
  }

  private static Map<String, CustomerMessage> named(String id, String... keys) {
    Map<String, CustomerMessage> messages = new LinkedHashMap<>();
    for (String key : keys) {
      messages.put(key, new CustomerMessage(id, "words of " + key, null));
    }
    return messages;
  }

  private Answer answer(
      Map<String, Sending> begun, String key, @Nullable String crc, String... said) {
    Sending sending = Objects.requireNonNull(begun.get(key));
    Order order =
        Order.ofTurn(
            key, sending.turn().sequenceId(), sending.message().id(), Instant.now(), node.id());
    return new Answer(order, new Reply(ConversationState.TALKING, List.of(said), crc));
  }

  private static Connection connection() throws SQLException {
    Connection connection = server.getPostgresDatabase().getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String turn(String key) {
    return row(
        """
        select concat_ws(' ', turn, coalesce(turn_owner, 'nobody'), next_sequence)
        from baton_conversation where conversation_key = ?""",
        key);
  }

  private static String crc(String key) {
    return row("select runtime_crc from baton_conversation where conversation_key = ?", key);
  }

  private static String inbox(Sending sending) {
    return row(
        "select concat_ws(' ', conversation_key, message_id, text, state) from baton_inbox where id = ?",
        sending.message().id());
  }

  private static String row(String sql, Object id) {
    return jdbc.queryForList(sql, String.class, id).get(0);
  }

  private static List<String> lines(String key) {
    return jdbc.queryForList(
        """
        select concat_ws(' ', speaker, cause, inbox_id, body) from baton_transcript
        where conversation_key = ? order by id""",
        String.class,
        key);
  }

  private static List<String> botLines(String key) {
    return lines(key).stream()
        .filter(line -> line.startsWith("BOT MESSAGE "))
        .map(line -> line.substring(line.indexOf('{')))
        .toList();
  }
}
