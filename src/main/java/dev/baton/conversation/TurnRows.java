package dev.baton.conversation;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;

/**
 * What is written of turns that need no process: of several conversations in one statement. Works
 * in the caller's transaction. Thread-safe.
 */
final class TurnRows {

  /**
   * A turn that begins.
   *
   * @param conversation as far as a message to its bot needs it
   */
  record Begun(Conversation conversation, long sequenceId) {}

  /** SQL: no node is alive that knows no turns. */
  private static final String ALL_TAKE_TURNS =
      """
      not exists (select 1 from baton_node
                  where not takes_turns and alive_until > current_timestamp)""";

  private final JdbcClient jdbc;
  private final Node node;
  private final String suspended;

  /**
   * Of this node.
   *
   * @param suspended SQL: whether the process {@code process_instance_id} must not move
   */
  TurnRows(JdbcClient jdbc, Node node, String suspended) {
    this.jdbc = jdbc;
    this.node = node;
    this.suspended = suspended;
  }

  /**
   * Takes the locks, draws sequence ids and begins turns, where the process waits for the customer
   * and nothing is under way. A node of an earlier version may have come back since the process
   * waits. Orders are not looked for: where the turn is FREE there are none to the bot (see {@link
   * #rest}), and each turn leaves a dead row of theirs, which the database would have to step over.
   *
   * @return those that began, by key; a conversation that somebody else holds just now is not among
   *     them
   */
  Map<String, Begun> begin(Collection<String> keys, Turn turn) {
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    jdbc.sql(
            """
            update baton_conversation set turn = ?, next_sequence = next_sequence + 1
            where conversation_key in (
              select conversation_key from baton_conversation c
              where c.conversation_key in %s and turn = 'FREE' and state = 'TALKING'
                and not %s and %s
              order by c.conversation_key for update skip locked)"""
                .formatted(places(keys.size()), suspended, ALL_TAKE_TURNS))
        .params(with(turn.name(), keys))
        .update(
            rows,
            "conversation_key",
            "process_instance_id",
            "bot_id",
            "session_id",
            "runtime_crc",
            "next_sequence");
    Map<String, Begun> begun = new HashMap<>();
    for (Map<String, Object> row : rows.getKeyList()) {
      Begun one = begun(row);
      begun.put(one.conversation.key(), one);
    }
    return begun;
  }

  private static Begun begun(Map<String, Object> row) {
    return new Begun(
        new Conversation(
            Objects.requireNonNull((String) row.get("conversation_key")),
            Objects.requireNonNull((String) row.get("process_instance_id")),
            Objects.requireNonNull((String) row.get("bot_id")),
            ConversationState.TALKING,
            false,
            null,
            "[]",
            (String) row.get("session_id"),
            false,
            (String) row.get("runtime_crc"),
            0,
            null,
            Turn.TAKEN),
        Objects.requireNonNull((Long) row.get("next_sequence")) - 1);
  }

  /**
   * Places the orders of turns, and announces them to nobody.
   *
   * @param messages by conversation
   * @return the orders, by conversation
   */
  Map<String, Order> order(Map<String, Begun> begun, Map<String, InboxMessage> messages) {
    Instant now = Instant.now();
    List<@Nullable Object> values = new ArrayList<>();
    messages.forEach(
        (key, message) ->
            values.addAll(
                Arrays.asList(
                    key,
                    sequenceId(begun, key),
                    message.id(),
                    node.id(),
                    now.atOffset(ZoneOffset.UTC))));
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    jdbc.sql(
            """
            insert into baton_order
              (conversation_key, kind, sequence_id, inbox_id, state, owner, ordered_at)
            values\s"""
                + rows(messages.size(), "(?, 'BOT_MESSAGE', ?, ?, 'OPEN', ?, ?)"))
        .params(values)
        .update(rows, "conversation_key", "id");
    Map<String, Order> orders = new LinkedHashMap<>();
    Keys.byConversation(rows)
        .forEach(
            (key, id) ->
                orders.put(
                    key,
                    new Order(
                        id,
                        key,
                        OrderKind.BOT_MESSAGE,
                        null,
                        sequenceId(begun, key),
                        Objects.requireNonNull(messages.get(key)).id(),
                        null,
                        Order.State.OPEN,
                        now,
                        null,
                        null,
                        0,
                        false,
                        node.id())));
    return orders;
  }

