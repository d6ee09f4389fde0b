package dev.baton.conversation;

import static dev.baton.conversation.Writes.now;
import static dev.baton.conversation.Writes.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.conversation.Writes.Table;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is written late must not be written too late, twice, or without the rest. */
class WritesIT {

  private static EmbeddedPostgres server;
  private static final JdbcDataSource H2 = new JdbcDataSource();

  private final List<String> ran = new ArrayList<>();
  private JdbcClient jdbc = JdbcClient.create(H2);
  private Writes writes = new Writes(jdbc, true);
  private TransactionTemplate transaction = new TransactionTemplate();

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
    H2.setURL("jdbc:h2:mem:writes;DB_CLOSE_DELAY=-1");
    Schema.migrate(server.getPostgresDatabase());
    Schema.migrate(H2);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  private void in(boolean isH2) {
    DataSource source = isH2 ? H2 : server.getPostgresDatabase();
    jdbc = JdbcClient.create(source);
    writes =
        new Writes(
            sql -> {
              ran.add(sql);
              return jdbc.sql(sql);
            },
            isH2);
    transaction = new TransactionTemplate(new JdbcTransactionManager(source));
    jdbc.sql("delete from baton_conversation").update();
    jdbc.sql(
            """
            insert into baton_conversation (conversation_key, process_instance_id, bot_id, state,
              opening_variables, started_at)
            values ('one', 'p', 'b', 'TALKING', '[]', current_timestamp)""")
        .update();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatChangesTwiceIsWrittenOnceAtTheEnd(boolean isH2) {
    inTransaction(
        isH2,
        () -> {
          change(set("state", "TRANSFERRING"));
          change(set("state", "ENDED"), now("over_at"));
          change(set("runtime_crc", null));
          assertThat(ran).isEmpty();
        });
    assertThat(ran)
        .containsExactly(
            "update baton_conversation set state = ?, over_at = current_timestamp, runtime_crc = ?"
                + " where conversation_key = ?");
    assertThat(row()).containsEntry("state", "ENDED").doesNotContainEntry("over_at", null);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoReadsInTheTransactionReadsWhatIsYetToBeWritten(boolean isH2) {
    inTransaction(
        isH2,
        () -> {
          change(set("state", "ENDED"));
          says("one");
          assertThat(
                  writes.sql("select state from baton_conversation").query(String.class).single())
              .isEqualTo("ENDED");
          assertThat(
                  writes.sql("select count(*) from baton_transcript").query(Integer.class).single())
              .isEqualTo(1);
          change(set("state", "TALKING"));
        });
    assertThat(row()).containsEntry("state", "TALKING");
    assertThat(lines()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStatementThatReadsNothingOfItDoesNotPartIt(boolean isH2) {
    inTransaction(
        isH2,
        () -> {
          change(set("state", "ENDED"));
          writes.sql("select count(*) from baton_node").query(Integer.class).single();
          writes
              .sql(
                  """
                  insert into baton_transfer (conversation_key, targets, escalated_at)
                  values ('one', '[]', current_timestamp)""")
              .update();
          says("one");
          assertThat(ran).hasSize(2);
        });
    // On PostgreSQL both in one.
    assertThat(ran).hasSize(isH2 ? 4 : 3);
    assertThat(row()).containsEntry("state", "ENDED");
    assertThat(lines()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsRolledBackIsNotWrittenByTheNext(boolean isH2) {
    in(isH2);
    transaction.executeWithoutResult(
        status -> {
          change(set("state", "ENDED"));
          status.setRollbackOnly();
        });
    transaction.executeWithoutResult(status -> change(set("runtime_crc", "next")));
    assertThat(row()).containsEntry("state", "TALKING").containsEntry("runtime_crc", "next");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatCannotBeWrittenTakesTheRestWithIt(boolean isH2) {
    in(isH2);
    assertThatThrownBy(
            () ->
                transaction.executeWithoutResult(
                    status -> {
                      change(set("state", "ENDED"));
                      says("nobody");
                    }))
        .isInstanceOf(DataIntegrityViolationException.class);
    assertThat(row()).containsEntry("state", "TALKING");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void withoutATransactionItIsWrittenAtOnce(boolean isH2) {
    in(isH2);
    change(set("state", "ENDED"));
    assertThat(row()).containsEntry("state", "ENDED");
    says("one");
    assertThat(lines()).isEqualTo(1);
  }

  /**
   * Calls every method of the stores that takes a list, and so finds new ones, too: no database has
   * an insert without rows, and PostgreSQL has no empty {@code in ()}.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noStoreMakesSqlOfAnEmptyList(boolean isH2) {
    in(isH2);
    Node node = new Node(writes);
    Changes changes = new Changes();
    Transcript transcript = new Transcript(writes, changes);
    Conversations conversations =
        new Conversations(
            writes,
            isH2,
            transcript,
            Objects.requireNonNull(transaction.getTransactionManager()),
            failure -> false);
    List<Object> stores =
        new ArrayList<>(
            List.of(
                writes,
                transcript,
                new Inbox(writes),
                new TurnRows(writes, node, "false"),
                new Offers(writes, node, transcript),
                new Transfers(writes, transcript),
                new Orders(writes, conversations, node, order -> {})));
    if (!isH2) {
      stores.add(new TurnsAtOnce(writes, node, "false"));
    }
    List<String> called = new ArrayList<>();
    for (Object store : stores) {
      for (Method method : store.getClass().getDeclaredMethods()) {
        if (takesMany(method)) {
          String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
          assertThatCode(() -> transaction.executeWithoutResult(status -> invoke(store, method)))
              .as(name)
              .doesNotThrowAnyException();
          called.add(name);
        }
      }
    }
    assertThat(called)
        .contains("Writes.add", "Transcript.add", "Inbox.add", "TurnRows.begin", "TurnRows.end");
  }

  private static boolean takesMany(Method method) {
    return !Modifier.isPrivate(method.getModifiers())
        && !Modifier.isStatic(method.getModifiers())
        && Arrays.stream(method.getParameterTypes())
            .anyMatch(t -> Collection.class.isAssignableFrom(t) || t == Map.class);
  }

  private static void invoke(Object store, Method method) {
    try {
      method.invoke(
          store, Arrays.stream(method.getParameterTypes()).map(WritesIT::empty).toArray());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(method.toString(), e);
    }
  }

  private static @Nullable Object empty(Class<?> type) {
    return type == Map.class
        ? Map.of()
        : type == Set.class
            ? Set.of()
            : Collection.class.isAssignableFrom(type)
                ? List.of()
                : type == String.class
                    ? "one"
                    : type == int.class
                        ? 0
                        : type == boolean.class
                            ? false
                            : type.isEnum() ? type.getEnumConstants()[0] : null;
  }

  private void inTransaction(boolean isH2, Runnable work) {
    in(isH2);
    transaction.executeWithoutResult(status -> work.run());
  }

  private void change(Writes.Assignment... assignments) {
    writes.change(Table.CONVERSATION, "one", assignments);
  }

  private void says(String key) {
    writes.add(
        "baton_transcript",
        "conversation_key, said_at, speaker, cause, body",
        "(?, current_timestamp, ?, ?, ?)",
        1,
        List.of(key, "BOT", "MESSAGE", "{}"));
  }

  private Map<String, Object> row() {
    return jdbc.sql("select state, over_at, runtime_crc from baton_conversation")
        .query()
        .singleRow();
  }

  private int lines() {
    return jdbc.sql("select count(*) from baton_transcript").query(Integer.class).single();
  }
}
