package dev.baton.conversation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The orders: what is to be called, by whom. Thread-safe. */
public final class Orders {

  private static final String COLUMNS =
      """
      select id, conversation_key, kind, task_id, sequence_id, inbox_id, offer_id, state,
             ordered_at, due_at, parked_for, parked_since, attempts, repeated, deaths, owner
      from baton_order\s""";
  private static final int MAX_ERROR = 1000;

  private final JdbcClient jdbc;
  private final Conversations conversations;
  private final Node node;
  private final TurnOrders turns;
  private final LongConsumer placed;

  /**
   * Orders of this node.
   *
   * @param placed is told the id of each order that this node placed, once it is committed
   */
  public Orders(JdbcClient jdbc, Conversations conversations, Node node, LongConsumer placed) {
    this.jdbc = jdbc;
    this.conversations = conversations;
    this.node = node;
    this.turns = new TurnOrders(jdbc, node);
    this.placed = placed;
  }

  /**
   * Places an order in the current transaction; this node makes the call as soon as that is
   * committed. The caller holds the conversation's lock.
   *
   * @param stepId the step of the process that orders, so that {@link #drop} finds it
   * @param dueAt before that the call is not made; null for at once
   * @return the order's id
   */
  public long place(
      OrderKind kind,
      String key,
      @Nullable String taskId,
      @Nullable String stepId,
      @Nullable Long inboxId,
      @Nullable Long offerId,
      @Nullable Instant dueAt) {
    Long sequenceId = kind.numbered() ? conversations.nextSequence(key) : null;
    long id = insert(kind, key, taskId, stepId, sequenceId, inboxId, offerId, dueAt);
    announce(id);
    return id;
  }

  private long insert(
      OrderKind kind,
      String key,
      @Nullable String taskId,
      @Nullable String stepId,
      @Nullable Long sequenceId,
      @Nullable Long inboxId,
      @Nullable Long offerId,
      @Nullable Instant dueAt) {
    GeneratedKeyHolder id = new GeneratedKeyHolder();
    jdbc.sql(
            """
            insert into baton_order (conversation_key, kind, task_id, step_id, sequence_id,
              inbox_id, offer_id, state, owner, ordered_at, due_at)
            values (?, ?, ?, ?, ?, ?, ?, 'OPEN', ?, ?, ?)""")
        .params(
            key,
            kind.name(),
            taskId,
            stepId,
            sequenceId,
            inboxId,
            offerId,
            node.id(),
            OffsetDateTime.now(ZoneOffset.UTC),
            dueAt == null ? null : dueAt.atOffset(ZoneOffset.UTC))
        .update(id, "id");
    return Keys.of(id);
  }

  /** This node makes the call as soon as the current transaction is committed. */
  void announce(long order) {
    afterCommit(() -> placed.accept(order));
  }

  /** The order as last committed. */
  public Optional<Order> find(long id) {
    return turns.find(id).or(() -> row(id));
  }

  /**
   * An order and its conversation.
   *
   * @param itsTurn whether no older request on the conversation's session is unfinished, or it is
   *     none itself
   */
  public record WithConversation(Order order, Conversation conversation, boolean itsTurn) {}

  /** The order with its conversation, as last committed. */
  public Optional<WithConversation> withConversation(long id) {
    Optional<Order> turn = turns.find(id);
    return turn.isPresent()
        ? turn.map(this::withConversation)
        : jdbc.sql(
                """
                select c.*, o.*, o.state as order_state,
                  o.kind not like 'BOT_%' or not exists (
                    select 1 from baton_order b where b.conversation_key = o.conversation_key
                      and b.kind like 'BOT_%' and b.id < o.id) as its_turn
                from baton_order o
                join baton_conversation c on c.conversation_key = o.conversation_key
                where o.id = ?""")
            .param(id)
            .query(
                (row, number) ->
                    new WithConversation(
                        read(row, "order_state"),
                        Conversations.read(row, number),
                        row.getBoolean("its_turn")))
            .optional();
  }

