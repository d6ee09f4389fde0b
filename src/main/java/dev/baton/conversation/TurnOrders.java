package dev.baton.conversation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The orders that turns stand for. As long as nothing unusual happens they have no rows: they are
 * read off the conversation and the message that is being sent. Works in the caller's transaction.
 * Thread-safe.
 */
final class TurnOrders {

  private static final String UNDER_WAY =
      """
      select i.id, c.conversation_key, c.next_sequence - 1 as sequence_id, i.received_at,
             c.turn_owner
      from baton_conversation c
      join baton_inbox i on i.conversation_key = c.conversation_key and i.state = 'SENDING'
      where c.turn in ('TAKEN', 'MORE') and c.turn_owner is not null
        and not exists (select 1 from baton_order o
                        where o.conversation_key = c.conversation_key and o.inbox_id = i.id)
        and\s""";

  private final JdbcClient jdbc;
  private final Node node;

  TurnOrders(JdbcClient jdbc, Node node) {
    this.jdbc = jdbc;
    this.node = node;
  }

  /** The one of this id, if there is such a turn. */
  Optional<Order> find(long id) {
    Long message = Order.messageOfTurn(id);
    return message == null
        ? Optional.empty()
        : jdbc.sql(UNDER_WAY + "i.id = ?").param(message).query(TurnOrders::read).optional();
  }

  /** The conversation's. */
  Optional<Order> of(String key) {
    return jdbc.sql(UNDER_WAY + "c.conversation_key = ?")
        .param(key)
        .query(TurnOrders::read)
        .optional();
  }

  /** This node's. Looks at every conversation that talks. */
  List<Order> own() {
    return jdbc.sql(UNDER_WAY + "c.state = 'TALKING' and c.turn_owner = ?")
        .param(node.id())
        .query(TurnOrders::read)
        .list();
  }

  /** Those whose node is gone. Looks at every conversation that talks. */
  List<Order> abandoned() {
    return jdbc.sql(
            UNDER_WAY
                + """
                c.state = 'TALKING' and c.turn_owner not in (
                  select id from baton_node where alive_until > current_timestamp)""")
        .query(TurnOrders::read)
        .list();
  }

  /**
   * Gives the turn's order a row. The caller holds the conversation's lock.
   *
   * @param owner the node whose order it is; null when it is left to whoever takes it over
   * @param deaths see {@link Order#deaths}
   */
  void write(Order turn, @Nullable String owner, int deaths) {
    jdbc.sql(
            """
            insert into baton_order
              (id, conversation_key, kind, sequence_id, inbox_id, state, owner, ordered_at, deaths)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)""")
        .params(
            turn.id(),
            turn.conversationKey(),
            turn.kind().name(),
            turn.sequenceId(),
            turn.inboxId(),
            turn.state().name(),
            owner,
            turn.orderedAt().atOffset(ZoneOffset.UTC),
            deaths)
        .update();
  }

  /**
   * Gives the turn's order a row, unless it has one, and a step of the process that it stands for.
   */
  void adopt(Order turn, String taskId, String stepId) {
    String update = "update baton_order set task_id = ?, step_id = ? where id = ?";
    if (jdbc.sql(update).params(taskId, stepId, turn.id()).update() == 0) {
      write(turn, turn.owner(), turn.deaths());
      jdbc.sql(update).params(taskId, stepId, turn.id()).update();
    }
  }

  private static Order read(ResultSet row, int number) throws SQLException {
    return Order.ofTurn(
        row.getString("conversation_key"),
        row.getLong("sequence_id"),
        row.getLong("id"),
        row.getObject("received_at", OffsetDateTime.class).toInstant(),
        row.getString("turn_owner"));
  }
}
