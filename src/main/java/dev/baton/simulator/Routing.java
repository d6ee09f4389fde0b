package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Omni-Channel: offers what waits in PendingServiceRouting to scripted agents, and keeps the rows
 * of AgentWork. Guarded by the lock of {@link SimulatedOrg}, which makes every call.
 */
final class Routing {

  /** Lets a scripted agent act later, with the org's lock held again. */
  @FunctionalInterface
  interface Later {
    void in(long delayMs, Runnable action);
  }

  private final ScriptBook script;
  private final Records records;
  private final Staff staff;
  private final Later later;
  private final BiConsumer<String, String> newOwner;
  private final Map<String, Script.Agent> open = new LinkedHashMap<>();
  private final Map<String, Set<String>> declinedBy = new HashMap<>();
  private boolean held;
  private boolean dirty;

  /**
   * Begins with nothing to route.
   *
   * @param newOwner is told case id and agent id when an agent has a case now
   */
  Routing(
      ScriptBook script,
      Records records,
      Staff staff,
      Later later,
      BiConsumer<String, String> newOwner) {
    this.script = script;
    this.records = records;
    this.staff = staff;
    this.later = later;
    this.newOwner = newOwner;
  }

  /** A case now belongs to a queue: it waits there, and the first agent gets it offered. */
  void enqueue(String caseId, String queueId) {
    add(
        Json.object()
            .put("WorkItemId", caseId)
            .put("GroupId", queueId)
            .put("ServiceChannelId", Simulator.CASE_CHANNEL_ID)
            .put("RoutingType", "QueueBased")
            .put("CapacityWeight", 1)
            .put("IsReadyForRouting", true));
  }

  /** Keeps a row, and offers it when it is ready. */
  String add(ObjectNode row) {
    row.put("IsPushed", false).put("IsPushAttempted", false);
    String id = records.add(Records.PENDING, "0JR", row);
    settle();
    return id;
  }

  /** Offers what waits and is not offered, until nothing moves any more. */
  void settle() {
    dirty = true;
    if (held) {
      return;
    }
    held = true;
    try {
      while (dirty) {
        dirty = false;
        records.all(Records.PENDING).forEach(this::offerIfWaiting);
      }
    } finally {
      held = false;
    }
  }

  /** As agents see only what is committed: no offer is made before all the work is done. */
  <T> T together(Supplier<T> work) {
    boolean heldBefore = held;
    held = true;
    try {
      return work.get();
    } finally {
      held = heldBefore;
      settle();
    }
  }

  /** What takes the offers back to what they are now; the rows are the records' business. */
  Runnable savepoint() {
    Map<String, Script.Agent> kept = new LinkedHashMap<>(open);
    return () -> {
      open.clear();
      open.putAll(kept);
    };
  }

  /**
   * The case left its queue by other means than an agent, or is closed. A row that is no queue's
   * does not care who owns the case.
   *
   * @return whether an agent was faster and has it
   */
  boolean cancel(String caseId, boolean closed) {
    boolean taken = false;
    for (ObjectNode row : records.all(Records.PENDING)) {
      if (text(row, "WorkItemId").equals(caseId) && (closed || row.has("GroupId"))) {
        boolean accepting = end(row);
        taken |= accepting;
        if (!accepting) {
          forget(row);
        }
      }
    }
    settle();
    return taken;
  }

  /** Somebody deleted the row: the offer ends, unless its agent is faster. */
  void withdraw(ObjectNode row) {
    end(row);
    forget(row);
    settle();
  }

  /** An offer that somebody else than Omni-Channel decided on. */
  String assign(ObjectNode row, Script.Agent agent) {
    String work = offer(row, agent);
    settle();
    return work;
  }

  /** The oldest open offer that a person may act on, of one case or of any. */
  Optional<ObjectNode> oldestOffer(@Nullable String caseId) {
    return open.entrySet().stream()
        .filter(o -> o.getValue().does() != Script.Does.SILENT)
        .map(o -> work(o.getKey()))
        .filter(work -> caseId == null || Ids.same(text(work, "WorkItemId"), caseId))
        .findFirst();
  }

  /** The oldest work that an agent has accepted and not finished. */
  Optional<ObjectNode> oldestWork(@Nullable String caseId) {
    return records.all(Records.WORK).stream()
        .filter(work -> text(work, "Status").equals("Opened"))
        .filter(work -> caseId == null || Ids.same(text(work, "WorkItemId"), caseId))
        .findFirst();
  }

  void accept(ObjectNode work) {
    String id = text(work, "Id");
    Script.Agent agent = open.get(id);
    if (agent != null) {
      end(id, "Opened", "AcceptDateTime");
      records.find(Records.PENDING, text(work, "PendingServiceRoutingId")).ifPresent(this::forget);
      newOwner.accept(text(work, "WorkItemId"), agent.id());
      settle();
    }
  }

