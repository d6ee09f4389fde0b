package dev.baton.oauth;

import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps one token for all callers, and one request for it under way at most. */
final class CachedTokenSource implements TokenSource {

  private final Supplier<CompletableFuture<AccessToken>> fetch;
  private final Clock clock;
  private @Nullable CompletableFuture<AccessToken> current;

  CachedTokenSource(Supplier<CompletableFuture<AccessToken>> fetch, Clock clock) {
    this.fetch = fetch;
    this.clock = clock;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // all goes to mine
  public CompletableFuture<AccessToken> token() {
    CompletableFuture<AccessToken> mine = new CompletableFuture<>();
    synchronized (this) {
      CompletableFuture<AccessToken> known = current;
      if (known != null && (!known.isDone() || isUsable(known))) {
        return known.copy(); // nobody may complete or cancel what others wait for
      }
      current = mine;
    }
    begun()
        .whenComplete(
            (token, failure) -> {
              if (token != null) {
                mine.complete(token);
              } else {
                mine.completeExceptionally(failure);
              }
            });
    return mine.copy();
  }

  /** A request that cannot even be made must not be waited for by all who come later. */
  private CompletableFuture<AccessToken> begun() {
    try {
      return fetch.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public synchronized void reject(AccessToken token) {
    CompletableFuture<AccessToken> known = current;
    if (known != null
        && known.isDone()
        && !known.isCompletedExceptionally()
        && known.join().value().equals(token.value())) {
      current = null;
    }
  }

  private boolean isUsable(CompletableFuture<AccessToken> done) {
    return !done.isCompletedExceptionally() && clock.instant().isBefore(done.join().expires());
  }
}
