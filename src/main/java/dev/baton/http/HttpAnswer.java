package dev.baton.http;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer read to its end, whatever its status.
 *
 * @param headers looked up without regard to case; of repeated headers the first
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed after construction
public record HttpAnswer(int status, Map<String, String> headers, byte[] body) {

  public HttpAnswer {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    headers = Collections.unmodifiableMap(copy);
  }

  /** Without headers and body: they hold tokens and texts. */
  @Override
  public String toString() {
    return "HTTP " + status + ", " + body.length + " bytes";
  }
}
