package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The fields of one writable object, and what may be written to them. Names ignore case. */
final class Fields {

  private enum Kind {
    TEXT,
    FLAG,
    NUMBER,
    ID,
    ID_AT_CREATION,
    READ_ONLY
  }

  private record Field(String name, Kind kind, int longest) {}

  private final String object;
  private final Map<String, Field> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  private Fields(String object) {
    this.object = object;
  }

  static Fields ofCase(Script.Org org) {
    Fields all =
        new Fields("Case")
            .add(
                Kind.READ_ONLY,
                0,
                "Id",
                "CaseNumber",
                "IsClosed",
                "CreatedDate",
                "LastModifiedDate",
                "ClosedDate")
            .add(Kind.ID, 18, "OwnerId", "ContactId", "AccountId", "ParentId", "RecordTypeId")
            .add(Kind.TEXT, 255, "Subject", "Origin", "Status", "Priority", "Type", "Reason")
            .add(Kind.TEXT, 80, "SuppliedName", "SuppliedEmail", "SuppliedPhone")
            .add(Kind.TEXT, 32_000, "Description")
            .add(Kind.TEXT, 4_000, "Comments");
    org.customCaseFields().forEach(name -> all.add(Kind.TEXT, 32_000, name));
    if (org.externalIdField() != null) {
      all.add(Kind.TEXT, 255, org.externalIdField());
    }
    return all;
  }

  static Fields ofComment() {
    return new Fields("CaseComment")
        .add(Kind.READ_ONLY, 0, "Id", "CreatedDate")
        .add(Kind.ID, 18, "ParentId")
        .add(Kind.TEXT, 4_000, "CommentBody")
        .add(Kind.FLAG, 0, "IsPublished");
  }

  static Fields ofPending() {
    return new Fields(Records.PENDING)
        .add(
            Kind.READ_ONLY,
            0,
            "Id",
            "CreatedDate",
            "GroupId",
            "QueueId",
            "IsPushed",
            "IsPushAttempted",
            "LastDeclinedAgentSession",
            "Serial",
            "IsTransfer")
        .add(Kind.ID_AT_CREATION, 18, "WorkItemId", "ServiceChannelId")
        .add(Kind.ID, 18, "PreferredUserId", "BotId", "TransferRequesterId", "OwnerId")
        .add(Kind.TEXT, 40, "RoutingType", "RoutingModel", "CustomRequestedDateTime", "BotType")
        .add(Kind.NUMBER, 0, "RoutingPriority", "SecondaryRoutingPriority", "PushTimeout")
        .add(Kind.NUMBER, 0, "CapacityWeight", "CapacityPercentage", "DropAdditionalSkillsTimeout")
        .add(Kind.NUMBER, 0, "PausedCapacityWeight", "PausedCapacityPercentage")
        .add(Kind.FLAG, 0, "IsReadyForRouting", "IsPreferredUserRequired");
  }

  static Fields ofRequirement() {
    return new Fields(Records.REQUIREMENT)
        .add(Kind.READ_ONLY, 0, "Id", "CreatedDate")
        .add(Kind.ID_AT_CREATION, 18, "RelatedRecordId", "SkillId")
        .add(Kind.NUMBER, 0, "SkillLevel", "SkillPriority")
        .add(Kind.FLAG, 0, "IsAdditionalSkill");
  }

  static Fields ofWork() {
    return new Fields(Records.WORK)
        .add(
            Kind.READ_ONLY,
            0,
            "Id",
            "Status",
            "OriginalQueueId",
            "AssignedDateTime",
            "AcceptDateTime",
            "DeclineDateTime",
            "CancelDateTime",
            "CloseDateTime",
            "CreatedDate")
        .add(Kind.ID, 18, "UserId", "WorkItemId", "PendingServiceRoutingId", "ServiceChannelId")
        .add(Kind.NUMBER, 0, "CapacityWeight", "CapacityPercentage")
        .add(Kind.FLAG, 0, "ShouldSkipCapacityCheck");
  }

  List<String> names() {
    return fields.values().stream().map(Field::name).toList();
  }

  /** Checks what a client wrote into a row that is there; else as {@link #checked(JsonNode)}. */
  ObjectNode changes(JsonNode body) {
    ObjectNode changes = checked(body);
    for (Map.Entry<String, JsonNode> member : changes.properties()) {
      Field field = fields.get(member.getKey());
      if (field != null && field.kind() == Kind.ID_AT_CREATION) {
        throw notWritable(field);
      }
    }
    return changes;
  }

  /**
   * Checks what a client wrote.
   *
   * @return the same under the fields' own names, ids in 18 characters
   */
  ObjectNode checked(JsonNode body) {
    if (!body.isObject()) {
      throw OrgErrors.refuse(400, "JSON_PARSER_ERROR", "An object was expected");
    }
    ObjectNode checked = Json.object();
    for (Map.Entry<String, JsonNode> member : body.properties()) {
      Field field = fields.get(member.getKey());
      if (field == null) {
        throw OrgErrors.refuse(
            400,
            "INVALID_FIELD",
            "No such column '" + member.getKey() + "' on sobject of type " + object);
      }
      checked.set(field.name(), checked(field, member.getValue()));
    }
    return checked;
  }

  private static JsonNode checked(Field field, JsonNode value) {
    if (field.kind() == Kind.READ_ONLY) {
      throw notWritable(field);
    }
    if (value.isNull()) {
      return value;
    }
    boolean fits =
        switch (field.kind()) {
          case FLAG -> value.isBoolean();
          case NUMBER -> value.isNumber();
          default -> value.isTextual();
        };
    if (!fits) {
      throw OrgErrors.refuse(
          400, "JSON_PARSER_ERROR", "Cannot deserialize a value of " + field.name());
    }
    if (field.kind() == Kind.ID || field.kind() == Kind.ID_AT_CREATION) {
      String id =
          Ids.normalise(value.textValue())
              .orElseThrow(
                  () ->
                      OrgErrors.refuse(
                          400,
                          "MALFORMED_ID",
                          field.name() + ": id value of incorrect type: " + value.textValue(),
                          field.name()));
      return Json.object().textNode(id);
    }
    String text = value.asText();
    if (field.kind() == Kind.TEXT && text.codePointCount(0, text.length()) > field.longest()) {
      throw OrgErrors.refuse(
          400,
          "STRING_TOO_LONG",
          field.name() + ": data value too large (max length=" + field.longest() + ")",
          field.name());
    }
    return value;
  }

  private static Refusal notWritable(Field field) {
    return OrgErrors.refuse(
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "Unable to create/update fields: " + field.name(),
        field.name());
  }

  private Fields add(Kind kind, int longest, String... names) {
    for (String name : names) {
      fields.put(name, new Field(name, kind, longest));
    }
    return this;
  }
}