  void decline(ObjectNode work, String status) {
    String id = text(work, "Id");
    Script.Agent agent = open.get(id);
    if (agent == null) {
      return;
    }
    end(id, status, "DeclineDateTime");
    String pendingId = text(work, "PendingServiceRoutingId");
    declinedBy.computeIfAbsent(pendingId, key -> new HashSet<>()).add(agent.id());
    records.find(Records.PENDING, pendingId).ifPresent(row -> declined(row, agent));
    settle();
  }

  void close(ObjectNode work) {
    work.put("Status", "Closed").put("CloseDateTime", SimulatedOrg.now());
    settle();
  }

  private void declined(ObjectNode row, Script.Agent agent) {
    row.put("IsPushed", false);
    if (text(row, "RoutingType").equals("SkillsBased")) {
      // The trap: there is no queue that could own it again.
      newOwner.accept(text(row, "WorkItemId"), agent.id());
    }
    if (script.now().org().afterDecline() == Script.AfterDecline.GOES) {
      forget(row);
    }
  }

  private void offerIfWaiting(ObjectNode row) {
    String id = text(row, "Id");
    boolean there = records.find(Records.PENDING, id).isPresent();
    if (there && row.path("IsReadyForRouting").asBoolean() && !row.path("IsPushed").asBoolean()) {
      staff
          .nextFor(row, declinedBy.getOrDefault(id, Set.of()))
          .ifPresent(agent -> offer(row, agent));
    }
  }

  private String offer(ObjectNode row, Script.Agent agent) {
    row.put("IsPushed", true).put("IsPushAttempted", true);
    ObjectNode work =
        Json.object()
            .put("Status", "Assigned")
            .put("UserId", agent.id())
            .put("WorkItemId", text(row, "WorkItemId"))
            .put("PendingServiceRoutingId", text(row, "Id"))
            .put("ServiceChannelId", Simulator.CASE_CHANNEL_ID)
            .put("AssignedDateTime", SimulatedOrg.now());
    for (String field : List.of("CapacityWeight", "CapacityPercentage")) {
      if (row.hasNonNull(field)) {
        work.set(field, row.get(field));
      }
    }
    if (row.has("GroupId")) {
      work.set("OriginalQueueId", row.get("GroupId"));
    }
    String id = records.add(Records.WORK, "0Bz", work);
    open.put(id, agent);
    switch (agent.does()) {
      case ACCEPT -> act(id, this::accept);
      case ACCEPT_AND_CLOSE ->
          act(
              id,
              accepted -> {
                accept(accepted);
                close(accepted);
              });
      case DECLINE -> act(id, w -> decline(w, "Declined"));
      case TIME_OUT -> act(id, w -> decline(w, "DeclinedOnPushTimeout"));
      case GO_OFFLINE -> act(id, w -> decline(w, "Unavailable"));
      case WAIT, SILENT, ACCEPT_AFTER_WITHDRAW -> {
        // Somebody else has to move first.
      }
    }
    return id;
  }

  /** Acts now or after the agent's delay, unless the offer has ended by then. */
  private void act(String workId, Consumer<ObjectNode> deed) {
    Script.Agent agent = open.get(workId);
    if (agent == null || agent.delayMs() == 0) {
      deed.accept(work(workId));
    } else {
      later.in(
          agent.delayMs(),
          () -> {
            if (open.containsKey(workId)) {
              deed.accept(work(workId));
            }
          });
    }
  }

  /** Ends the offer of a row, if there is one; answers whether its agent accepts all the same. */
  private boolean end(ObjectNode row) {
    for (Map.Entry<String, Script.Agent> offer : List.copyOf(open.entrySet())) {
      if (text(work(offer.getKey()), "PendingServiceRoutingId").equals(text(row, "Id"))) {
        if (offer.getValue().does() == Script.Does.ACCEPT_AFTER_WITHDRAW) {
          act(offer.getKey(), this::accept);
          return true;
        }
        end(offer.getKey(), "Canceled", "CancelDateTime");
      }
    }
    return false;
  }

  private void end(String workId, String status, String timeField) {
    work(workId).put("Status", status).put(timeField, SimulatedOrg.now());
    open.remove(workId);
  }

  private void forget(ObjectNode row) {
    String id = text(row, "Id");
    records.remove(Records.PENDING, id);
    for (ObjectNode requirement : records.all(Records.REQUIREMENT)) {
      if (text(requirement, "RelatedRecordId").equals(id)) {
        records.remove(Records.REQUIREMENT, text(requirement, "Id"));
      }
    }
  }

  private ObjectNode work(String id) {
    return records.get(Records.WORK, id);
  }

  private static String text(ObjectNode row, String field) {
    return row.path(field).asText();
  }
}
