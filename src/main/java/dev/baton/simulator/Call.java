package dev.baton.simulator;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request, read completely.
 *
 * @param path as it came, not decoded
 * @param segments the path's parts, decoded
 */
record Call(
    String method,
    String path,
    List<String> segments,
    Map<String, String> query,
    Headers headers,
    String body) {

  static Call read(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    return of(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getRawPath(),
        Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""),
        exchange.getRequestHeaders(),
        body);
  }

  /** Path and query as they are written in a URL. */
  static Call of(String method, String path, String query, Headers headers, String body) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      // A plus is a plus in a path, a space only in a query.
      segments.add(decode(segment.replace("+", "%2B")));
    }
    return new Call(
        method,
        path,
        List.copyOf(segments.subList(1, segments.size())),
        form(query),
        headers,
        body);
  }

  @Nullable String header(String name) {
    return headers.getFirst(name);
  }

  String segment(int index) {
    return index < segments.size() ? segments.get(index) : "";
  }

  /** The token of an Authorization header, or an empty string. */
  String bearer() {
    String value = header("Authorization");
    return value != null && value.regionMatches(true, 0, "Bearer ", 0, 7)
        ? value.substring(7).strip()
        : "";
  }

  /** Reads {@code a=1&b=2}; the last of equal names wins. */
  static Map<String, String> form(String text) {
    Map<String, String> members = new LinkedHashMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        members.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    return members;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
