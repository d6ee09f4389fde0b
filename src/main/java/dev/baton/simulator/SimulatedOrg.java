package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
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
  private final Records records;
  private final Routing routing;
  private final RoutingRows rows;
  private final Cases cases;
  private final Staff staff;
  private final OrgTables tables;
  private final Map<String, String> madeFor = new HashMap<>();

  SimulatedOrg(ScriptBook script, Alarm alarm) {
    this.script = script;
    records = new Records(script);
    staff = new Staff(script, records);
    routing =
        new Routing(
            script,
            records,
            staff,
            (delay, action) -> alarm.in(delay, () -> locked(action)),
            (caseId, agentId) ->
                records.find(Records.CASE, caseId).ifPresent(row -> row.put("OwnerId", agentId)));
    rows = new RoutingRows(script, records, routing, staff);
    cases = new Cases(script, records, routing);
    tables = new OrgTables(script, records);
  }

  /** Salesforce keeps seconds: rows of one second are ordered by their making only. */
  static String now() {
    return TIME.format(Instant.now());
  }

  /** Makes a row; answers its id. */
  synchronized String create(String object, JsonNode body, boolean autoAssign) {
    notifyAll();
    return switch (object) {
      case Records.CASE -> {
        String id = cases.create(body, autoAssign);
        madeFor.put(id, body.path("OwnerId").asText());
        yield id;
      }
      case Records.COMMENT -> cases.comment(body);
      case Records.PENDING -> rows.createPending(body);
      case Records.REQUIREMENT -> rows.createRequirement(body);
      case Records.WORK -> rows.createWork(body);
      default -> throw OrgErrors.nothing();
    };
  }

  /** Answers whether rows of this object can be changed at all. */
  synchronized boolean update(String object, String id, JsonNode body) {
    notifyAll();
    switch (object) {
      case Records.CASE -> cases.update(id, body);
      case Records.PENDING -> rows.updatePending(id, body);
      case Records.REQUIREMENT -> rows.updateRequirement(id, body);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Answers whether rows of this object can be deleted at all. */
  synchronized boolean delete(String object, String id) {
    switch (object) {
      case Records.CASE -> cases.delete(id);
      case Records.PENDING -> rows.deletePending(id);
      case Records.REQUIREMENT -> rows.deleteRequirement(id);
      case Records.WORK -> rows.deleteWork(id);
      default -> {
        return false;
      }
    }
    return true;
  }

  synchronized ObjectNode read(String object, String id) {
    return records.get(object, id).deepCopy();
  }

  synchronized Cases.Upserted upsertCase(String key, JsonNode body, boolean autoAssign) {
    notifyAll();
    return cases.upsert(key, body, autoAssign);
  }

  synchronized Optional<ObjectNode> caseByKey(String key) {
    return cases.byKey(key).map(ObjectNode::deepCopy);
  }

  synchronized Soql.Result query(String soql) {
    Soql.Result result = Soql.run(soql, tables::find);
    // Copies, since rows change under the lock only.
    List<ObjectNode> found = result.rows().stream().map(ObjectNode::deepCopy).toList();
    return new Soql.Result(result.object(), result.fields(), found);
  }

  /** Several requests as one: agents are asked when all is done. */
  synchronized <T> T together(Supplier<T> work) {
    notifyAll();
    return routing.together(work);
  }

  /** What takes all records back to what they are now; to be used inside {@link #together}. */
  synchronized Runnable savepoint() {
    Runnable rowsBack = records.savepoint();
    Runnable offersBack = routing.savepoint();
    return () -> {
      rowsBack.run();
      offersBack.run();
    };
  }

  /** A snapshot for somebody who asks before routing: who is there, and how many wait. */
  synchronized ObjectNode availability(
      @Nullable String queueId, @Nullable String agentId, @Nullable String skillId) {
    return staff.availability(queueId, agentId, skillId);
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
      for (ObjectNode row : records.all(Records.CASE)) {
        if (said.contains("Subject='" + row.path("Subject").asText() + "'")) {
          queues.add(madeFor.getOrDefault(row.path("Id").asText(), ""));
        }
      }
    }
    return queues;
  }

  enum Deed {
    ACCEPT,
    DECLINE,
    CLOSE
  }

  /**
   * A person plays the agent: acts on the oldest offer or accepted work, or that of one case.
   *
   * @param patience how long to wait for one that is not there yet
   */
  synchronized Optional<ObjectNode> act(Deed deed, @Nullable String caseId, Duration patience)
      throws InterruptedException {
    Instant end = Instant.now().plus(patience);
    while (object(deed, caseId).isEmpty()) {
      long left = Duration.between(Instant.now(), end).toMillis();
      if (left <= 0) {
        return Optional.empty();
      }
      // Whoever changes the records wakes this up, and holds the lock until the change is done.
      wait(left);
    }
    return object(deed, caseId)
        .map(
            work -> {
              String caseOf = work.path("WorkItemId").asText();
              String agentId = work.path("UserId").asText();
              ObjectNode told =
                  Json.object()
                      .put("did", StrictObject.written(deed))
                      .put("case", caseOf)
                      .put(
                          "subject",
                          records
                              .find(Records.CASE, caseOf)
                              .map(row -> row.path("Subject").asText(""))
                              .orElse(""))
                      .put("agent", agentId)
                      .put(
                          "agentName",
                          script.now().agent(agentId).map(Script.Agent::name).orElse(""))
                      .put("agentWork", work.path("Id").asText());
              switch (deed) {
                case ACCEPT -> routing.accept(work);
                case DECLINE -> routing.decline(work, "Declined");
                case CLOSE -> routing.close(work);
              }
              return told;
            });
  }

  private Optional<ObjectNode> object(Deed deed, @Nullable String caseId) {
    return deed == Deed.CLOSE ? routing.oldestWork(caseId) : routing.oldestOffer(caseId);
  }

  /** How many cases wait to be routed, offered or not. */
  synchronized int waiting() {
    return records.all(Records.PENDING).size();
  }

  synchronized void offerWaiting() {
    notifyAll();
    routing.settle();
  }

  private synchronized void locked(Runnable action) {
    notifyAll();
    action.run();
  }
}
