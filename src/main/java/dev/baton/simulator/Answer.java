package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One answer: a status, headers, and either JSON, other text, or nothing. */
record Answer(
    int status, Map<String, String> headers, @Nullable JsonNode json, @Nullable String text) {

  static Answer json(int status, JsonNode body) {
    return new Answer(status, Map.of("Content-Type", "application/json;charset=UTF-8"), body, null);
  }

  static Answer html(int status, String title) {
    String page =
        "<html><head><title>" + title + "</title></head><body>" + title + "</body></html>";
    return new Answer(status, Map.of("Content-Type", "text/html"), null, page);
  }

  /** A body that claims to be JSON, sent as it is. */
  static Answer raw(int status, String body) {
    return new Answer(status, Map.of("Content-Type", "application/json"), null, body);
  }

  static Answer empty(int status) {
    return new Answer(status, Map.of(), null, null);
  }

  Answer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Answer(status, more, json, text);
  }

  String body() {
    if (json != null) {
      return Json.write(json);
    }
    return text == null ? "" : text;
  }
}
