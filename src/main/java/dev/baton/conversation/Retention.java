package dev.baton.conversation;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How long conversations are kept once they are over. Thread-safe; any number of nodes may remove
 * at the same time, none waits for another.
 */
public final class Retention {

  private static final int BATCH = 100;

  private final JdbcClient jdbc;
  private final Conversations conversations;
  private final Duration keep;

  /** Works on these conversations, in transactions of its own. */
  public Retention(JdbcClient jdbc, Conversations conversations, Duration keep) {
    this.jdbc = jdbc;
    this.conversations = conversations;
    this.keep = keep;
  }

  /**
   * Removes some of the conversations that have been over for long enough, with all that was kept
   * of them. One for which a call is still to be made, or an offer to be taken back, stays.
   *
   * @return whether there may be more of them
   */
  public boolean removeSome() {
    List<String> removed =
        conversations.inTransaction(
            () -> {
              List<String> old = lockOld();
              if (!old.isEmpty()) {
                jdbc.sql("delete from baton_conversation where conversation_key in (:keys)")
                    .param("keys", old)
                    .update();
              }
              return old;
            });
    return removed.size() == BATCH;
  }

  private List<String> lockOld() {
    return jdbc.sql(
            """
            select c.conversation_key from baton_conversation c
            where c.closed_at < ?
              and not exists (select 1 from baton_order o
                              where o.conversation_key = c.conversation_key)
              and not exists (select 1 from baton_offer f
                              where f.conversation_key = c.conversation_key
                                and f.state in ('ASKING', 'OPEN', 'ABANDONED'))
            order by c.closed_at fetch first ? rows only for update skip locked""")
        .params(Instant.now().minus(keep).atOffset(ZoneOffset.UTC), BATCH)
        .query(String.class)
        .list();
  }
}
