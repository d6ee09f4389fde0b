package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What can be queried: the records, and what the script says there is. */
final class OrgTables {

  private final ScriptBook script;
  private final Records records;

  OrgTables(ScriptBook script, Records records) {
    this.script = script;
    this.records = records;
  }

  Optional<Soql.Table> find(String name) {
    Script now = script.now();
    return Optional.ofNullable(
        switch (name.toLowerCase(Locale.ROOT)) {
          case "case" -> stored(Records.CASE, Fields.ofCase(now.org()));
          case "casecomment" -> stored(Records.COMMENT, Fields.ofComment());
          case "pendingservicerouting" -> stored(Records.PENDING, Fields.ofPending());
          case "skillrequirement" -> stored(Records.REQUIREMENT, Fields.ofRequirement());
          case "agentwork" -> stored(Records.WORK, Fields.ofWork());
          case "group" -> groups(now);
          case "user" -> users(now);
          case "userservicepresence" -> presences(now);
          case "servicechannelstatus" -> channelStatuses(now);
          case "servicechannel" -> channels();
          case "skill" -> skills(now);
          case "queueroutingconfig" -> configurations();
          case "flowdefinitionview" -> flows(now);
          default -> null;
        });
  }

  private Soql.Table stored(String object, Fields fields) {
    return new Soql.Table(object, fields.names(), records.all(object));
  }

  private static Soql.Table groups(Script script) {
    List<ObjectNode> rows = new ArrayList<>();
    script
        .queues()
        .forEach(
            (id, queue) ->
                rows.add(
                    Json.object()
                        .put("Id", id)
                        .put("Name", queue.name())
                        .put("DeveloperName", developerName(queue.name()))
                        .put("Type", "Queue")
                        .put(
                            "QueueRoutingConfigId",
                            queue.routes() ? Simulator.ROUTING_CONFIG_ID : null)));
    return new Soql.Table(
        "Group", List.of("Id", "Name", "DeveloperName", "Type", "QueueRoutingConfigId"), rows);
  }

  private static Soql.Table users(Script script) {
    Map<String, ObjectNode> rows = new LinkedHashMap<>();
    rows.put(Simulator.USER_ID, user(Simulator.USER_ID, "Integration User"));
    script.everybody().forEach((id, agent) -> rows.put(id, user(id, agent.name())));
    return new Soql.Table("User", List.of("Id", "Name", "IsActive"), List.copyOf(rows.values()));
  }

  private static ObjectNode user(String id, String name) {
    return Json.object().put("Id", id).put("Name", name).put("IsActive", true);
  }

  /** Who is offline has a row too, from earlier: only the current state counts. */
  private static Soql.Table presences(Script script) {
    List<ObjectNode> rows = new ArrayList<>();
    for (String userId : script.everybody().keySet()) {
      Person person = script.person(userId).orElse(Person.IN_A_QUEUE);
      rows.add(
          Json.object()
              .put("Id", Ids.normalise("0N8" + userId.substring(3, 15)).orElse(userId))
              .put("UserId", userId)
              .put("ServicePresenceStatusId", person.status())
              .put("IsCurrentState", person.online())
              .put("IsAway", person.away())
              .put("ConfiguredCapacity", person.capacity())
              .put("AverageCapacity", 0)
              .put("StatusStartDate", SimulatedOrg.now()));
    }
    return new Soql.Table(
        "UserServicePresence",
        List.of(
            "Id",
            "UserId",
            "ServicePresenceStatusId",
            "IsCurrentState",
            "IsAway",
            "ConfiguredCapacity",
            "AverageCapacity",
            "StatusStartDate"),
        rows);
  }

  private static Soql.Table channelStatuses(Script script) {
    List<ObjectNode> rows = new ArrayList<>();
    for (String status : script.org().quirks().channelStatuses()) {
      rows.add(
          Json.object()
              .put("Id", Ids.normalise("0Nb" + status.substring(3, 15)).orElse(status))
              .put("ServiceChannelId", Simulator.CASE_CHANNEL_ID)
              .put("ServicePresenceStatusId", status));
    }
    return new Soql.Table(
        "ServiceChannelStatus", List.of("Id", "ServiceChannelId", "ServicePresenceStatusId"), rows);
  }

  private static Soql.Table channels() {
    ObjectNode row = named(Simulator.CASE_CHANNEL_ID, "Cases").put("RelatedEntity", "Case");
    return new Soql.Table(
        "ServiceChannel",
        List.of("Id", "DeveloperName", "MasterLabel", "RelatedEntity"),
        List.of(row));
  }

  private static Soql.Table skills(Script script) {
    List<ObjectNode> rows = new ArrayList<>();
    script.skills().forEach((id, skill) -> rows.add(named(id, skill.name())));
    return new Soql.Table("Skill", List.of("Id", "DeveloperName", "MasterLabel"), rows);
  }

  private static Soql.Table configurations() {
    return new Soql.Table(
        "QueueRoutingConfig",
        List.of("Id", "DeveloperName", "MasterLabel"),
        List.of(named(Simulator.ROUTING_CONFIG_ID, "Chat Routing")));
  }

  private static Soql.Table flows(Script script) {
    OrgQuirks quirks = script.org().quirks();
    List<ObjectNode> rows = new ArrayList<>();
    script.flows().forEach((name, flow) -> rows.add(flow.row(name, quirks.flowIdLength())));
    return new Soql.Table(
        "FlowDefinitionView",
        List.of(
            "DurableId",
            "ApiName",
            "Label",
            "NamespacePrefix",
            "ProcessType",
            "IsActive",
            "ActiveVersionId",
            "LatestVersionId"),
        rows,
        true,
        quirks.flowViewRefusesOr());
  }

  private static ObjectNode named(String id, String label) {
    return Json.object()
        .put("Id", id)
        .put("DeveloperName", developerName(label))
        .put("MasterLabel", label);
  }

  private static String developerName(String label) {
    return label.replaceAll("\\W+", "_");
  }
}
