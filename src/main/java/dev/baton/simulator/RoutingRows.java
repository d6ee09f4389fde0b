package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * What clients write to PendingServiceRouting, SkillRequirement and AgentWork, and what Salesforce
 * does not let them. Guarded by the org's lock.
 */
final class RoutingRows {

  private static final Set<String> MODELS =
      Set.of("ExternalRouting", "LeastActive", "MostAvailable");
  private static final Set<String> FINISHED =
      Set.of("Closed", "Declined", "DeclinedOnPushTimeout", "Unavailable");

  private final ScriptBook script;
  private final Records records;
  private final Routing routing;
  private final Staff staff;

  RoutingRows(ScriptBook script, Records records, Routing routing, Staff staff) {
    this.script = script;
    this.records = records;
    this.routing = routing;
    this.staff = staff;
  }

  String createPending(JsonNode body) {
    ObjectNode row = Fields.ofPending().checked(body);
    if (!row.path("RoutingType").asText().equals("SkillsBased") && !isExternal(row)) {
      throw OrgErrors.refuse(
          400,
          "INVALID_FIELD_FOR_INSERT_UPDATE",
          "A row of a queue is made by Salesforce only: make the queue owner of the case",
          "GroupId");
    }
    require(row, "WorkItemId", "ServiceChannelId", "RoutingModel");
    if (records.find(Records.CASE, row.path("WorkItemId").asText()).isEmpty()) {
      throw OrgErrors.badReference("WorkItemId");
    }
    checkChannel(row);
    checkPending(row);
    for (String flag : List.of("IsReadyForRouting", "IsPreferredUserRequired")) {
      if (!row.hasNonNull(flag)) {
        row.put(flag, false);
      }
    }
    return routing.add(row);
  }

  void updatePending(String id, JsonNode body) {
    ObjectNode row = records.get(Records.PENDING, id);
    checkUnlocked(row);
    ObjectNode changed = row.deepCopy();
    changed.setAll(Fields.ofPending().changes(body));
    checkPending(changed);
    row.setAll(changed);
    routing.settle();
  }

  void deletePending(String id) {
    routing.withdraw(records.get(Records.PENDING, id));
  }

  String createRequirement(JsonNode body) {
    ObjectNode row = Fields.ofRequirement().checked(body);
    require(row, "RelatedRecordId", "SkillId");
    checkUnlocked(
        records
            .find(Records.PENDING, row.path("RelatedRecordId").asText())
            .orElseThrow(() -> OrgErrors.badReference("RelatedRecordId")));
    if (!script.now().skills().containsKey(row.path("SkillId").asText())) {
      throw OrgErrors.badReference("SkillId");
    }
    checkRequirement(row);
    return records.add(Records.REQUIREMENT, "0JS", row);
  }

  void updateRequirement(String id, JsonNode body) {
    ObjectNode row = unlockedRequirement(id);
    ObjectNode changes = Fields.ofRequirement().changes(body);
    checkRequirement(changes);
    row.setAll(changes);
  }

  void deleteRequirement(String id) {
    ObjectNode row = unlockedRequirement(id);
    records.remove(Records.REQUIREMENT, row.path("Id").asText());
  }

  /** External routing: somebody else decided who shall have the work. */
  String createWork(JsonNode body) {
    ObjectNode wanted = Fields.ofWork().checked(body);
    require(wanted, "ServiceChannelId", "WorkItemId", "UserId", "PendingServiceRoutingId");
    checkChannel(wanted);
    checkLoad(wanted);
    ObjectNode row =
        records
            .find(Records.PENDING, wanted.path("PendingServiceRoutingId").asText())
            .filter(pending -> pending.path("WorkItemId").equals(wanted.path("WorkItemId")))
            .orElseThrow(() -> OrgErrors.badReference("PendingServiceRoutingId"));
    if (!isExternal(row) || !ready(row) || row.path("IsPushed").asBoolean()) {
      throw broken("PendingServiceRoutingId", "The row is not one that waits for its routing");
    }
    String userId = wanted.path("UserId").asText();
    Script.Agent agent =
        script.now().agent(userId).orElseThrow(() -> OrgErrors.badReference("UserId"));
    if (!staff.present(userId)) {
      throw broken("UserId", "The user is not online for this service channel");
    }
    if (!wanted.path("ShouldSkipCapacityCheck").asBoolean() && !staff.hasRoom(userId, wanted)) {
      throw broken("UserId", "The user has no capacity left");
    }
    // The agent's work counts as this insert says, not as the row said.
    row.remove(List.of("CapacityWeight", "CapacityPercentage"));
    row.setAll(wanted.deepCopy().retain("CapacityWeight", "CapacityPercentage"));
    return routing.assign(row, agent);
  }

