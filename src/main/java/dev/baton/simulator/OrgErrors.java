package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Errors as Salesforce's REST API writes them: an array of one. */
final class OrgErrors {

  private OrgErrors() {}

  static Refusal refuse(int status, String errorCode, String message, String... fields) {
    return new Refusal(of(status, errorCode, message, fields));
  }

  static Refusal nothing() {
    return refuse(404, "NOT_FOUND", "The requested resource does not exist");
  }

  static Refusal missing(String field) {
    return refuse(
        400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [" + field + "]", field);
  }

  static Refusal badReference(String field) {
    return refuse(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field);
  }

  static Refusal notAllowed(Call call) {
    return refuse(405, "METHOD_NOT_ALLOWED", "HTTP method " + call.method() + " not allowed here");
  }

  static Answer of(
      int status, @Nullable String errorCode, @Nullable String message, String... fields) {
    ArrayNode array = Json.array();
    ObjectNode error =
        array
            .addObject()
            .put("message", message == null ? usualMessage(status) : message)
            .put("errorCode", errorCode == null ? usualCode(status) : errorCode);
    if (fields.length > 0) {
      ArrayNode names = error.putArray("fields");
      for (String field : fields) {
        names.add(field);
      }
    }
    return Answer.json(status, array);
  }

  private static String usualMessage(int status) {
    return status == 401 ? "Session expired or invalid" : "scripted fault";
  }

  private static String usualCode(int status) {
    return switch (status) {
      case 400 -> "UNABLE_TO_LOCK_ROW";
      case 401 -> "INVALID_SESSION_ID";
      case 403 -> "REQUEST_LIMIT_EXCEEDED";
      case 404 -> "NOT_FOUND";
      case 405 -> "METHOD_NOT_ALLOWED";
      case 503 -> "SERVER_UNAVAILABLE";
      default -> "UNKNOWN_EXCEPTION";
    };
  }
}
