package dev.baton.salesforce;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.http.HttpCall;
import dev.baton.oauth.AccessToken;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call, before it is known with which token and at which instance.
 *
 * @param what for messages, free of ids and texts: "create Case"
 * @param path from {@code /services} on, query included
 */
record RestCall(
    String method,
    String what,
    String path,
    Map<String, String> headers,
    @Nullable ObjectNode body) {

  static RestCall get(String what, String path) {
    return new RestCall("GET", what, path, Map.of(), null);
  }

  boolean writes() {
    return !method.equals("GET");
  }

  HttpCall to(URI instance, AccessToken token) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("Authorization", "Bearer " + token.value());
    all.put("Accept", "application/json");
    ObjectNode json = body;
    byte[] bytes = null;
    if (json != null) {
      all.put("Content-Type", "application/json");
      // By way of a string: half a surrogate pair becomes "?" and does not lose the whole text.
      bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    }
    String base = instance.toString();
    while (base.endsWith("/")) {
      base = base.substring(0, base.length() - 1);
    }
    return new HttpCall(method, URI.create(base + path), all, bytes);
  }

  @Override
  public String toString() {
    return what;
  }
}