  private static long sequenceId(Map<String, Begun> begun, String key) {
    return Objects.requireNonNull(begun.get(key)).sequenceId();
  }

  /**
   * Takes the locks and ends turns.
   *
   * @param crcs the latest X-Runtime-CRC of each conversation's bot; null where none came
   * @param waits whether for a conversation that somebody else holds just now; otherwise it is left
   *     as it is
   * @return what is left to be done, by key
   */
  Map<String, Turn> end(Map<String, @Nullable String> crcs, boolean waits) {
    List<@Nullable Object> values = new ArrayList<>();
    crcs.forEach((key, crc) -> values.addAll(Arrays.asList(key, crc)));
    values.addAll(crcs.keySet());
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    jdbc.sql(
            """
            update baton_conversation
            set turn = case turn when 'MORE' then 'MORE' else 'FREE' end,
              runtime_crc = coalesce(case conversation_key%s end, runtime_crc),
              failed_transfers = 0, rests_since = current_timestamp
            where conversation_key in (
              select conversation_key from baton_conversation
              where conversation_key in %s and turn in ('TAKEN', 'MORE')
              order by conversation_key for update%s)"""
                .formatted(
                    " when ? then ?".repeat(crcs.size()),
                    places(crcs.size()),
                    waits ? "" : " skip locked"))
        .params(values)
        .update(rows, "conversation_key", "turn");
    Map<String, Turn> left = new HashMap<>();
    for (Map<String, Object> row : rows.getKeyList()) {
      left.put(
          Objects.requireNonNull((String) row.get("conversation_key")),
          Turn.valueOf(Objects.requireNonNull((String) row.get("turn"))));
    }
    return left;
  }

  /**
   * The orders of turns have their outcome.
   *
   * @return false when one is not this node's, or nobody waits for it any more
   */
  boolean finished(Collection<Order> orders) {
    return jdbc.sql(
                """
            delete from baton_order
            where owner = ? and state = 'OPEN' and task_id is null and id in\s"""
                    + places(orders.size()))
            .params(with(node.id(), orders.stream().map(Order::id).toList()))
            .update()
        == orders.size();
  }

  /** How a conversation's turn stands; null when each message takes the token with it. */
  void become(String key, @Nullable Turn turn) {
    jdbc.sql("update baton_conversation set turn = ? where conversation_key = ?")
        .params(turn == null ? null : turn.name(), key)
        .update();
  }

  /**
   * The process waits for the customer, and lets Baton do the talking if every node can, if no call
   * to the bot that nobody waits for any more is still under way, and if no message waits, which
   * the next one would overtake.
   */
  void rest(String key) {
    jdbc.sql(
            """
            update baton_conversation set turn = 'FREE', rests_since = current_timestamp
            where conversation_key = ?
              and not exists (select 1 from baton_order o
                              where o.conversation_key = ? and o.kind like 'BOT_%')
              and not exists (select 1 from baton_inbox i
                              where i.conversation_key = ? and i.state = 'WAITING')
              and\s"""
                + ALL_TAKE_TURNS)
        .params(key, key, key)
        .update();
  }

  /** See {@link Turns#silentFrom}. */
  @Nullable Instant silentFrom(String key, Duration silence) {
    return jdbc.sql("select turn, rests_since from baton_conversation where conversation_key = ?")
        .param(key)
        .query(
            (row, number) -> {
              String turn = row.getString("turn");
              Instant since = Transfers.instant(row, "rests_since");
              boolean underWay = turn != null && Turn.valueOf(turn) != Turn.FREE;
              // Also where no more turns pass since then: the timer runs from before the last one.
              return since == null
                  ? Optional.<Instant>empty()
                  : Optional.of((underWay ? Instant.now() : since).plus(silence));
            })
        .single()
        .orElse(null);
  }

  private static List<Object> with(Object first, Collection<?> others) {
    List<Object> all = new ArrayList<>();
    all.add(first);
    all.addAll(others);
    return all;
  }

  private static String places(int count) {
    return "(" + rows(count, "?") + ")";
  }

  private static String rows(int count, String row) {
    return String.join(", ", Collections.nCopies(count, row));
  }
}
