package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.baton.http.HttpAnswer;
import dev.baton.http.RemoteJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An answer that reports a fault. Its body is normally an array of {@code {errorCode, message,
 * fields}}; nested results name the code {@code statusCode}, some pages send a single object, and
 * what stands in front of the org may send HTML or nothing.
 */
record RestFault(int status, List<String> codes, List<String> fields, String sentence) {

  private static final ObjectMapper JSON = new ObjectMapper(RemoteJson.FACTORY);
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,79}");
  private static final int LONGEST_SENTENCE = 200;

  private static final Set<String> TOKEN_REFUSED =
      Set.of("INVALID_SESSION_ID", "INVALID_AUTH_HEADER");
  static final String ROW_LOCKED = "UNABLE_TO_LOCK_ROW";
  static final String KEY_TAKEN = "DUPLICATE_VALUE";
  private static final Set<String> NOTHING_THERE = Set.of("NOT_FOUND", "ENTITY_IS_DELETED");

  static RestFault of(HttpAnswer answer) {
    return of(answer.status(), parse(answer));
  }

  static RestFault of(int status, JsonNode body) {
    List<String> codes = new ArrayList<>();
    List<String> fields = new ArrayList<>();
    List<String> sentences = new ArrayList<>();
    for (JsonNode error : errorsIn(body)) {
      addName(codes, error.path("errorCode"));
      addName(codes, error.path("statusCode"));
      error.path("fields").forEach(field -> addName(fields, field));
      sentences.add(error.path("message").asText());
    }
    String sentence = String.join(" ", sentences).replaceAll("\\s+", " ").strip();
    if (sentence.length() > LONGEST_SENTENCE) {
      sentence = sentence.substring(0, LONGEST_SENTENCE) + "...";
    }
    return new RestFault(status, codes, fields, sentence);
  }

  /** The body as JSON; a missing node when it is none. */
  static JsonNode parse(HttpAnswer answer) {
    try {
      JsonNode json = JSON.readTree(answer.body());
      return json == null ? MissingNode.getInstance() : json;
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  private static Iterable<JsonNode> errorsIn(JsonNode body) {
    if (body.isArray()) {
      return body;
    }
    return body.path("errors").isArray() ? body.path("errors") : List.of(body);
  }

  /** What does not look like a name may be anything, and stays out of messages. */
  private static void addName(List<String> names, JsonNode name) {
    if (NAME.matcher(name.asText()).matches()) {
      names.add(name.asText());
    }
  }

  boolean refusesToken() {
    return status == 401 || codes.stream().anyMatch(TOKEN_REFUSED::contains);
  }

  /** The one place that decides what a fault means for the next step. */
  SalesforceException toException(RestCall call) {
    String message = describe(call);
    if (refusesToken()) {
      return new SalesforceException.NotAuthorised(
          message + "; a new access token was refused as well", status, codes);
    }
    if (codes.contains("REQUEST_LIMIT_EXCEEDED") || status == 429) {
      return new SalesforceException.QuotaExceeded(
          message + "; the org's allowance of API calls is used up", status, codes);
    }
    if (codes.contains(ROW_LOCKED)) { // rolled back, under whatever status
      return new SalesforceException.Passing(message, status, codes, false);
    }
    if (status >= 500 || status == 408 || codes.contains("SERVER_UNAVAILABLE")) {
      return new SalesforceException.Passing(message, status, codes, call.writes());
    }
    if (status == 404 || codes.stream().anyMatch(NOTHING_THERE::contains)) {
      return new SalesforceException.NotFound(message, status, codes);
    }
    return new SalesforceException.Rejected(message, status, codes);
  }

  private String describe(RestCall call) {
    StringBuilder text = new StringBuilder("Salesforce answered HTTP " + status);
    if (!codes.isEmpty()) {
      text.append(' ').append(String.join(", ", codes));
    }
    text.append(" to \"").append(call.what()).append('"');
    if (!fields.isEmpty()) {
      text.append(", fields ").append(String.join(", ", fields));
    }
    // A refused write may be answered with the text that was to be written.
    if (!call.writes() && !sentence.isEmpty()) {
      text.append(": ").append(sentence);
    }
    return text.toString();
  }
}
