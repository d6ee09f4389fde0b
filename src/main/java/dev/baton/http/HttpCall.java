package dev.baton.http;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request, complete with all headers the server shall see, {@code Content-Type} included. Nothing
 * is added but what HTTP itself needs.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed after construction
public record HttpCall(
    String method, URI uri, Map<String, String> headers, byte @Nullable [] body) {

  // Written out: of a compact constructor NullAway does not see across jars that body may be null.
  public HttpCall(String method, URI uri, Map<String, String> headers, byte @Nullable [] body) {
    this.method = method;
    this.uri = uri;
    this.headers = Map.copyOf(headers);
    this.body = body;
  }

  /** Without headers, query and body: they hold tokens and texts. */
  @Override
  public String toString() {
    return method + " " + uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
  }
}