  private WithConversation withConversation(Order turn) {
    String key = turn.conversationKey();
    return new WithConversation(
        turn,
        conversations.find(key).orElseThrow(),
        firstToBot(key).filter(first -> first.id() == turn.id()).isPresent());
  }

  /** The order as last committed, unless it is a turn's that has no row. */
  Optional<Order> row(long id) {
    return jdbc.sql(COLUMNS + "where id = ?").param(id).query(Orders::read).optional();
  }

  /** The oldest unfinished request on the conversation's session: the one whose turn it is. */
  public Optional<Order> firstToBot(String key) {
    Optional<Order> row =
        jdbc
            .sql(COLUMNS + "where conversation_key = ? and kind like 'BOT_%' order by id")
            .param(key)
            .query(Orders::read)
            .list()
            .stream()
            .findFirst();
    // A turn begins when there is no row, and there is one as soon as anything else is ordered.
    return row.or(() -> turns.of(key));
  }

  /** The order has its outcome. */
  public void finished(Order order) {
    jdbc.sql("delete from baton_order where id = ?").param(order.id()).update();
  }

  /**
   * The order has its outcome, if it is still this node's and somebody waits for it.
   *
   * @return false when that is not so; nothing is changed then
   */
  public boolean finishedAsWaitedFor(Order order) {
    return jdbc.sql("delete from baton_order where id = ? and owner = ? and state <> 'DROPPED'")
            .params(order.id(), node.id())
            .update()
        == 1;
  }

  /**
   * A try failed and there will be another.
   *
   * @param dueAt when: until then no call is in flight, and a death of this node does not count
   */
  public void triedInVain(Order order, boolean mayHaveBeenProcessed, Instant dueAt) {
    jdbc.sql(
            """
            update baton_order set attempts = attempts + 1, repeated = repeated or ?,
              due_at = ?, parked_for = null, parked_since = null
            where id = ?""")
        .params(mayHaveBeenProcessed, dueAt.atOffset(ZoneOffset.UTC), order.id())
        .update();
  }

  /**
   * The system that the order is for is down: the order waits, and no try of it is used up.
   *
   * @param askedAgainAt when the system is asked again
   */
  public void parked(
      Order order, String system, Instant askedAgainAt, boolean mayHaveBeenProcessed) {
    jdbc.sql(
            """
            update baton_order set parked_for = ?, due_at = ?, repeated = repeated or ?,
              parked_since = coalesce(parked_since, ?)
            where id = ?""")
        .params(
            system,
            askedAgainAt.atOffset(ZoneOffset.UTC),
            mayHaveBeenProcessed,
            OffsetDateTime.now(ZoneOffset.UTC),
            order.id())
        .update();
  }

  /** A parked order's call is made: should this node die now, that counts. */
  public void called(Order parked) {
    jdbc.sql("update baton_order set parked_for = null, due_at = null where id = ? and owner = ?")
        .params(parked.id(), node.id())
        .update();
  }

  /** The system was asked in vain: what waits for it on this node waits on. */
  public void parkedUntil(String system, Instant askedAgainAt) {
    // Moves no conversation, so it does not wait for those that are being moved.
    jdbc.sql(
            """
            update baton_order set due_at = ? where id in (
              select id from baton_order where owner = ? and parked_for = ?
              for update skip locked)""")
        .params(askedAgainAt.atOffset(ZoneOffset.UTC), node.id(), system)
        .update();
  }

  /** What is to be called for the conversation, oldest first. */
  public List<Order> open(String key) {
    List<Order> rows =
        jdbc.sql(COLUMNS + "where conversation_key = ? and state = 'OPEN' order by id")
            .param(key)
            .query(Orders::read)
            .list();
    return Stream.concat(turns.of(key).stream(), rows.stream()).toList();
  }

