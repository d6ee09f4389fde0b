package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Salesforce's REST API under /services/data, as far as a queue needs it. */
final class OrgEndpoint implements Endpoint {

  private static final Pattern VERSION = Pattern.compile("v(\\d{1,3})\\.0");
  private static final int OLDEST_VERSION = 31;
  private static final int LONGEST_URI = 16_384;

  private final ScriptBook script;
  private final Tokens tokens;
  private final SimulatedOrg org;
  private final AtomicLong calls = new AtomicLong();
  private final Map<String, Soql.Result> rest = new ConcurrentHashMap<>();

  OrgEndpoint(ScriptBook script, Tokens tokens, SimulatedOrg org) {
    this.script = script;
    this.tokens = tokens;
    this.org = org;
  }

  @Override
  public boolean serves(Call call) {
    return call.path().startsWith("/services/data/");
  }

  @Override
  public Answer error(Call call, int status, @Nullable String code, @Nullable String message) {
    return limited(OrgErrors.of(status, code, message));
  }

  @Override
  public Reply handle(Call call, Journal.Entry entry) {
    calls.incrementAndGet();
    try {
      Answer answer = route(call, entry);
      if (!call.method().equals("GET")) {
        entry.note("effect", "processed");
      }
      return Reply.now(limited(answer));
    } catch (BadJson e) {
      throw new Refusal(limited(OrgErrors.of(400, "JSON_PARSER_ERROR", e.words())));
    } catch (Refusal e) {
      throw new Refusal(limited(e.answer()));
    }
  }

  private Answer limited(Answer answer) {
    return answer.with(
        "Sforce-Limit-Info", "api-usage=" + calls.get() + "/" + script.now().org().dailyCalls());
  }

