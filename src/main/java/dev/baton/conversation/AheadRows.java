package dev.baton.conversation;

import dev.baton.conversation.Token.Opening;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;

/**
 * What is written of conversations that are {@link Ahead} of their processes. The call that is
 * under way has no row of its own: its id stands with the conversation, and which one it is follows
 * from how far that has come. Works in the caller's transaction. Thread-safe.
 */
final class AheadRows {

  /** How the process of a conversation is to begin. */
  record Origin(String definition, @Nullable String begunBy, Instant startedAt) {}

  /**
   * A conversation that is not ahead any more.
   *
   * @param origin null when it has a process already
   */
  record Left(Conversation conversation, @Nullable Origin origin) {}

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

  /**
   * SQL: the node is alive for the others. A call of one that is not might be looked for by none.
   */
  private static final String COUNTED_ON =
      "exists (select 1 from baton_node where id = ? and alive_until > current_timestamp)";

  private final JdbcClient jdbc;
  private final Node node;
  private final String suspended;

  /**
   * Of this node.
   *
   * @param suspended SQL: whether the process {@code process_instance_id} must not move
   */
  AheadRows(JdbcClient jdbc, Node node, String suspended) {
    this.jdbc = jdbc;
    this.node = node;
    this.suspended = suspended;
  }

  /**
   * Opens the row of a conversation whose bot is asked for a session before there is a process.
   *
   * @param call the id of that call
   * @param latest SQL: whether a process of the definition {@code ?} would begin now
   * @param isH2 whether the database is H2, not PostgreSQL
   * @return empty when the key is known already, or the process has to begin first
   */
  Optional<Conversation> open(
      String key,
      String botId,
      Opening opening,
      long call,
      String definition,
      String latest,
      @Nullable String begunBy,
      boolean isH2) {
    String variables = opening.variables() == null ? "[]" : opening.variables();
    JdbcClient.StatementSpec insert =
        jdbc.sql(
                """
                insert into baton_conversation (conversation_key, process_instance_id, bot_id,
                  state, opening_text, opening_variables, turn, turn_owner, ahead_call, begins_as,
                  begun_by, started_at, ahead_since)
                select ?, '', ?, 'TALKING', ?, ?, 'AHEAD', ?, ?, ?, ?, current_timestamp,
                  current_timestamp
                where %s and %s%s"""
                    .formatted(latest, COUNTED_ON, isH2 ? "" : " on conflict do nothing"))
            .params(
                key,
                botId,
                opening.text(),
                variables,
                node.id(),
                call,
                definition,
                begunBy,
                definition,
                node.id());
    try {
      return insert.update() == 0
          ? Optional.empty()
          : Optional.of(
              new Conversation(
                  key,
                  "",
                  botId,
                  ConversationState.TALKING,
                  false,
                  opening.text(),
                  variables,
                  null,
                  false,
                  null,
                  0,
                  null,
                  Turn.AHEAD));
    } catch (DuplicateKeyException e) {
      return Optional.empty();
    }
  }

  /**
   * Takes the lock, and ends a turn with which the bot escalated: the transfer runs ahead of the
   * process.
   *
   * @param crc the latest X-Runtime-CRC of the bot; null when none came
   * @param call the id of the transfer's first call
   * @param ownWishes SQL: whether the process {@code process_instance_id} says itself how it wants
   *     to be transferred
   * @param known the print of the process of which it is known how it follows
   * @return empty when the process has to go along, or it is no such turn any more
   */
  Optional<Conversation> escalated(
      Order turn, @Nullable String crc, long call, String ownWishes, String known) {
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    jdbc.sql(
            """
            update baton_conversation
            set turn = 'AHEAD', state = 'TRANSFERRING', runtime_crc = coalesce(?, runtime_crc),
              failed_transfers = 0, ahead_call = ?, ahead_since = current_timestamp,
              rests_since = current_timestamp
            where conversation_key = ? and turn in ('TAKEN', 'MORE') and state = 'TALKING'
              and turn_owner = ? and next_sequence = ? and runs_ahead = ?
              and not %s and not %s"""
                .formatted(suspended, ownWishes))
        .params(
            crc,
            call,
            turn.conversationKey(),
            turn.owner(),
            Objects.requireNonNull(turn.sequenceId()) + 1,
            known)
        .update(rows, Conversations.NAMES);
    return conversation(rows);
  }

