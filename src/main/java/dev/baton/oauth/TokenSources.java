package dev.baton.oauth;

import dev.baton.http.HttpCaller;
import dev.baton.oauth.Grant.ClientCredentials;
import dev.baton.oauth.Grant.GivenToken;
import dev.baton.oauth.Grant.JwtBearer;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Makes token sources. Each has a cache of its own: share one per org and user. */
public final class TokenSources {

  private TokenSources() {}

  public static TokenSource of(Grant grant, HttpCaller http, Clock clock) {
    if (grant instanceof GivenToken given) {
      return new Given(new AccessToken(given.token(), given.instanceUrl(), null, Instant.MAX));
    }
    if (grant instanceof JwtBearer jwt) {
      return new CachedTokenSource(TokenEndpoint.of(jwt, http, clock)::fetch, clock);
    }
    return new CachedTokenSource(
        TokenEndpoint.of((ClientCredentials) grant, http, clock)::fetch, clock);
  }

  private record Given(AccessToken given) implements TokenSource {

    @Override
    public CompletableFuture<AccessToken> token() {
      return CompletableFuture.completedFuture(given);
    }

    /** There is no other one to be had. */
    @Override
    public void reject(AccessToken token) {}
  }
}
