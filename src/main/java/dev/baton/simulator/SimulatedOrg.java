package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The org's records. One lock guards them all, so that each request is one transaction. */
final class SimulatedOrg {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'.000+0000'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final Pattern ID = Pattern.compile("\\b(?:00G|500)[A-Za-z0-9]{15}\\b");

  private final ScriptBook script;
  private final Ids ids = new Ids();
  private final Map<String, ObjectNode> cases = new LinkedHashMap<>();
  private final Map<String, ObjectNode> comments = new LinkedHashMap<>();
  private final Map<String, String> madeFor = new HashMap<>();
  private final Routing routing;
  private long caseNumber = 1000;

  record Upserted(String id, boolean created) {}

  SimulatedOrg(ScriptBook script, Alarm alarm) {
    this.script = script;
    this.routing =
        new Routing(
            script,
            ids,
            (delay, action) -> alarm.in(delay, () -> locked(action)),
            (caseId, agentId) -> {
              ObjectNode row = cases.get(caseId);
              if (row != null) {
                row.put("OwnerId", agentId);
              }
            });
  }

  /** Salesforce keeps seconds: rows of one second are ordered by their making only. */
  static String now() {
    return TIME.format(Instant.now());
  }

  synchronized String createCase(JsonNode body, boolean autoAssign) {
    Script.Org rules = script.now().org();
    ObjectNode row = Fields.ofCase(rules).checked(body);
    for (String field : rules.requiredCaseFields()) {
      if (row.path(field).asText("").isEmpty()) {
        throw missing(field);
      }
    }
    checkOwner(row);
    checkUnique(row, rules.externalIdField());
    String id = ids.next("500");
    row.put("Id", id).put("CaseNumber", String.format("%08d", ++caseNumber));
    row.put("CreatedDate", now()).put("LastModifiedDate", now());
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
    cases.put(id, row);
    madeFor.put(id, row.path("OwnerId").asText());
    enqueue(row);
    return id;
  }

  synchronized Upserted upsertCase(String key, JsonNode body, boolean autoAssign) {
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
    Optional<ObjectNode> present = caseByKey(key);
    if (present.isPresent()) {
      String id = present.get().path("Id").asText();
      updateCase(id, body);
      return new Upserted(id, false);
    }
    if (!(body instanceof ObjectNode)) {
      throw OrgErrors.refuse(400, "JSON_PARSER_ERROR", "An object was expected");
    }
    ObjectNode withKey = body.deepCopy();
    return new Upserted(createCase(withKey.put(keyField, key), autoAssign), true);
  }

  /** Writes fields. A case that leaves its queue or is closed leaves routing too. */
  synchronized void updateCase(String id, JsonNode body) {
    ObjectNode row = row(cases, id);
    ObjectNode changes = Fields.ofCase(script.now().org()).checked(body);
    if (changes.has("OwnerId") && changes.path("OwnerId").isNull()) {
      throw missing("OwnerId");
    }
    checkOwner(changes);
    final String ownerBefore = row.path("OwnerId").asText();
    final boolean closedBefore = row.path("IsClosed").asBoolean();
    row.setAll(changes);
    boolean closed = isClosed(row);
    row.put("IsClosed", closed).put("LastModifiedDate", now());
    if (closed && !closedBefore) {
      row.put("ClosedDate", now());
    }
    boolean moved = !row.path("OwnerId").asText().equals(ownerBefore);
    if (moved || (closed && !closedBefore)) {
      boolean taken = routing.cancel(row.path("Id").asText());
      if (moved && !taken) {
        enqueue(row);
      }
    }
  }

  synchronized ObjectNode caseById(String id) {
    return row(cases, id).deepCopy();
  }

  synchronized Optional<ObjectNode> caseByKey(String key) {
    String field = externalIdField();
    return cases.values().stream()
        .filter(row -> row.path(field).asText("").equalsIgnoreCase(key))
        .findFirst();
  }

  synchronized String createComment(JsonNode body) {
    ObjectNode row = Fields.ofComment().checked(body);
    if (!row.hasNonNull("ParentId")) {
      throw missing("ParentId");
    }
    if (!cases.containsKey(row.path("ParentId").asText())) {
      throw OrgErrors.refuse(
          400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "ParentId");
    }
    String id = ids.next("00a");
    row.put("Id", id).put("CreatedDate", now());
    if (!row.hasNonNull("IsPublished")) {
      row.put("IsPublished", false);
    }
    comments.put(id, row);
    return id;
  }

  synchronized Soql.Result query(String soql) {
    Soql.Result result = Soql.run(soql, this::table);
    // Copies, since rows change under the lock only.
    List<ObjectNode> rows = result.rows().stream().map(ObjectNode::deepCopy).toList();
    return new Soql.Result(result.object(), result.fields(), rows);
  }