  /**
   * Takes the lock, and has a call's outcome lead to the next.
   *
   * @param next the next call's id
   * @return empty when the process has to go along, or the call is this node's no more
   */
  Optional<Conversation> next(Order done, long next) {
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    jdbc.sql(
            """
            update baton_conversation set ahead_call = ?, ahead_since = current_timestamp
            where conversation_key = ? and turn = 'AHEAD' and ahead_call = ? and turn_owner = ?
              and not %s and %s"""
                .formatted(suspended, COUNTED_ON))
        .params(next, done.conversationKey(), done.id(), node.id(), node.id())
        .update(rows, Conversations.NAMES);
    return conversation(rows);
  }

  /**
   * Takes the lock, and gives the conversation the session that it was begun with.
   *
   * @param crc the X-Runtime-CRC that came with it; null when none did
   * @return empty when the call is this node's no more
   */
  Optional<Left> started(Order start, String sessionId, @Nullable String crc) {
    return left(
        "session_id = ?, runtime_crc = ?, ",
        Arrays.asList(sessionId, crc, start.conversationKey(), start.id(), node.id()),
        " and turn = 'AHEAD' and ahead_call = ? and turn_owner = ?");
  }

  /** The process follows: the conversation is not ahead of it any more. */
  Left follows(String key) {
    return left("", List.of(key), "").orElseThrow();
  }

  private Optional<Left> left(String more, List<@Nullable Object> values, String condition) {
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    List<String> names = new ArrayList<>(List.of(Conversations.NAMES));
    names.addAll(List.of("begins_as", "begun_by", "started_at"));
    jdbc.sql(
            """
            update baton_conversation set %sturn = null, ahead_call = null
            where conversation_key = ?%s"""
                .formatted(more, condition))
        .params(values)
        .update(rows, names.toArray(String[]::new));
    return conversation(rows)
        .map(
            conversation -> new Left(conversation, origin(conversation, rows.getKeyList().get(0))));
  }

  private static @Nullable Origin origin(Conversation conversation, Map<String, Object> row) {
    return conversation.hasProcess()
        ? null
        : new Origin(
            Objects.requireNonNull((String) row.get("begins_as")),
            (String) row.get("begun_by"),
            Objects.requireNonNull(Keys.instant(row.get("started_at"))));
  }

  private static Optional<Conversation> conversation(GeneratedKeyHolder rows) {
    return rows.getKeyList().stream().findFirst().map(Conversations::of);
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
  Optional<Order> underWay(String key) {
    return jdbc.sql(UNDER_WAY + "c.conversation_key = ?")
        .param(key)
        .query(AheadRows::read)
        .optional();
  }

  /** The calls of this node. Looks at every conversation. */
  List<Order> own() {
    return jdbc.sql(UNDER_WAY + "c.turn_owner = ?").param(node.id()).query(AheadRows::read).list();
  }

  /** Those whose node is gone. Looks at every conversation. */
  List<Order> abandoned() {
    return jdbc.sql(
            UNDER_WAY
                + """
                (c.turn_owner is null or c.turn_owner not in (
                  select id from baton_node where alive_until > current_timestamp))""")
        .query(AheadRows::read)
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
              offer_id, state, owner, ordered_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
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
            call.orderedAt().atOffset(ZoneOffset.UTC))
        .update();
  }

  /** Whether the conversation's process must not move. */
  boolean isHeld(String key) {
    return jdbc.sql(
                "select count(*) from baton_conversation where conversation_key = ? and "
                    + suspended)
            .param(key)
            .query(Integer.class)
            .single()
        > 0;
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
