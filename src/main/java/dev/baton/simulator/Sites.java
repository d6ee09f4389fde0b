package dev.baton.simulator;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells requests that a page of another site has a browser send. The simulator has no credentials,
 * so any page could otherwise script the bot of a machine on which the trial runs.
 */
final class Sites {

  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> OWN = Set.of("same-origin", "none");

  private Sites() {}

  /**
   * By {@code Sec-Fetch-Site} and {@code Origin}, and by a {@code Host} that is not this machine.
   */
  static boolean isOther(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    String site = headers.getFirst("Sec-Fetch-Site");
    String origin = headers.getFirst("Origin");
    return (site != null && !OWN.contains(site))
        || (origin != null && !isLocal(authority(origin)))
        || !isLocal(headers.getFirst("Host"));
  }

  private static @Nullable String authority(String origin) {
    try {
      return URI.create(origin).getAuthority();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isLocal(@Nullable String authority) {
    return authority != null && LOCAL.contains(authority.replaceFirst(":[0-9]+$", ""));
  }
}
