package dev.baton.conversation;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Removes all that is kept of one conversation, when somebody has a right to that. What was given
 * to the bot and to targets is theirs and stays with them. Thread-safe.
 */
public final class Erasure {

  /**
   * What was removed; nothing but zeros when there was nothing, or nothing any more.
   *
   * @param messages the customer's messages
   * @param lines lines of the transcript
   * @param processInstances process instances in the engine's history
   */
  public record Erased(int messages, int lines, int transfers, int offers, int processInstances) {}

  private record Row(String processInstanceId, boolean closed) {}

  private final JdbcClient jdbc;
  private final Conversations conversations;
  private final History history;

  /** Works on these conversations and on what the engine remembers of them. */
  public Erasure(JdbcClient jdbc, Conversations conversations, History history) {
    this.jdbc = jdbc;
    this.conversations = conversations;
    this.history = history;
  }

  /**
   * Erases a conversation that is over, all of it or nothing. The key is free again afterwards.
   *
   * @throws Refusal when it is not over yet
   */
  public Erased erase(String key) {
    return conversations.inTransaction(
        () -> {
          Optional<Row> row = lock(key);
          row.ifPresent(known -> checkOver(key, known));
          int lines = delete("baton_transcript", key);
          int messages = delete("baton_inbox", key);
          int offers = delete("baton_offer", key);
          int transfers = delete("baton_transfer", key);
          delete("baton_conversation", key);
          int processes = history.forget(key, row.map(Row::processInstanceId).orElse(null));
          return new Erased(messages, lines, transfers, offers, processes);
        });
  }

  private Optional<Row> lock(String key) {
    return jdbc.sql(
            """
            select process_instance_id, closed_at is not null closed from baton_conversation
            where conversation_key = ? for update""")
        .param(key)
        .query((row, number) -> new Row(row.getString(1), row.getBoolean(2)))
        .optional();
  }

  private void checkOver(String key, Row row) {
    if (!row.closed()) {
      throw new Refusal(
          Refusal.Kind.UNFINISHED,
          "The conversation is not over: its process still runs. Let the customer leave, or delete"
              + " the process instance, and erase it then.");
    }
    if (count("baton_order where conversation_key = ?", key) > 0
        || count(
                "baton_offer where conversation_key = ? and state in ('ASKING', 'OPEN', 'ABANDONED')",
                key)
            > 0) {
      throw new Refusal(
          Refusal.Kind.UNFINISHED,
          "The conversation is over, but its session is still being ended or its offers are still"
              + " being taken back. Erase it when that is done.");
    }
  }

  private int count(String what, String key) {
    return jdbc.sql("select count(*) from " + what).param(key).query(Integer.class).single();
  }

  private int delete(String table, String key) {
    return jdbc.sql("delete from " + table + " where conversation_key = ?").param(key).update();
  }
}
