package dev.baton.oauth;

import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token and what its issuer said about the org.
 *
 * @param value what goes behind {@code Bearer}
 * @param instanceUrl base of the org's REST API, if the token answer named it
 * @param orgId id of the org, if the token answer named it
 * @param expires when it is to be renewed without having been refused
 */
public record AccessToken(
    String value, @Nullable URI instanceUrl, @Nullable String orgId, Instant expires) {

  @Override
  public String toString() {
    return "AccessToken[***, instanceUrl="
        + instanceUrl
        + ", orgId="
        + orgId
        + ", expires="
        + expires
        + "]";
  }
}
