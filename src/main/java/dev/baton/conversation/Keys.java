package dev.baton.conversation;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.KeyHolder;

/** Reads what came back from inserts and updates. */
final class Keys {

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
