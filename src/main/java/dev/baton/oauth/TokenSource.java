package dev.baton.oauth;

import java.util.concurrent.CompletableFuture;

/** Gives the access token of one org and user. Thread-safe. */
public interface TokenSource {

  /**
   * The cached token, or a new one. Callers that come while one is being fetched wait for that one.
   * Fails with an {@link OAuthException}, possibly inside a {@code CompletionException}.
   */
  CompletableFuture<AccessToken> token();

  /**
   * Says that a server answered 401 to the token. If it is still the cached one the next {@link
   * #token()} fetches anew; otherwise somebody else has renewed it already and nothing happens.
   */
  void reject(AccessToken token);
}
