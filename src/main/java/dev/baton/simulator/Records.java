package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All rows that were made, by object and id, oldest first. Guarded by the org's lock. */
final class Records {

  static final String CASE = "Case";
  static final String COMMENT = "CaseComment";
  static final String PENDING = "PendingServiceRouting";
  static final String REQUIREMENT = "SkillRequirement";
  static final String WORK = "AgentWork";

  private final ScriptBook script;
  private final Ids ids = new Ids();
  private final Map<String, Map<String, ObjectNode>> objects = new LinkedHashMap<>();
  private final Set<String> deleted = new HashSet<>();

  Records(ScriptBook script) {
    this.script = script;
  }

  /** Gives a row its id and time, and keeps it. */
  String add(String object, String prefix, ObjectNode row) {
    String id = ids.next(prefix);
    row.put("Id", id).put("CreatedDate", SimulatedOrg.now());
    of(object).put(id, row);
    return id;
  }

  /**
   * A row that is there.
   *
   * @throws Refusal NOT_FOUND, or ENTITY_IS_DELETED where one was
   */
  ObjectNode get(String object, String id) {
    Optional<ObjectNode> row = find(object, id);
    if (row.isEmpty() && Ids.normalise(id).filter(deleted::contains).isPresent()) {
      throw OrgErrors.refuse(
          script.now().org().quirks().deletedStatus(), "ENTITY_IS_DELETED", "entity is deleted");
    }
    return row.orElseThrow(OrgErrors::nothing);
  }

  Optional<ObjectNode> find(String object, String id) {
    return Ids.normalise(id).map(of(object)::get);
  }

  /** Oldest first; a copy of the list, not of the rows. */
  List<ObjectNode> all(String object) {
    return List.copyOf(of(object).values());
  }

  void remove(String object, String id) {
    if (of(object).remove(id) != null) {
      deleted.add(id);
    }
  }

  /** What takes all rows back to what they are now. */
  Runnable savepoint() {
    Map<String, Map<String, ObjectNode>> kept = new LinkedHashMap<>();
    objects.forEach(
        (object, rows) -> {
          Map<String, ObjectNode> copies = new LinkedHashMap<>();
          rows.forEach((id, row) -> copies.put(id, row.deepCopy()));
          kept.put(object, copies);
        });
    Set<String> keptDeleted = Set.copyOf(deleted);
    return () -> {
      objects.clear();
      objects.putAll(kept);
      deleted.retainAll(keptDeleted);
    };
  }

  private Map<String, ObjectNode> of(String object) {
    return objects.computeIfAbsent(object, name -> new LinkedHashMap<>());
  }
}
