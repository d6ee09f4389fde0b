package dev.baton.conversation;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The conversations that the current transaction holds, and what it knows of them and need not
 * read: nobody else changes them. It is found among the transaction's own listeners, and gone with
 * it. Of one thread.
 */
final class Held implements TransactionSynchronization {

  /** The process instances of all that are held. */
  final Map<String, String> processes = new HashMap<>();

  /** Some of them as they are now, but for their turns. */
  final Map<String, Conversation> conversations = new HashMap<>();

  /** The states to which they have moved on. */
  final Map<String, ConversationState> states = new HashMap<>();

  /** The latest transfers of some. */
  final Map<String, Transfer> transfers = new HashMap<>();

  private Held() {}

  /**
   * What the current transaction knows of a conversation and others; null if it does not hold it.
   */
  static @Nullable Held of(String key) {
    if (!TransactionSynchronizationManager.isSynchronizationActive()) {
      return null;
    }
    Held held = current();
    return held.processes.containsKey(key) ? held : null;
  }

  /** What the current transaction holds. */
  static Held current() {
    for (TransactionSynchronization known :
        TransactionSynchronizationManager.getSynchronizations()) {
      if (known instanceof Held held) {
        return held;
      }
    }
    Held held = new Held();
    TransactionSynchronizationManager.registerSynchronization(held);
    return held;
  }
}
