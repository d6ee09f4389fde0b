package dev.baton.conversation;

import org.jspecify.annotations.Nullable;

/** What the engine remembers of the processes of conversations. Thread-safe. */
public interface History {

  /**
   * Forgets the processes of a conversation that are over, in the current transaction.
   *
   * @param processInstanceId the instance that carried the conversation; null when it is not known
   *     any more
   * @return how many process instances are forgotten
   */
  int forget(String key, @Nullable String processInstanceId);
}
