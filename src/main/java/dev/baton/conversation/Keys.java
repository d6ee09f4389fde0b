package dev.baton.conversation;

import org.springframework.jdbc.support.KeyHolder;

/** Reads the id that an insert drew. */
final class Keys {

  private Keys() {}

  static long of(KeyHolder holder) {
    Number key = holder.getKey();
    if (key == null) {
      throw new IllegalStateException("The database drew no id.");
    }
    return key.longValue();
  }
}