  /**
   * The queues that a request is about: those it names, and those for which the cases that it names
   * by id or subject were made.
   */
  synchronized Set<String> queuesOf(Call call) {
    String said = call.path() + ' ' + call.query().getOrDefault("q", "") + ' ' + call.body();
    Set<String> queues = new HashSet<>();
    Matcher ids = ID.matcher(said);
    while (ids.find()) {
      String id = ids.group();
      String queue = id.startsWith("500") ? madeFor.get(id) : id;
      if (queue != null) {
        queues.add(queue);
      }
    }
    if (queues.isEmpty() && said.contains("Subject='")) {
      for (ObjectNode row : cases.values()) {
        if (said.contains("Subject='" + row.path("Subject").asText() + "'")) {
          queues.add(madeFor.getOrDefault(row.path("Id").asText(), ""));
        }
      }
    }
    return queues;
  }

  /** A person plays the agent: accepts or declines the oldest open offer, or that of one case. */
  synchronized Optional<ObjectNode> act(boolean accept, @Nullable String caseId) {
    return routing
        .oldestOffer(caseId)
        .map(
            work -> {
              String caseOf = work.path("WorkItemId").asText();
              ObjectNode told =
                  Json.object()
                      .put("did", accept ? "accept" : "decline")
                      .put("case", caseOf)
                      .put("subject", row(cases, caseOf).path("Subject").asText(""))
                      .put("agent", work.path("UserId").asText())
                      .put("agentName", routing.agentName(work))
                      .put("agentWork", work.path("Id").asText());
              if (accept) {
                routing.accept(work);
              } else {
                routing.decline(work);
              }
              return told;
            });
  }

  /** How many cases wait in queues, offered or not. */
  synchronized int waiting() {
    return routing.pendingRows().size();
  }

  synchronized void offerWaiting() {
    routing.offerWaiting();
  }

  private synchronized void locked(Runnable action) {
    action.run();
  }

  private void enqueue(ObjectNode row) {
    String owner = row.path("OwnerId").asText();
    Script.Queue queue = script.now().queues().get(owner);
    if (queue != null && queue.routes() && !row.path("IsClosed").asBoolean()) {
      routing.enqueue(row.path("Id").asText(), owner);
    }
  }

  private Optional<Soql.Table> table(String name) {
    Script now = script.now();
    return Optional.ofNullable(
        switch (name.toLowerCase(Locale.ROOT)) {
          case "case" ->
              new Soql.Table("Case", Fields.ofCase(now.org()).names(), List.copyOf(cases.values()));
          case "casecomment" ->
              new Soql.Table(
                  "CaseComment", Fields.ofComment().names(), List.copyOf(comments.values()));
          case "pendingservicerouting" ->
              new Soql.Table(
                  "PendingServiceRouting", Routing.PENDING_FIELDS, routing.pendingRows());
          case "agentwork" -> new Soql.Table("AgentWork", Routing.WORK_FIELDS, routing.workRows());
          case "group" -> groups(now);
          case "user" -> users(now);
          default -> null;
        });
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
                        .put("DeveloperName", queue.name().replaceAll("\\W+", "_"))
                        .put("Type", "Queue")
                        .put(
                            "QueueRoutingConfigId", queue.routes() ? "0K9xx0000000001CAA" : null)));
    return new Soql.Table(
        "Group", List.of("Id", "Name", "DeveloperName", "Type", "QueueRoutingConfigId"), rows);
  }

  private static Soql.Table users(Script script) {
    Map<String, ObjectNode> rows = new LinkedHashMap<>();
    rows.put(Simulator.USER_ID, user(Simulator.USER_ID, "Integration User"));
    script
        .queues()
        .values()
        .forEach(queue -> queue.agents().forEach(a -> rows.put(a.id(), user(a.id(), a.name()))));
    return new Soql.Table("User", List.of("Id", "Name", "IsActive"), List.copyOf(rows.values()));
  }

  private static ObjectNode user(String id, String name) {
    return Json.object().put("Id", id).put("Name", name).put("IsActive", true);
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
      throw OrgErrors.refuse(
          400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "OwnerId");
    }
  }

  private void checkUnique(ObjectNode row, @Nullable String keyField) {
    if (keyField == null || !row.hasNonNull(keyField)) {
      return;
    }
    Optional<ObjectNode> twin = caseByKey(row.path(keyField).asText());
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
      throw notFound();
    }
    return field;
  }

  private static boolean isClosed(ObjectNode row) {
    return row.path("Status").asText().equalsIgnoreCase("Closed");
  }

  private static ObjectNode row(Map<String, ObjectNode> rows, String id) {
    ObjectNode row = Ids.normalise(id).map(rows::get).orElse(null);
    if (row == null) {
      throw notFound();
    }
    return row;
  }

  private static Refusal missing(String field) {
    return OrgErrors.refuse(
        400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [" + field + "]", field);
  }

  private static Refusal notFound() {
    return OrgErrors.refuse(404, "NOT_FOUND", "The requested resource does not exist");
  }
}
