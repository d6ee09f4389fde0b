package dev.baton.conversation;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.KeyHolder;

/** The keys of rows: how they are asked for, and what came back from inserts and updates. */
final class Keys {

  /**
   * SQL: the rows of the conversation whose key is the parameter, in a table of which conversations
   * have many rows or few. By the parameter itself PostgreSQL would plan the statement each time,
   * which takes several times as long as to run it: for a key that it knows it expects fewer rows.
   */
  static final String OF_CONVERSATION = "conversation_key = (select cast(? as varchar))";

  private Keys() {}

  /** The ids that an insert of several rows drew, by conversation. */
  static Map<String, Long> byConversation(KeyHolder holder) {
    Map<String, Long> ids = new HashMap<>();
    for (Map<String, Object> row : holder.getKeyList()) {
      ids.put(
          Objects.requireNonNull((String) row.get("conversation_key")),
          Objects.requireNonNull((Long) row.get("id")));
    }
    return ids;
  }

  /** A moment that came back from an update. */
  static @Nullable Instant instant(@Nullable Object column) {
    return column instanceof Timestamp time
        ? time.toInstant()
        : column instanceof OffsetDateTime time ? time.toInstant() : null;
  }

  static long of(KeyHolder holder) {
    Number key = holder.getKey();
    if (key == null) {
      throw new IllegalStateException("The database drew no id.");
    }
    return key.longValue();
  }
}