  /** The order failed for good: the conversation stands still until an operator acts. */
  public void failed(Order order, String error, boolean mayHaveBeenProcessed) {
    jdbc.sql(
            """
            update baton_order set state = 'FAILED', repeated = repeated or ?, error = ?,
              parked_for = null, parked_since = null
            where id = ?""")
        .params(mayHaveBeenProcessed, cut(error), order.id())
        .update();
    conversations.stuck(order.conversationKey(), true);
  }

  /**
   * Orders that failed for good, oldest first, at most 200.
   *
   * @param after the id behind which to begin
   */
  public List<Order> failed(long after) {
    return jdbc.sql(
            COLUMNS + "where state = 'FAILED' and id > ? order by id fetch first 200 rows only")
        .param(after)
        .query(Orders::read)
        .list();
  }

  /** An operator allowed a failed order to be tried again: it is this node's now. */
  public void reopen(Order order) {
    jdbc.sql(
            "update baton_order set state = 'OPEN', attempts = 0, deaths = 0, owner = ? where id = ?")
        .params(node.id(), order.id())
        .update();
    conversations.stuck(order.conversationKey(), false);
    afterCommit(() -> placed.accept(order.id()));
  }

  /** The process went another way: nobody waits for the step's order any more. */
  public void drop(String stepId) {
    drop(jdbc.sql(COLUMNS + "where step_id = ?").param(stepId).query(Orders::read).list());
  }

  /** The process went another way: nobody waits any more for what was called without it. */
  void dropWithoutStep(String key) {
    // What is called like that has an id below 0; what is taken back in the background has not.
    drop(
        jdbc.sql(
                COLUMNS
                    + """
                    where conversation_key = ? and id < 0 and state = 'OPEN' and task_id is null""")
            .param(key)
            .query(Orders::read)
            .list());
  }

  private void drop(List<Order> orders) {
    for (Order order : orders) {
      // Unless its answer still comes, nobody has the message, and it is not to be sent again.
      jdbc.sql("update baton_inbox set state = 'UNDELIVERED' where id = ? and state = 'SENDING'")
          .param(order.inboxId())
          .update();
      boolean failed = order.state() == Order.State.FAILED;
      // A failed one is nobody's to look after: this node puts it away.
      jdbc.sql("update baton_order set state = 'DROPPED', owner = ? where id = ?")
          .params(failed ? node.id() : order.owner(), order.id())
          .update();
      if (failed) {
        conversations.stuck(order.conversationKey(), false);
      }
      // One that is not being called just now is done with at once.
      afterCommit(() -> placed.accept(order.id()));
    }
  }

  /** The offers of a conversation for which a living node is still making the call. */
  public Set<Long> offersBeingMade(String key) {
    return jdbc.sql(
            """
            select o.offer_id from baton_order o join baton_node n on n.id = o.owner
            where o.conversation_key = ? and o.kind = 'TARGET_OFFER'
              and n.alive_until > current_timestamp""")
        .param(key)
        .query(Long.class)
        .set();
  }

  /** Places the order to take back what a conversation's targets may still accept. */
  public void placeWithdrawal(String key) {
    place(OrderKind.TARGET_WITHDRAW, key, null, null, null, null, null);
  }

  /** Places the order to take back one offer that the transfer goes on without. */
  public void placeWithdrawal(Attempt abandoned) {
    place(
        OrderKind.TARGET_WITHDRAW,
        abandoned.conversationKey(),
        null,
        null,
        null,
        abandoned.id(),
        null);
  }

  /**
   * Places the order to tell the bot its variables, before what the step itself tells it. Both are
   * dropped together.
   */
  public void placeVariables(String key, String stepId) {
    place(OrderKind.BOT_VARIABLES, key, null, stepId, null, null, null);
  }

  /** Places the order to end a conversation's session, whatever its process does. */
  public void placeEnd(String key) {
    place(OrderKind.BOT_END, key, null, null, null, null, null);
  }

