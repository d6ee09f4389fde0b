package dev.baton.conversation;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells those who wait on this node that something of a conversation was committed. A signal only:
 * who is woken reads for himself what there is. Thread-safe.
 */
public final class Changes {

  private final Map<String, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();

  /** Completes at the next change of the conversation. Ask for it before you read. */
  public CompletableFuture<Void> next(String key) {
    return waiting.computeIfAbsent(key, k -> new CompletableFuture<>()).copy();
  }

  /** Announces a change with the commit of the current transaction. */
  public void afterCommit(String key) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            CompletableFuture<Void> change = waiting.remove(key);
            if (change != null) {
              change.complete(null);
            }
          }
        });
  }
}
