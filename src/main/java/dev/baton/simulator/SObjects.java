package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Single records by REST: {@code /sobjects/...}. */
final class SObjects {

  private static final List<String> OBJECTS =
      List.of(Records.CASE, Records.COMMENT, Records.PENDING, Records.REQUIREMENT, Records.WORK);

  private final ScriptBook script;
  private final SimulatedOrg org;

  SObjects(ScriptBook script, SimulatedOrg org) {
    this.script = script;
    this.org = org;
  }

  /** Serves a call whose path goes on with "sobjects" after the version. */
  Answer handle(Call call, Journal.Entry entry, String version) {
    String object =
        OBJECTS.stream()
            .filter(call.segment(4)::equalsIgnoreCase)
            .findFirst()
            .orElseThrow(OrgErrors::nothing);
    return switch (call.segments().size()) {
      case 5 -> create(call, entry, version, object);
      case 6 -> byId(call, version, object, call.segment(5));
      case 7 -> byKey(call, entry, version, object);
      default -> throw OrgErrors.nothing();
    };
  }

  private Answer create(Call call, Journal.Entry entry, String version, String object) {
    if (!call.method().equals("POST")) {
      throw OrgErrors.notAllowed(call);
    }
    JsonNode body = json(call);
    noteKey(entry, object, body);
    String id = org.create(object, body, autoAssign(call));
    ObjectNode answer = Json.object().put("id", id).put("success", true);
    answer.putArray("errors");
    return Answer.json(201, answer)
        .with("Location", "/services/data/" + version + "/sobjects/" + object + "/" + id);
  }

  private Answer byId(Call call, String version, String object, String id) {
    return switch (call.method()) {
      case "GET" -> record(call, version, object, org.read(object, id));
      case "PATCH" -> done(call, org.update(object, id, json(call)));
      case "DELETE" -> done(call, org.delete(object, id));
      default -> throw OrgErrors.notAllowed(call);
    };
  }

  private static Answer done(Call call, boolean possible) {
    if (!possible) {
      throw OrgErrors.notAllowed(call);
    }
    return Answer.empty(204);
  }

  private Answer byKey(Call call, Journal.Entry entry, String version, String object) {
    String field = call.segment(5);
    String key = call.segment(6);
    String known = script.now().org().externalIdField();
    if (!object.equals(Records.CASE) || known == null || !known.equalsIgnoreCase(field)) {
      throw OrgErrors.refuse(
          404,
          "NOT_FOUND",
          "Provided external ID field does not exist or is not accessible: " + field);
    }
    if (call.method().equals("GET")) {
      return record(call, version, object, org.caseByKey(key).orElseThrow(OrgErrors::nothing));
    }
    if (!call.method().equals("PATCH")) {
      throw OrgErrors.notAllowed(call);
    }
    entry.once("transferKey", key);
    Cases.Upserted upserted = org.upsertCase(key, json(call), autoAssign(call));
    ObjectNode body = Json.object().put("id", upserted.id()).put("success", true);
    body.putArray("errors");
    return Answer.json(upserted.created() ? 201 : 200, body.put("created", upserted.created()));
  }

  /** Marks what a blind repetition would make twice. */
  private void noteKey(Journal.Entry entry, String object, JsonNode body) {
    String field = script.now().org().externalIdField();
    if (object.equals(Records.CASE) && field != null && body.path(field).isTextual()) {
      entry.once("transferKey", body.path(field).asText());
    }
    if (object.equals(Records.PENDING) && body.path("WorkItemId").isTextual()) {
      entry.once("workItem", body.path("WorkItemId").asText());
    }
  }

  /** The trap: without the header, or with anything but FALSE, assignment rules run. */
  private static boolean autoAssign(Call call) {
    String header = call.header("Sforce-Auto-Assign");
    return header == null || !header.equalsIgnoreCase("FALSE");
  }

  private static Answer record(Call call, String version, String object, ObjectNode row) {
    String id = row.path("Id").asText();
    String fields = call.query().get("fields");
    ObjectNode picked = row;
    if (fields != null) {
      picked = Json.object();
      for (String field : List.of(fields.split(",", -1))) {
        picked.set(field, Optional.ofNullable(row.get(field)).orElse(row.nullNode()));
      }
    }
    return Answer.json(200, withAttributes(version, object, id, picked));
  }

  static ObjectNode withAttributes(String version, String object, String id, ObjectNode row) {
    ObjectNode record = Json.object();
    record
        .putObject("attributes")
        .put("type", object)
        .put("url", "/services/data/" + version + "/sobjects/" + object + "/" + id);
    record.setAll(row);
    return record;
  }

  static JsonNode json(Call call) {
    String type = call.header("Content-Type");
    if (type == null || !type.startsWith("application/json")) {
      throw OrgErrors.refuse(
          415, "UNSUPPORTED_MEDIA_TYPE", "The content type " + type + " is not supported");
    }
    return Json.parse(call.body());
  }
}
