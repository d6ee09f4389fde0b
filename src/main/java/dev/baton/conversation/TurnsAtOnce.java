package dev.baton.conversation;

import dev.baton.conversation.TurnRows.Begun;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * The two statements of an ordinary turn, on PostgreSQL. Each does for several conversations all
 * that there is to do, and is a transaction of its own, in one round trip. Works outside of
 * transactions. Thread-safe.
 *
 * <p>One text serves any number of conversations, so that it is prepared once. Of an array whose
 * length it does not know PostgreSQL thinks that it has ten elements, for which it would rather
 * read a whole table than look ten times into an index, as long as it thinks the table small, and
 * keep to that. With a limit that it does not know either it counts on one.
 */
final class TurnsAtOnce {

  /**
   * A turn that began.
   *
   * @param message the customer's, which is being sent
   */
  record Sending(Begun turn, InboxMessage message) {}

  /** A turn that may be over: its order, and what the bot said. */
  record Answer(Order order, Turns.Reply reply) {

    long inboxId() {
      return Objects.requireNonNull(order.inboxId());
    }
  }

  private static final String BEGIN =
      """
      with asked as (
        select * from unnest(?::text[], ?::text[], ?::text[], ?::text[])
          as a (conversation_key, message_id, text, line) limit ?
      ), begun as (
        update baton_conversation c
        set turn = 'TAKEN', turn_owner = ?, next_sequence = next_sequence + 1
        from asked a cross join lateral (
          select conversation_key from baton_conversation
          where conversation_key = a.conversation_key and %s
          for update skip locked) may_begin
        where c.conversation_key = may_begin.conversation_key
        returning c.conversation_key, c.process_instance_id, c.bot_id, c.session_id, c.runtime_crc,
          c.next_sequence, a.message_id, a.text, a.line
      ), kept as (
        insert into baton_inbox (conversation_key, message_id, text, state, received_at)
        select conversation_key, message_id, text, 'SENDING', current_timestamp from begun
        returning conversation_key, id
      ), said as (
        insert into baton_transcript (conversation_key, said_at, speaker, cause, inbox_id, body)
        select conversation_key, current_timestamp, 'CUSTOMER', 'MESSAGE', id, line
        from begun join kept using (conversation_key)
      )
      select conversation_key, process_instance_id, bot_id, session_id, runtime_crc, next_sequence,
             id as inbox_id
      from begun join kept using (conversation_key)""";

  private static final String END =
      """
      with answered as (
        select * from unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::bigint[])
          as a (conversation_key, turn_owner, next_sequence, runtime_crc, inbox_id) limit ?
      ), ended as (
        update baton_conversation c
        set turn = 'FREE', runtime_crc = coalesce(a.runtime_crc, c.runtime_crc), %s
        from answered a cross join lateral (
          select conversation_key from baton_conversation t
          where conversation_key = a.conversation_key and turn = 'TAKEN'
            and t.turn_owner = a.turn_owner and t.next_sequence = a.next_sequence
          for update skip locked) taken
        where c.conversation_key = taken.conversation_key
        returning c.conversation_key, a.inbox_id
      ), said as (
        insert into baton_transcript (conversation_key, said_at, speaker, cause, inbox_id, body)
        select conversation_key, current_timestamp, 'BOT', 'MESSAGE', inbox_id, body
        from unnest(?::bigint[], ?::text[]) with ordinality as l (inbox_id, body, place)
        join ended using (inbox_id)
        order by place
      ), put_away as (
        update baton_inbox i set state = 'ANSWERED' from ended e where i.id = e.inbox_id
      )
      select inbox_id from ended"""
          .formatted(TurnRows.ENDS);

  private final JdbcClient jdbc;
  private final Node node;
  private final String begin;

  /**
   * Of this node.
   *
   * @param suspended SQL: whether the process {@code process_instance_id} must not move
   */
  TurnsAtOnce(JdbcClient jdbc, Node node, String suspended) {
    this.jdbc = jdbc;
    this.node = node;
    this.begin = BEGIN.formatted(TurnRows.mayBegin(suspended));
  }

  /**
   * Begins turns with these messages, as {@link TurnRows#begin} does, and keeps and writes down
   * what the customers said.
   *
   * @param messages by conversation, none of them a choice
   * @return those that began, by conversation
   */
  Map<String, Sending> begin(Map<String, CustomerMessage> messages) {
    List<String> ids = new ArrayList<>();
    List<@Nullable String> texts = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (CustomerMessage message : messages.values()) {
      ids.add(message.id());
      texts.add(message.text());
      lines.add(Transcript.wellFormed(message.toJson().toString()));
    }
    Map<String, Sending> begun = new HashMap<>();
    jdbc.sql(begin)
        .params(
            texts(messages.keySet()),
            texts(ids),
            texts(texts),
            texts(lines),
            messages.size(),
            node.id(),
            node.id())
        .query()
        .listOfRows()
        .forEach(
            row -> {
              Begun turn = TurnRows.begun(row);
              CustomerMessage message =
                  Objects.requireNonNull(messages.get(turn.conversation().key()));
              begun.put(
                  turn.conversation().key(),
                  new Sending(
                      turn,
                      new InboxMessage(
                          Objects.requireNonNull((Long) row.get("inbox_id")),
                          message.id(),
                          message.text(),
                          null,
                          InboxMessage.State.SENDING)));
            });
    return begun;
  }

  /**
   * Ends turns for which no other message waits, and writes down what the bot said.
   *
   * @return the messages whose turns have ended; a turn that is not the order's any more is not
   *     among them, nor is one of a conversation that somebody else holds just now
   */
  Set<Long> end(List<Answer> answers) {
    List<String> keys = new ArrayList<>();
    List<@Nullable String> owners = new ArrayList<>();
    List<Long> next = new ArrayList<>();
    List<@Nullable String> crcs = new ArrayList<>();
    List<Long> inboxIds = new ArrayList<>();
    List<Long> linesOf = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (Answer answer : answers) {
      keys.add(answer.order.conversationKey());
      owners.add(answer.order.owner());
      next.add(Objects.requireNonNull(answer.order.sequenceId()) + 1);
      crcs.add(answer.reply.runtimeCrc());
      inboxIds.add(answer.inboxId());
      for (String body : answer.reply.messages()) {
        linesOf.add(answer.inboxId());
        lines.add(Transcript.wellFormed(body));
      }
    }
    return jdbc.sql(END)
        .params(
            texts(keys),
            texts(owners),
            numbers(next),
            texts(crcs),
            numbers(inboxIds),
            answers.size(),
            numbers(linesOf),
            texts(lines))
        .query(Long.class)
        .set();
  }

  private static SqlArrayValue texts(Collection<? extends @Nullable String> all) {
    return new SqlArrayValue("text", all.toArray());
  }

  private static SqlArrayValue numbers(Collection<Long> all) {
    return new SqlArrayValue("bigint", all.toArray());
  }
}
