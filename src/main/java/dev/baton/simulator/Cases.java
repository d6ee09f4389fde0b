package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Cases and their comments. Guarded by the org's lock. */
final class Cases {

  record Upserted(String id, boolean created) {}

  private final ScriptBook script;
  private final Records records;
  private final Routing routing;
  private long caseNumber = 1000;

  Cases(ScriptBook script, Records records, Routing routing) {
    this.script = script;
    this.records = records;
    this.routing = routing;
  }

  String create(JsonNode body, boolean autoAssign) {
    Script.Org rules = script.now().org();
    ObjectNode row = Fields.ofCase(rules).checked(body);
    for (String field : rules.requiredCaseFields()) {
      if (row.path(field).asText("").isEmpty()) {
        throw OrgErrors.missing(field);
      }
    }
    checkOwner(row);
    checkUnique(row, rules.externalIdField());
    row.put("CaseNumber", String.format("%08d", ++caseNumber));
    row.put("LastModifiedDate", SimulatedOrg.now());
    if (!row.hasNonNull("Status")) {
      row.put("Status", "New");
    }
    if (!row.hasNonNull("OwnerId")) {
      row.put("OwnerId", Simulator.USER_ID);
    }
    if (autoAssign && rules.assignmentRuleOwner() != null) {
      row.put("OwnerId", rules.assignmentRuleOwner());
    }
    row.put("IsClosed", isClosed(row));
    String id = records.add(Records.CASE, "500", row);
    enqueue(row);
    return id;
  }

  Upserted upsert(String key, JsonNode body, boolean autoAssign) {
    String keyField = externalIdField();
    if (body instanceof ObjectNode fields) {
      for (Map.Entry<String, JsonNode> member : fields.properties()) {
        if (member.getKey().equalsIgnoreCase(keyField)) {
          throw OrgErrors.refuse(
              400,
              "INVALID_FIELD",
              "The " + keyField + " field should not be specified in the sobject data.");
        }
      }
    }
    Optional<ObjectNode> present = byKey(key);
    if (present.isPresent()) {
      String id = present.get().path("Id").asText();
      update(id, body);
      return new Upserted(id, false);
    }
    if (!(body instanceof ObjectNode)) {
      throw OrgErrors.refuse(400, "JSON_PARSER_ERROR", "An object was expected");
    }
    ObjectNode withKey = body.deepCopy();
    return new Upserted(create(withKey.put(keyField, key), autoAssign), true);
  }

  /** Writes fields. A case that leaves its queue or is closed leaves routing too. */
  void update(String id, JsonNode body) {
    ObjectNode row = records.get(Records.CASE, id);
    ObjectNode changes = Fields.ofCase(script.now().org()).checked(body);
    if (changes.has("OwnerId") && changes.path("OwnerId").isNull()) {
      throw OrgErrors.missing("OwnerId");
    }
    checkOwner(changes);
    final String ownerBefore = row.path("OwnerId").asText();
    final boolean closedBefore = row.path("IsClosed").asBoolean();
    row.setAll(changes);
    boolean closed = isClosed(row);
    row.put("IsClosed", closed).put("LastModifiedDate", SimulatedOrg.now());
    if (closed && !closedBefore) {
      row.put("ClosedDate", SimulatedOrg.now());
    }
    boolean moved = !row.path("OwnerId").asText().equals(ownerBefore);
    if (moved || (closed && !closedBefore)) {
      boolean taken = routing.cancel(row.path("Id").asText(), closed);
      if (moved && !taken) {
        enqueue(row);
      }
    }
  }

  void delete(String id) {
    String known = records.get(Records.CASE, id).path("Id").asText();
    records.remove(Records.CASE, known);
    routing.cancel(known, true);
  }

  Optional<ObjectNode> byKey(String key) {
    String field = externalIdField();
    return records.all(Records.CASE).stream()
        .filter(row -> row.path(field).asText("").equalsIgnoreCase(key))
        .findFirst();
  }

  String comment(JsonNode body) {
    ObjectNode row = Fields.ofComment().checked(body);
    if (!row.hasNonNull("ParentId")) {
      throw OrgErrors.missing("ParentId");
    }
    if (records.find(Records.CASE, row.path("ParentId").asText()).isEmpty()) {
      throw OrgErrors.badReference("ParentId");
    }
    if (!row.hasNonNull("IsPublished")) {
      row.put("IsPublished", false);
    }
    return records.add(Records.COMMENT, "00a", row);
  }

  private void enqueue(ObjectNode row) {
    String owner = row.path("OwnerId").asText();
    Script.Queue queue = script.now().queues().get(owner);
    if (queue != null && queue.routes() && !row.path("IsClosed").asBoolean()) {
      routing.enqueue(row.path("Id").asText(), owner);
    }
  }

  private void checkOwner(ObjectNode row) {
    if (!row.hasNonNull("OwnerId")) {
      return;
    }
    String owner = row.path("OwnerId").asText();
    if (!owner.startsWith("00G") && !owner.startsWith("005")) {
      throw OrgErrors.refuse(
          400, "MALFORMED_ID", "Owner ID: id value of incorrect type: " + owner, "OwnerId");
    }
    if (owner.startsWith("00G") && !script.now().queues().containsKey(owner)) {
      throw OrgErrors.badReference("OwnerId");
    }
  }

  private void checkUnique(ObjectNode row, @Nullable String keyField) {
    if (keyField == null || !row.hasNonNull(keyField)) {
      return;
    }
    Optional<ObjectNode> twin = byKey(row.path(keyField).asText());
    if (twin.isPresent()) {
      throw OrgErrors.refuse(
          400,
          "DUPLICATE_VALUE",
          "duplicate value found: "
              + keyField
              + " duplicates value on record with id: "
              + twin.get().path("Id").asText());
    }
  }

  private String externalIdField() {
    String field = script.now().org().externalIdField();
    if (field == null) {
      throw OrgErrors.nothing();
    }
    return field;
  }

  private static boolean isClosed(ObjectNode row) {
    return row.path("Status").asText().equalsIgnoreCase("Closed");
  }
}
