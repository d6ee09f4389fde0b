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
 * The calls that are made {@link Ahead} of processes. They have no rows among the orders: a call's
 * id stands with its conversation, and which one it is follows from how far that has come. Works in
 * the caller's transaction. Thread-safe.
 */
final class AheadOrders {

  private static final String UNDER_WAY =
      """
      select c.conversation_key, c.ahead_call, c.ahead_since, c.turn_owner, c.next_sequence,
        case when c.session_id is null then 'BOT_START'
          when t.plan is null then 'TARGET_AVAILABILITY'
          when t.winner is null then 'TARGET_OFFER'
          when t.report is null then 'BOT_TRANSFER_SUCCEEDED'
          else 'BOT_END' end as kind,
        (select max(o.id) from baton_offer o where o.transfer_id = t.id and o.state = 'ASKING')
          as offer_id
      from baton_conversation c
      left join baton_transfer t on t.id = (
        select max(l.id) from baton_transfer l where l.conversation_key = c.conversation_key)
      where c.turn = 'AHEAD' and c.ahead_call is not null and\s""";

  private final JdbcClient jdbc;
  private final Node node;

  AheadOrders(JdbcClient jdbc, Node node) {
    this.jdbc = jdbc;
    this.node = node;
  }

  /** Whether the call is under way, and this node's. */
  boolean isUnderWay(Order call) {
    return jdbc.sql(
                """
                select count(*) from baton_conversation
                where conversation_key = ? and turn = 'AHEAD' and ahead_call = ?
                  and turn_owner = ?""")
            .params(call.conversationKey(), call.id(), node.id())
            .query(Integer.class)
            .single()
        > 0;
  }

  /** The call that is under way. */
  Optional<Order> of(String key) {
    return jdbc.sql(UNDER_WAY + "c.conversation_key = ?")
        .param(key)
        .query(AheadOrders::read)
        .optional();
  }

  /** The calls of this node. Looks at every conversation. */
  List<Order> own() {
    return jdbc.sql(UNDER_WAY + "c.turn_owner = ?")
        .param(node.id())
        .query(AheadOrders::read)
        .list();
  }

  /** Those whose node is gone. Looks at every conversation. */
  List<Order> abandoned() {
    return jdbc.sql(
            UNDER_WAY
                + """
                (c.turn_owner is null or c.turn_owner not in (
                  select id from baton_node where alive_until > current_timestamp))""")
        .query(AheadOrders::read)
        .list();
  }

  /**
   * Gives a call's order a row.
   *
   * @param taskId the task that stands for it, and {@code stepId} its step; null when none does
   */
  void write(Order call, @Nullable String taskId, @Nullable String stepId) {
    jdbc.sql(
            """
            insert into baton_order (id, conversation_key, kind, task_id, step_id, sequence_id,
              offer_id, state, owner, ordered_at, deaths)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
        .params(
            call.id(),
            call.conversationKey(),
            call.kind().name(),
            taskId,
            stepId,
            call.sequenceId(),
            call.offerId(),
            call.state().name(),
            call.owner(),
            call.orderedAt().atOffset(ZoneOffset.UTC),
            call.deaths())
        .update();
  }

  private static Order read(ResultSet row, int number) throws SQLException {
    OrderKind kind = OrderKind.valueOf(row.getString("kind"));
    return Order.ahead(
        row.getLong("ahead_call"),
        row.getString("conversation_key"),
        kind,
        kind.numbered() ? row.getLong("next_sequence") - 1 : null,
        kind == OrderKind.TARGET_OFFER ? row.getObject("offer_id", Long.class) : null,
        row.getObject("ahead_since", OffsetDateTime.class).toInstant(),
        row.getString("turn_owner"),
        null);
  }
}
