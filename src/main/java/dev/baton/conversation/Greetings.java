package dev.baton.conversation;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Hands a bot's greeting to the request on this node that waits for it. Thread-safe. */
public final class Greetings {

  /** After that the request reads the database anyway. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Map<String, CompletableFuture<Optional<Turns.Reply>>> waiting =
      new ConcurrentHashMap<>();

  /**
   * A request waits for the greeting of a conversation.
   *
   * @return completes with the greeting, or empty when it has to be read from the database
   */
  @SuppressWarnings("FutureReturnValueIgnored") // Removing cannot fail.
  CompletableFuture<Optional<Turns.Reply>> await(String key) {
    CompletableFuture<Optional<Turns.Reply>> greeting = new CompletableFuture<>();
    waiting.put(key, greeting);
    greeting
        .completeOnTimeout(Optional.empty(), LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .thenRun(() -> waiting.remove(key, greeting));
    return greeting;
  }

  /** The request that waits for the conversation's greeting; one that nobody reads if none does. */
  public CompletableFuture<Optional<Turns.Reply>> of(String key) {
    return waiting.getOrDefault(key, new CompletableFuture<>());
  }
}