  /** Whether a withdrawal of the conversation's offers is ordered already. */
  public boolean withdrawalOrdered(String key) {
    return jdbc.sql(
                """
            select count(*) from baton_order
            where conversation_key = ? and kind = 'TARGET_WITHDRAW' and state = 'OPEN'
              and offer_id is null""")
            .param(key)
            .query(Integer.class)
            .single()
        > 0;
  }

  /** The ids of the orders that are this node's to make, oldest first. */
  public List<Long> own() {
    List<Long> rows =
        jdbc.sql(
                """
                select id from baton_order
                where state in ('OPEN', 'DROPPED') and owner = ? order by id""")
            .param(node.id())
            .query(Long.class)
            .list();
    return Stream.concat(turns.own().stream().map(Order::id), rows.stream()).toList();
  }

  /** Orders whose node is gone. */
  public List<Order> abandoned() {
    return jdbc.sql(
            COLUMNS
                + """
                where state in ('OPEN', 'DROPPED') and (owner is null
                  or owner not in (select id from baton_node where alive_until > current_timestamp))
                order by id fetch first 200 rows only""")
        .query(Orders::read)
        .list();
  }

  /**
   * Takes an abandoned order over. Counts the death of its owner, unless that had not made the
   * call: because it is not due, is parked, or comes after another on the bot's session.
   *
   * @return false when another node was faster
   */
  public boolean takeOver(Order order) {
    return jdbc.sql(
                """
            update baton_order set owner = ?, repeated = true,
              deaths = deaths + case when owner is null or state <> 'OPEN'
                  or parked_for is not null or due_at > current_timestamp
                  or (kind like 'BOT_%' and exists (
                    select 1 from baton_order b
                    where b.conversation_key = baton_order.conversation_key
                      and b.kind like 'BOT_%' and b.id < baton_order.id))
                then 0 else 1 end
            where id = ? and (owner is null or owner = ?)""")
            .params(node.id(), order.id(), order.owner())
            .update()
        == 1;
  }

  /**
   * Leaves what this node has not finished to the others: its orders, and the watch of its offers.
   *
   * @param except orders that it still looks after
   */
  public void leaveToOthers(Set<Long> except) {
    Set<Long> kept = except.isEmpty() ? Set.of(0L) : except;
    jdbc.sql("update baton_order set owner = null where owner = :node and id not in (:kept)")
        .param("node", node.id())
        .param("kept", kept)
        .update();
    jdbc.sql("update baton_offer set owner = null where owner = ?").param(node.id()).update();
  }

  static void afterCommit(Runnable action) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            action.run();
          }
        });
  }

  static String cut(String text) {
    return text.length() <= MAX_ERROR ? text : text.substring(0, MAX_ERROR);
  }

  private static Order.@Nullable Parked readParked(ResultSet row) throws SQLException {
    String system = row.getString("parked_for");
    Instant since = Transfers.instant(row, "parked_since");
    Instant askedAgainAt = Transfers.instant(row, "due_at");
    return system == null || since == null || askedAgainAt == null
        ? null
        : new Order.Parked(system, since, askedAgainAt);
  }

  private static Order read(ResultSet row, int number) throws SQLException {
    return read(row, "state");
  }

  private static Order read(ResultSet row, String state) throws SQLException {
    return new Order(
        row.getLong("id"),
        row.getString("conversation_key"),
        OrderKind.valueOf(row.getString("kind")),
        row.getString("task_id"),
        row.getObject("sequence_id", Long.class),
        row.getObject("inbox_id", Long.class),
        row.getObject("offer_id", Long.class),
        Order.State.valueOf(row.getString(state)),
        row.getObject("ordered_at", OffsetDateTime.class).toInstant(),
        Transfers.instant(row, "due_at"),
        readParked(row),
        row.getInt("attempts"),
        row.getBoolean("repeated"),
        row.getInt("deaths"),
        row.getString("owner"));
  }
}
