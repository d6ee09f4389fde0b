package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Several writes that build on one another: steps name the ids of earlier ones as
 * {@code @{reference.id}}, in the form that Salesforce's composite resource understands. The same
 * steps can be sent one by one.
 */
final class Composite {

  private static final Pattern REFERENCE = Pattern.compile("@\\{([A-Za-z][A-Za-z0-9_]*)\\.id}");
  private static final String HALTED = "PROCESSING_HALTED";

  private Composite() {}

  /**
   * A write.
   *
   * @param reference names it for later steps
   * @param path below {@code sobjects/}: "Case", or "Case/@{kase.id}"
   */
  record Step(
      String reference, String method, String path, ObjectNode body, Map<String, String> headers) {

    static Step create(String reference, String object, ObjectNode body) {
      return new Step(reference, "POST", object, body, Map.of());
    }

    static Step update(String reference, String object, String of, ObjectNode body) {
      return new Step(reference, "PATCH", object + "/" + id(of), body, Map.of());
    }

    boolean creates() {
      return method.equals("POST");
    }

    String object() {
      return path.replaceFirst("/.*", "");
    }

    String what() {
      return (creates() ? "create " : "update ") + object();
    }
  }

  /**
   * What became of the steps: either all are done, or none.
   *
   * @param ids of what was created, by reference
   * @param fault why nothing was done; null when everything was
   * @param failed the number of the step that it is about, from 0
   */
  record Result(Map<String, String> ids, @Nullable SalesforceException fault, int failed) {}

  /** How a later step names the id of what an earlier one created. */
  static String id(String reference) {
    return "@{" + reference + ".id}";
  }

  static ObjectNode request(String data, List<Step> steps) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("allOrNone", true).put("collateSubrequests", false);
    ArrayNode requests = request.putArray("compositeRequest");
    for (Step step : steps) {
      ObjectNode one =
          requests
              .addObject()
              .put("method", step.method())
              .put("url", data + "/sobjects/" + step.path())
              .put("referenceId", step.reference());
      one.set("body", step.body().deepCopy());
      if (!step.headers().isEmpty()) {
        ObjectNode headers = one.putObject("httpHeaders");
        step.headers().forEach(headers::put);
      }
    }
    return request;
  }

  /** Empty when the answer tells about other steps than those. */
  static Optional<Result> read(List<Step> steps, JsonNode answer, RestCall call) {
    JsonNode responses = answer.path("compositeResponse");
    if (!responses.isArray() || responses.size() != steps.size()) {
      return Optional.empty();
    }
    Map<String, String> ids = new HashMap<>();
    boolean halted = false;
    for (int i = 0; i < steps.size(); i++) {
      JsonNode response = responses.get(i);
      int status = response.path("httpStatusCode").asInt();
      RestFault fault = RestFault.of(status, response.path("body"));
      // The steps that are not to blame say so.
      if (fault.codes().contains(HALTED)) {
        halted = true;
      } else if (status < 200 || status >= 300) {
        SalesforceException exception =
            fault.toException(
                new RestCall(
                    call.method(),
                    steps.get(i).what() + " in one transaction",
                    call.path(),
                    Map.of(),
                    null));
        return Optional.of(new Result(Map.of(), exception, i));
      } else if (steps.get(i).creates()) {
        String id = response.path("body").path("id").asText();
        if (!SalesforceClient.isId(id)) {
          return Optional.empty();
        }
        ids.put(steps.get(i).reference(), id);
      }
    }
    return halted ? Optional.empty() : Optional.of(new Result(ids, null, -1));
  }

  /** With the ids instead of the references. */
  static String resolve(String text, Map<String, String> ids) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            match -> {
              String id = ids.get(match.group(1));
              if (id == null) {
                throw new IllegalArgumentException("No earlier step is called " + match.group(1));
              }
              return id;
            });
  }

  /** A body with the ids instead of the references: only values that are nothing but one. */
  static ObjectNode resolve(ObjectNode body, Map<String, String> ids) {
    ObjectNode resolved = body.deepCopy();
    body.properties()
        .forEach(
            field -> {
              String value = field.getValue().asText();
              if (field.getValue().isTextual() && REFERENCE.matcher(value).matches()) {
                resolved.put(field.getKey(), resolve(value, ids));
              }
            });
    return resolved;
  }
}
