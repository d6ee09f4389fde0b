package dev.baton.conversation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Finds what other nodes committed for those who wait on this one, with one query for up to 500 of
 * their conversations, however many wait. Thread-safe.
 */
public final class ChangesElsewhere {

  private static final int BATCH = 500;

  private final JdbcClient jdbc;
  private final Changes changes;
  private final Map<String, Sight> seen = new HashMap<>();

  /** What shows that something was committed. */
  private record Sight(long lastLine, int unanswered, boolean closed) {}

  /** Of the conversations that somebody follows. */
  public ChangesElsewhere(JdbcClient jdbc, Changes changes) {
    this.jdbc = jdbc;
    this.changes = changes;
  }

  /**
   * Tells those of changes who follow a conversation that is not as it was at the last look, or is
   * looked at for the first time: what it was when they read it is not known. Costs nothing while
   * nobody waits.
   */
  public synchronized void look() {
    Set<String> followed = changes.followedEverywhere();
    seen.keySet().retainAll(followed);
    List<String> keys = new ArrayList<>(followed);
    for (int from = 0; from < keys.size(); from += BATCH) {
      List<String> some = keys.subList(from, Math.min(from + BATCH, keys.size()));
      Map<String, Sight> now = sights(some);
      for (String key : some) {
        Sight sight = now.get(key);
        Sight before = sight == null ? seen.remove(key) : seen.put(key, sight);
        if (sight == null ? before != null : !sight.equals(before)) {
          changes.tell(key);
        }
      }
    }
  }

  private Map<String, Sight> sights(List<String> keys) {
    Map<String, Sight> sights = new HashMap<>();
    RowCallbackHandler row =
        r ->
            sights.put(
                r.getString("conversation_key"),
                new Sight(r.getLong("last_line"), r.getInt("unanswered"), r.getBoolean("closed")));
    jdbc.sql(
            """
            select c.conversation_key, c.closed_at is not null as closed,
              (select coalesce(max(t.id), 0) from baton_transcript t
               where t.conversation_key = c.conversation_key) as last_line,
              (select count(*) from baton_inbox i
               where i.conversation_key = c.conversation_key
                 and i.state in ('WAITING', 'SENDING')) as unanswered
            from baton_conversation c where c.conversation_key in (:keys)""")
        .param("keys", keys)
        .query(row);
    return sights;
  }
}