  private Answer route(Call call, Journal.Entry entry) {
    String version = call.segment(2);
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      throw nothing();
    }
    if (Integer.parseInt(matcher.group(1)) < OLDEST_VERSION) {
      throw OrgErrors.refuse(410, "UNSUPPORTED_API_VERSION", "This version has been retired");
    }
    if (!tokens.good(call.bearer())) {
      throw OrgErrors.refuse(401, "INVALID_SESSION_ID", "Session expired or invalid");
    }
    List<String> path = call.segments().subList(3, call.segments().size());
    String query = call.query().get("q");
    return switch (call.segment(3)) {
      case "query" ->
          path.size() == 1 && query != null
              ? query(call, version, query)
              : page(call, version, call.segment(4));
      case "sobjects" -> sobjects(call, entry, version, path);
      case "limits" -> limits();
      default -> throw nothing();
    };
  }

  private Answer sobjects(Call call, Journal.Entry entry, String version, List<String> path) {
    String object = call.segment(4);
    boolean isCase = object.equalsIgnoreCase("Case");
    String what = call.method() + " " + path.size();
    if (isCase && what.equals("POST 2")) {
      noteKey(entry, Json.parse(call.body()));
      String id = org.createCase(json(call), autoAssign(call));
      return created(version, "Case", id);
    }
    if (object.equalsIgnoreCase("CaseComment") && what.equals("POST 2")) {
      return created(version, "CaseComment", org.createComment(json(call)));
    }
    if (isCase && path.size() == 3) {
      String id = call.segment(5);
      return switch (call.method()) {
        case "GET" -> record(call, version, org.caseById(id));
        case "PATCH" -> {
          org.updateCase(id, json(call));
          yield Answer.empty(204);
        }
        default -> throw notAllowed(call);
      };
    }
    if (isCase && path.size() == 4) {
      return byKey(call, entry, version, call.segment(5), call.segment(6));
    }
    if (isCase || object.equalsIgnoreCase("CaseComment")) {
      throw notAllowed(call);
    }
    if (object.equalsIgnoreCase("PendingServiceRouting") && what.equals("POST 2")) {
      throw OrgErrors.refuse(
          400,
          "INVALID_FIELD_FOR_INSERT_UPDATE",
          "A row of a queue is made by Salesforce only: make the queue owner of the case",
          "GroupId");
    }
    throw nothing();
  }

  private Answer byKey(Call call, Journal.Entry entry, String version, String field, String key) {
    String known = script.now().org().externalIdField();
    if (known == null || !known.equalsIgnoreCase(field)) {
      throw OrgErrors.refuse(
          404,
          "NOT_FOUND",
          "Provided external ID field does not exist or is not accessible: " + field);
    }
    if (call.method().equals("GET")) {
      return record(call, version, org.caseByKey(key).orElseThrow(OrgEndpoint::nothing));
    }
    if (!call.method().equals("PATCH")) {
      throw notAllowed(call);
    }
    entry.once("transferKey", key);
    SimulatedOrg.Upserted upserted = org.upsertCase(key, json(call), autoAssign(call));
    ObjectNode body = Json.object().put("id", upserted.id()).put("success", true);
    body.putArray("errors");
    return Answer.json(upserted.created() ? 201 : 200, body.put("created", upserted.created()));
  }

  private void noteKey(Journal.Entry entry, JsonNode body) {
    String field = script.now().org().externalIdField();
    if (field != null && body.path(field).isTextual()) {
      entry.once("transferKey", body.path(field).asText());
    }
  }

  /** The trap: without the header, or with anything but FALSE, assignment rules run. */
  private static boolean autoAssign(Call call) {
    String header = call.header("Sforce-Auto-Assign");
    return header == null || !header.equalsIgnoreCase("FALSE");
  }

  private static Answer created(String version, String object, String id) {
    ObjectNode body = Json.object().put("id", id).put("success", true);
    body.putArray("errors");
    return Answer.json(201, body)
        .with("Location", "/services/data/" + version + "/sobjects/" + object + "/" + id);
  }

  private static Answer record(Call call, String version, ObjectNode row) {
    String id = row.path("Id").asText();
    String fields = call.query().get("fields");
    ObjectNode picked = row;
    if (fields != null) {
      picked = Json.object();
      for (String field : List.of(fields.split(",", -1))) {
        picked.set(field, Optional.ofNullable(row.get(field)).orElse(row.nullNode()));
      }
    }
    return Answer.json(200, withAttributes(version, "Case", id, picked));
  }

  private Answer query(Call call, String version, String soql) {
    if (!call.method().equals("GET")) {
      throw notAllowed(call);
    }
    if (call.path().length() + soql.length() > LONGEST_URI) {
      return Answer.html(414, "URI Too Long");
    }
    Soql.Result result = org.query(soql);
    return page(version, result, result.rows().size());
  }

  private Answer page(Call call, String version, String locator) {
    Soql.Result remaining = rest.remove(locator);
    if (!call.method().equals("GET") || remaining == null) {
      throw OrgErrors.refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
    }
    return page(version, remaining, remaining.rows().size());
  }

  private Answer page(String version, Soql.Result result, int total) {
    int size = (int) Math.min(script.now().org().queryPageSize(), result.rows().size());
    boolean done = size == result.rows().size();
    ObjectNode body = Json.object().put("totalSize", total).put("done", done);
    if (!done) {
      String locator = "01g" + UUID.randomUUID();
      List<ObjectNode> others = result.rows().subList(size, result.rows().size());
      rest.put(locator, new Soql.Result(result.object(), result.fields(), others));
      body.put("nextRecordsUrl", "/services/data/" + version + "/query/" + locator);
    }
    ArrayNode records = body.putArray("records");
    for (ObjectNode row : result.rows().subList(0, size)) {
      ObjectNode picked = Json.object();
      for (String field : result.fields()) {
        picked.set(field, Optional.ofNullable(row.get(field)).orElse(picked.nullNode()));
      }
      records.add(withAttributes(version, result.object(), row.path("Id").asText(), picked));
    }
    return Answer.json(200, body);
  }

  private static ObjectNode withAttributes(
      String version, String object, String id, ObjectNode row) {
    ObjectNode record = Json.object();
    record
        .putObject("attributes")
        .put("type", object)
        .put("url", "/services/data/" + version + "/sobjects/" + object + "/" + id);
    record.setAll(row);
    return record;
  }

  private Answer limits() {
    long max = script.now().org().dailyCalls();
    ObjectNode body = Json.object();
    body.putObject("DailyApiRequests")
        .put("Max", max)
        .put("Remaining", Math.max(0, max - calls.get()));
    return Answer.json(200, body);
  }

  private static JsonNode json(Call call) {
    String type = call.header("Content-Type");
    if (type == null || !type.startsWith("application/json")) {
      throw OrgErrors.refuse(
          415, "UNSUPPORTED_MEDIA_TYPE", "The content type " + type + " is not supported");
    }
    return Json.parse(call.body());
  }

  private static Refusal notAllowed(Call call) {
    return OrgErrors.refuse(
        405, "METHOD_NOT_ALLOWED", "HTTP method " + call.method() + " not allowed here");
  }

  private static Refusal nothing() {
    return OrgErrors.refuse(404, "NOT_FOUND", "The requested resource does not exist");
  }
}
