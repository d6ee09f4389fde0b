package dev.baton.conversation;

import static dev.baton.conversation.Keys.OF_CONVERSATION;
import static dev.baton.conversation.Writes.now;
import static dev.baton.conversation.Writes.set;

import dev.baton.conversation.Writes.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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

  /**
   * A turn that has ended.
   *
   * @param left what is left to be done
   * @param sequenceId of its message
   * @param owner whose turn it was; null when it had a row among the orders
   */
  record Ended(Turn left, long sequenceId, @Nullable String owner) {

    boolean isOf(Order order) {
      return Objects.equals(order.owner(), owner) && Objects.equals(order.sequenceId(), sequenceId);
    }
  }

  /** SQL: what else is set when a turn ends, whatever the bot answered. */
  static final String ENDS = "failed_transfers = 0, rests_since = current_timestamp";

  private final Writes writes;
  private final Node node;
  private final String suspended;

  /**
   * Of this node.
   *
   * @param suspended SQL: whether the process {@code process_instance_id} must not move
   */
  TurnRows(Writes writes, Node node, String suspended) {
    this.writes = writes;
    this.node = node;
    this.suspended = suspended;
  }

  /**
   * Takes the locks, draws sequence ids and begins turns, where the process waits for the customer
   * and nothing is under way. Orders are not looked for: where the turn is FREE there are none to
   * the bot (see {@link #rest}). A node that the others count as dead begins none: they may have
   * looked for its turns for the last time.
   *
   * @return those that began, by key; a conversation that somebody else holds just now is not among
   *     them
   */
  Map<String, Begun> begin(Collection<String> keys, Turn turn) {
    if (keys.isEmpty()) {
      return new HashMap<>();
    }
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    writes
        .sql(
            """
            update baton_conversation
            set turn = ?, turn_owner = ?, next_sequence = next_sequence + 1
            where conversation_key in (
              select conversation_key from baton_conversation c
              where c.conversation_key in %s and %s
              order by c.conversation_key for update skip locked)"""
                .formatted(places(keys.size()), mayBegin(suspended)))
        .params(with(turn.name(), node.id(), keys, node.id()))
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

  /**
   * SQL: whether a turn may begin, on the node whose id is the parameter. The states must not be
   * compared by themselves: as long as there are few rows PostgreSQL finds their index as good as
   * the key's, and keeps to that when there are many.
   */
  static String mayBegin(String suspended) {
    return """
        case turn when 'FREE' then state end = 'TALKING' and not %s
        and exists (select 1 from baton_node where id = ? and alive_until > current_timestamp)"""
        .formatted(suspended);
  }

  static Begun begun(Map<String, Object> row) {
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
   * Takes the locks and ends turns.
   *
   * @param crcs the latest X-Runtime-CRC of each conversation's bot; null where none came
   * @param waits whether for a conversation that somebody else holds just now; otherwise it is left
   *     as it is
   * @return what has ended, by key: not necessarily the turn that the caller means
   */
  Map<String, Ended> end(Map<String, @Nullable String> crcs, boolean waits) {
    if (crcs.isEmpty()) {
      return new HashMap<>();
    }
    List<@Nullable Object> values = new ArrayList<>();
    crcs.forEach((key, crc) -> values.addAll(Arrays.asList(key, crc)));
    values.addAll(crcs.keySet());
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    writes
        .sql(
            """
            update baton_conversation
            set turn = case turn when 'MORE' then 'MORE' else 'FREE' end,
              runtime_crc = coalesce(case conversation_key%s end, runtime_crc),
              %s
            where conversation_key in (
              select conversation_key from baton_conversation
              where conversation_key in %s and turn in ('TAKEN', 'MORE')
              order by conversation_key for update%s)"""
                .formatted(
                    " when ? then ?".repeat(crcs.size()),
                    ENDS,
                    places(crcs.size()),
                    waits ? "" : " skip locked"))
        .params(values)
        .update(rows, "conversation_key", "turn", "next_sequence", "turn_owner");
    Map<String, Ended> ended = new HashMap<>();
    for (Map<String, Object> row : rows.getKeyList()) {
      ended.put(
          Objects.requireNonNull((String) row.get("conversation_key")),
          new Ended(
              Turn.valueOf(Objects.requireNonNull((String) row.get("turn"))),
              Objects.requireNonNull((Long) row.get("next_sequence")) - 1,
              (String) row.get("turn_owner")));
    }
    return ended;
  }

  /** How a conversation's turn stands; null when each message takes the token with it. */
  void become(String key, @Nullable Turn turn) {
    writes.change(Table.CONVERSATION, key, set("turn", turn == null ? null : turn.name()));
  }

  /** The turn that is under way is not its node's any more. */
  void disown(String key) {
    writes
        .sql("update baton_conversation set turn_owner = null where conversation_key = ?")
        .param(key)
        .update();
  }

  /**
   * The process waits for the customer, and lets Baton do the talking if no call to the bot that
   * nobody waits for any more is still under way, and if no message waits, which the next one would
   * overtake.
   */
  void rest(String key) {
    boolean rests =
        writes
            .sql(
                """
                select not exists (select 1 from baton_order o
                                   where o.conversation_key = ? and o.kind like 'BOT_%%')
                  and not exists (select 1 from baton_inbox i
                                  where i.%s and i.state = 'WAITING')"""
                    .formatted(OF_CONVERSATION))
            .params(key, key)
            .query(Boolean.class)
            .single();
    if (rests) {
      writes.change(Table.CONVERSATION, key, set("turn", Turn.FREE.name()), now("rests_since"));
    }
  }

  /** See {@link Turns#silentFrom}. */
  @Nullable Instant silentFrom(String key, Duration silence) {
    return writes
        .sql("select turn, rests_since from baton_conversation where conversation_key = ?")
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

  private static List<Object> with(Object first, Object second, Collection<?> keys, Object last) {
    List<Object> all = new ArrayList<>(List.of(first, second));
    all.addAll(keys);
    all.add(last);
    return all;
  }

  private static String places(int count) {
    return "(" + rows(count, "?") + ")";
  }

  private static String rows(int count, String row) {
    return String.join(", ", Collections.nCopies(count, row));
  }
}
