package dev.baton.conversation;

import dev.baton.conversation.Token.Opening;
import java.time.Instant;
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
 * What is written of conversations that are {@link Ahead} of their processes. Works in the caller's
 * transaction. Thread-safe.
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

  /** A conversation that goes on ahead, with its session's next sequence id. */
  record Going(Conversation conversation, long nextSequence) {}

  /**
   * SQL: the node is alive for the others. A call of one that is not might be looked for by none.
   */
  private static final String COUNTED_ON =
      "exists (select 1 from baton_node where id = ? and alive_until > current_timestamp)";

  private static final String UNDER_WAY =
      " and turn = 'AHEAD' and ahead_call = ? and turn_owner = ?";

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
              ahead_call = ?, ahead_since = current_timestamp, %s
            where conversation_key = ?
              and case when turn in ('TAKEN', 'MORE') then state end = 'TALKING'
              and turn_owner = ? and next_sequence = ? and runs_ahead = ?
              and not %s and not %s and %s"""
                .formatted(TurnRows.ENDS, suspended, ownWishes, COUNTED_ON))
        .params(
            crc,
            call,
            turn.conversationKey(),
            turn.owner(),
            Objects.requireNonNull(turn.sequenceId()) + 1,
            known,
            node.id())
        .update(rows, Conversations.NAMES);
    return conversation(rows);
  }

  /**
   * Takes the lock, and has a call's outcome lead to the next.
   *
   * @param next the next call's id
   * @return empty when the process has to go along, or the call is this node's no more
   */
  Optional<Going> next(Order done, long next) {
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    jdbc.sql(
            """
            update baton_conversation set ahead_call = ?, ahead_since = current_timestamp
            where conversation_key = ? and turn = 'AHEAD' and ahead_call = ? and turn_owner = ?
              and not %s and %s"""
                .formatted(suspended, COUNTED_ON))
        .params(next, done.conversationKey(), done.id(), node.id(), node.id())
        .update(rows, names("next_sequence"));
    return conversation(rows)
        .map(
            conversation ->
                new Going(
                    conversation,
                    (Long) Objects.requireNonNull(rows.getKeyList().get(0).get("next_sequence"))));
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
        UNDER_WAY);
  }

  /**
   * Takes the lock, and ends a call that the process follows, whatever came of it.
   *
   * @return empty when the call is this node's no more
   */
  Optional<Left> ended(Order last) {
    return left("", List.of(last.conversationKey(), last.id(), node.id()), UNDER_WAY);
  }

  /** The process follows: the conversation is not ahead of it any more. */
  Left follows(String key) {
    return left("", List.of(key), "").orElseThrow();
  }

  private Optional<Left> left(String more, List<@Nullable Object> values, String condition) {
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    jdbc.sql(
            """
            update baton_conversation set %sturn = null, ahead_call = null
            where conversation_key = ?%s"""
                .formatted(more, condition))
        .params(values)
        .update(rows, names("begins_as", "begun_by", "started_at"));
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

  private static String[] names(String... more) {
    List<String> names = new ArrayList<>(List.of(Conversations.NAMES));
    names.addAll(List.of(more));
    return names.toArray(String[]::new);
  }

  private static Optional<Conversation> conversation(GeneratedKeyHolder rows) {
    return rows.getKeyList().stream().findFirst().map(Conversations::of);
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
}
