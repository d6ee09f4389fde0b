package dev.baton.conversation;

import static dev.baton.conversation.Keys.OF_CONVERSATION;
import static dev.baton.conversation.Writes.set;

import dev.baton.conversation.InboxMessage.State;
import dev.baton.conversation.Writes.Table;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.GeneratedKeyHolder;

/** What customers wrote, in order, once per message id. Thread-safe. */
public final class Inbox {

  private static final String COLUMNS =
      "select id, message_id, text, choice_id, state from baton_inbox ";

  private final Writes writes;

  /** Works in the caller's transaction. */
  public Inbox(Writes writes) {
    this.writes = writes;
  }

  /** Keeps a message, its choice already resolved to the bot's id. */
  InboxMessage add(String key, CustomerMessage message, State state) {
    GeneratedKeyHolder id = new GeneratedKeyHolder();
    writes
        .sql(
            """
            insert into baton_inbox
              (conversation_key, message_id, text, choice_id, state, received_at)
            values (?, ?, ?, ?, ?, current_timestamp)""")
        .params(key, message.id(), message.text(), message.choiceId(), state.name())
        .update(id, "id");
    return new InboxMessage(Keys.of(id), message.id(), message.text(), message.choiceId(), state);
  }

  /**
   * Keeps a message of each of these conversations, none of them a choice.
   *
   * @param messages by conversation
   * @return what was kept, by conversation
   */
  Map<String, InboxMessage> add(Map<String, CustomerMessage> messages, State state) {
    if (messages.isEmpty()) {
      return Map.of();
    }
    List<@Nullable Object> values = new ArrayList<>();
    messages.forEach(
        (key, message) ->
            values.addAll(Arrays.asList(key, message.id(), message.text(), state.name())));
    GeneratedKeyHolder rows = new GeneratedKeyHolder();
    writes
        .sql(
            "insert into baton_inbox (conversation_key, message_id, text, state, received_at) values "
                + String.join(
                    ", ", Collections.nCopies(messages.size(), "(?, ?, ?, ?, current_timestamp)")))
        .params(values)
        .update(rows, "conversation_key", "id");
    Map<String, Long> ids = Keys.byConversation(rows);
    Map<String, InboxMessage> kept = new LinkedHashMap<>();
    messages.forEach(
        (key, message) ->
            kept.put(
                key,
                new InboxMessage(
                    Objects.requireNonNull(ids.get(key)),
                    message.id(),
                    message.text(),
                    null,
                    state)));
    return kept;
  }

  /** The message of a channel's id. */
  public Optional<InboxMessage> find(String key, String messageId) {
    return writes
        .sql(COLUMNS + "where conversation_key = ? and message_id = ?")
        .params(key, messageId)
        .query(Inbox::read)
        .optional();
  }

  /** A message. */
  public InboxMessage byId(long id) {
    return writes.sql(COLUMNS + "where id = ?").param(id).query(Inbox::read).single();
  }

  /** The oldest message that nobody has yet. */
  public Optional<InboxMessage> nextWaiting(String key) {
    return writes
        .sql(
            COLUMNS
                + "where %s and state = 'WAITING' order by id fetch first row only"
                    .formatted(OF_CONVERSATION))
        .param(key)
        .query(Inbox::read)
        .optional();
  }

  /** Every message that nobody has yet, oldest first. */
  public List<InboxMessage> waiting(String key) {
    return writes
        .sql(COLUMNS + "where conversation_key = ? and state = 'WAITING' order by id")
        .param(key)
        .query(Inbox::read)
        .list();
  }

  /** A choice becomes a text: whoever gets it did not offer the choice. */
  public void reword(long id, String text) {
    writes
        .sql("update baton_inbox set text = ?, choice_id = null where id = ?")
        .params(text, id)
        .update();
  }

  /**
   * The id of the message that is ordered to be sent.
   *
   * @throws Refusal when none was taken
   */
  public long beingSent(String key) {
    return writes
        .sql(
            """
            select id from baton_inbox where conversation_key = ? and state = 'SENDING'
            order by id fetch first row only""")
        .param(key)
        .query(Long.class)
        .optional()
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.INVALID, "No message was taken from the inbox."));
  }

  /** Moves a message on. */
  public void become(long id, State state) {
    writes.change(Table.INBOX, id, set("state", state.name()));
  }

  /**
   * The conversation is over: nobody will have what is still here.
   *
   * @return how many messages reached nobody
   */
  int giveUp(String key) {
    List<State> left =
        writes
            .sql(
                """
                select state from baton_inbox
                where %s and state in ('WAITING', 'SENDING', 'UNDELIVERED')"""
                    .formatted(OF_CONVERSATION))
            .param(key)
            .query((row, number) -> State.valueOf(row.getString("state")))
            .list();
    if (left.stream().anyMatch(state -> state != State.UNDELIVERED)) {
      writes
          .sql(
              """
              update baton_inbox set state = 'UNDELIVERED'
              where conversation_key = ? and state in ('WAITING', 'SENDING')""")
          .param(key)
          .update();
    }
    return left.size();
  }

  /** How many messages reached nobody. */
  public int undelivered(String key) {
    return writes
        .sql(
            """
            select count(*) from baton_inbox
            where conversation_key = ? and state = 'UNDELIVERED'""")
        .param(key)
        .query(Integer.class)
        .single();
  }

  /**
   * Conversations that talk, have a message and order nothing, by key, at most 100: their wake-up
   * went missing, or their process cannot move now.
   *
   * @param after the key behind which to begin
   */
  public List<String> overslept(String after) {
    return writes
        .sql(
            """
            select c.conversation_key from baton_conversation c
            where c.state = 'TALKING' and c.stuck = false and c.conversation_key > ?
              and (c.turn is null or c.turn = 'FREE')
              and exists (select 1 from baton_inbox i
                          where i.conversation_key = c.conversation_key and i.state = 'WAITING')
              and not exists (select 1 from baton_order o
                              where o.conversation_key = c.conversation_key)
            order by c.conversation_key fetch first 100 rows only""")
        .param(after)
        .query(String.class)
        .list();
  }

  static InboxMessage read(ResultSet row, int number) throws SQLException {
    return new InboxMessage(
        row.getLong("id"),
        row.getString("message_id"),
        row.getString("text"),
        row.getString("choice_id"),
        State.valueOf(row.getString("state")));
  }
}
