package dev.baton.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** The lock of a conversation, and what its transactions tell, on H2. */
@NullUnmarked
class ConversationsTest {

  private static final DataSource H2 = database();

  private Writes writes;
  private Conversations conversations;

  private static DataSource database() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:conversations;DB_CLOSE_DELAY=-1");
    Schema.migrate(database);
    return database;
  }

  @BeforeEach
  void begin() {
    writes = new Writes(JdbcClient.create(H2), true);
    conversations =
        new Conversations(
            writes,
            true,
            new Transcript(writes, new Changes()),
            new DataSourceTransactionManager(H2),
            e -> false);
    writes.sql("delete from baton_order").update();
    writes.sql("delete from baton_conversation").update();
    writes
        .sql(
            """
            insert into baton_conversation (conversation_key, process_instance_id, bot_id, state,
              opening_variables, started_at, next_sequence)
            values ('key', 'process', 'bot', 'TALKING', '[]', current_timestamp, 5)""")
        .update();
  }

  @Test
  void aLockedConversationIsLockedForOthers() {
    assertThat(othersCanLock()).isTrue();
    conversations.locked("key", conversation -> assertThat(othersCanLock()).isFalse());
  }

  private static boolean othersCanLock() {
    return CompletableFuture.supplyAsync(
            () ->
                JdbcClient.create(H2)
                    .sql("select conversation_key from baton_conversation for update skip locked")
                    .query()
                    .listOfRows()
                    .size())
        .join()
        .equals(1);
  }

  @Test
  void callersHearOfAnAnswerAfterItsCommit() {
    Turns.Reply reply = new Turns.Reply(ConversationState.TALKING, List.of(), null);
    CompletableFuture<Optional<Turns.Reply>> asked = new CompletableFuture<>();
    conversations.locked(
        "key",
        conversation -> {
          conversations.tell(conversation, reply, asked);
          return assertThat(asked).isNotDone();
        });
    assertThat(asked).isCompletedWithValue(Optional.of(reply));
  }

  @Test
  void callersDoNotHearOfAnAnswerThatIsRolledBack() {
    CompletableFuture<Optional<Turns.Reply>> asked = new CompletableFuture<>();
    assertThatThrownBy(
            () ->
                conversations.locked(
                    "key",
                    conversation -> {
                      conversations.tell(
                          conversation,
                          new Turns.Reply(ConversationState.TALKING, List.of(), null),
                          asked);
                      throw new IllegalStateException("lost");
                    }))
        .hasMessage("lost");
    assertThat(asked).isNotDone();
  }

  @Test
  void aTransactionThatLostARaceRunsAgain() {
    Conversations racing =
        new Conversations(
            writes,
            true,
            new Transcript(writes, new Changes()),
            new DataSourceTransactionManager(H2),
            UnsupportedOperationException.class::isInstance);
    int[] tries = {0};
    racing.locked(
        "key",
        conversation -> {
          if (++tries[0] == 1) {
            throw new UnsupportedOperationException();
          }
          return null;
        });
    assertThat(tries[0]).isEqualTo(2);
  }

  @Test
  void oneNodeTakesOverACallAndRepeatsIt() {
    Orders dead = new Orders(writes, conversations, new Node(writes), order -> {});
    long id =
        conversations.inTransaction(
            () -> dead.place(OrderKind.TARGET_OFFER, "key", "task", "step", null, null, null));
    Order order = dead.find(id).orElseThrow();
    assertThat(order.repeated()).isFalse();
    assertThat(dead.abandoned()).extracting(Order::id).containsExactly(id);
    Node first = new Node(writes);
    assertThat(new Orders(writes, conversations, first, other -> {}).takeOver(order)).isTrue();
    assertThat(new Orders(writes, conversations, new Node(writes), other -> {}).takeOver(order))
        .isFalse();
    Order taken = dead.find(id).orElseThrow();
    assertThat(taken.owner()).isEqualTo(first.id());
    assertThat(taken.repeated()).isTrue();
  }

  @Test
  void anAnsweredMessageForgetsFailedTransfers() {
    writes.sql("update baton_conversation set turn = 'TAKEN', failed_transfers = 2").update();
    TurnRows turns = new TurnRows(writes, new Node(writes), "false");
    conversations.inTransaction(() -> turns.end(Collections.singletonMap("key", null), true));
    assertThat(conversations.find("key").orElseThrow().failedTransfers()).isZero();
  }

  @Test
  void aLookTellsOfWhatAnotherNodeCommitted() {
    Changes here = new Changes();
    ChangesElsewhere elsewhere = new ChangesElsewhere(writes, here);
    AtomicInteger told = new AtomicInteger();
    Changes.Following following = here.follow("key", told::incrementAndGet);
    elsewhere.look();
    int atFirst = told.get();
    elsewhere.look();
    assertThat(told).hasValue(atFirst);

    conversations.inTransaction(
        () -> {
          conversations.goesOn("key", ConversationState.TRANSFERRING);
          return null;
        });
    elsewhere.look();
    assertThat(told).hasValue(atFirst + 1);
    following.close();
  }
}