  void deleteWork(String id) {
    ObjectNode work = records.get(Records.WORK, id);
    if (!FINISHED.contains(work.path("Status").asText())) {
      throw OrgErrors.refuse(400, "DELETE_FAILED", "Agent work that is not finished stays");
    }
    records.remove(Records.WORK, work.path("Id").asText());
  }

  private void checkPending(ObjectNode row) {
    if (!MODELS.contains(row.path("RoutingModel").asText())) {
      throw OrgErrors.refuse(
          400,
          "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
          "Routing Model: bad value for restricted picklist field",
          "RoutingModel");
    }
    checkLoad(row);
    boolean required = row.path("IsPreferredUserRequired").asBoolean();
    if (required && row.hasNonNull("PushTimeout")) {
      throw broken("PushTimeout", "Leave the push timeout empty where the user is required");
    }
    if (required && !row.hasNonNull("PreferredUserId")) {
      throw broken("PreferredUserId", "A preferred user is required and none is named");
    }
    if (row.hasNonNull("PreferredUserId")
        && script.now().person(row.path("PreferredUserId").asText()).isEmpty()) {
      throw OrgErrors.badReference("PreferredUserId");
    }
  }

  private static void checkLoad(ObjectNode row) {
    boolean weight = row.hasNonNull("CapacityWeight");
    boolean percentage = row.hasNonNull("CapacityPercentage");
    if (weight && percentage) {
      throw broken("CapacityPercentage", "Use either a weight or a percentage");
    }
    if (!weight && !percentage) {
      throw OrgErrors.missing("CapacityWeight");
    }
  }

  private static void checkRequirement(ObjectNode row) {
    double level = row.path("SkillLevel").asDouble(0);
    if (level < 0 || level > 99.99) {
      throw OrgErrors.refuse(
          400, "NUMBER_OUTSIDE_VALID_RANGE", "Skill Level: value outside of range", "SkillLevel");
    }
    if (row.hasNonNull("SkillPriority") && !row.path("SkillPriority").isIntegralNumber()) {
      throw OrgErrors.refuse(
          400, "JSON_PARSER_ERROR", "Cannot deserialize a value of SkillPriority");
    }
  }

  private ObjectNode unlockedRequirement(String id) {
    ObjectNode row = records.get(Records.REQUIREMENT, id);
    checkUnlocked(records.get(Records.PENDING, row.path("RelatedRecordId").asText()));
    return row;
  }

  private static void checkUnlocked(ObjectNode pending) {
    if (ready(pending)) {
      throw OrgErrors.refuse(
          400, "ENTITY_IS_LOCKED", "The row is ready for routing and cannot be edited any more");
    }
  }

  private static void checkChannel(ObjectNode row) {
    if (!row.path("ServiceChannelId").asText().equals(Simulator.CASE_CHANNEL_ID)) {
      throw OrgErrors.badReference("ServiceChannelId");
    }
  }

  private static boolean isExternal(ObjectNode row) {
    return row.path("RoutingModel").asText().equals("ExternalRouting");
  }

  private static boolean ready(ObjectNode row) {
    return row.path("IsReadyForRouting").asBoolean();
  }

  private static void require(ObjectNode row, String... fields) {
    for (String field : fields) {
      if (!row.hasNonNull(field)) {
        throw OrgErrors.missing(field);
      }
    }
  }

  private static Refusal broken(String field, String words) {
    return OrgErrors.refuse(400, "FIELD_INTEGRITY_EXCEPTION", words, field);
  }
}
