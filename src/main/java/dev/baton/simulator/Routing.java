package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Omni-Channel: the rows of PendingServiceRouting and AgentWork, and the scripted agents that act
 * on them. Guarded by the lock of {@link SimulatedOrg}, which makes every call.
 */
final class Routing {

  static final List<String> PENDING_FIELDS =
      List.of(
          "Id",
          "WorkItemId",
          "GroupId",
          "ServiceChannelId",
          "RoutingType",
          "IsPushed",
          "IsPushAttempted",
          "IsReadyForRouting",
          "CreatedDate");
  static final List<String> WORK_FIELDS =
      List.of(
          "Id",
          "Status",
          "UserId",
          "WorkItemId",
          "PendingServiceRoutingId",
          "OriginalQueueId",
          "ServiceChannelId",
          "AssignedDateTime",
          "AcceptDateTime",
          "DeclineDateTime",
          "CancelDateTime",
          "CloseDateTime",
          "CreatedDate");
  private static final String CHANNEL = "0N9xx0000000001CAA";

  /** Lets a scripted agent act later, with the org's lock held again. */
  @FunctionalInterface
  interface Later {
    void in(long delayMs, Runnable action);
  }

  private record Offered(ObjectNode work, ObjectNode pending, Script.Agent agent) {}

  private final ScriptBook script;
  private final Ids ids;
  private final Later later;
  private final BiConsumer<String, String> newOwner;
  private final Map<String, ObjectNode> pending = new LinkedHashMap<>();
  private final List<ObjectNode> works = new ArrayList<>();
  private final Map<String, Offered> open = new LinkedHashMap<>();
  private final Map<String, Set<String>> declinedBy = new HashMap<>();

  /**
   * Begins with nothing to route.
   *
   * @param newOwner is told case id and agent id when an agent has taken a case
   */
  Routing(ScriptBook script, Ids ids, Later later, BiConsumer<String, String> newOwner) {
    this.script = script;
    this.ids = ids;
    this.later = later;
    this.newOwner = newOwner;
  }

  List<ObjectNode> pendingRows() {
    return List.copyOf(pending.values());
  }

  List<ObjectNode> workRows() {
    return List.copyOf(works);
  }

  /** A case now belongs to a queue: it waits there, and the first agent gets it offered. */
  void enqueue(String caseId, String queueId) {
    ObjectNode row =
        Json.object()
            .put("Id", ids.next("0JR"))
            .put("WorkItemId", caseId)
            .put("GroupId", queueId)
            .put("ServiceChannelId", CHANNEL)
            .put("RoutingType", "QueueBased")
            .put("IsPushed", false)
            .put("IsPushAttempted", false)
            .put("IsReadyForRouting", true)
            .put("CreatedDate", SimulatedOrg.now());
    pending.put(row.path("Id").asText(), row);
    offer(row);
  }

  /** Offers what waits and is not offered, after the script got other agents. */
  void offerWaiting() {
    List.copyOf(pending.values()).stream()
        .filter(row -> open.values().stream().noneMatch(o -> o.pending().equals(row)))
        .forEach(this::offer);
  }

  /**
   * The case left its queue by other means than an agent.
   *
   * @return whether an agent was faster and has it
   */
  boolean cancel(String caseId) {
    Optional<Offered> offer =
        open.values().stream().filter(o -> text(o.work(), "WorkItemId").equals(caseId)).findFirst();
    if (offer.isPresent() && offer.get().agent().does() == Script.Does.ACCEPT_AFTER_WITHDRAW) {
      act(offer.get(), this::accept);
      return true;
    }
    offer.ifPresent(o -> end(o, "Canceled", "CancelDateTime"));
    pending.values().removeIf(row -> text(row, "WorkItemId").equals(caseId));
    return false;
  }

  /** The oldest open offer that a person may act on, of one case or of any. */
  Optional<ObjectNode> oldestOffer(@Nullable String caseId) {
    return open.values().stream()
        .filter(o -> o.agent().does() != Script.Does.SILENT)
        .map(Offered::work)
        .filter(work -> caseId == null || Ids.same(text(work, "WorkItemId"), caseId))
        .findFirst();
  }

  String agentName(ObjectNode work) {
    Offered offered = open.get(text(work, "Id"));
    return offered == null ? "" : offered.agent().name();
  }

  void accept(ObjectNode work) {
    Offered offered = open.get(text(work, "Id"));
    if (offered != null) {
      accept(offered);
    }
  }

  void decline(ObjectNode work) {
    Offered offered = open.get(text(work, "Id"));
    if (offered != null) {
      decline(offered, "Declined");
    }
  }

  private void offer(ObjectNode row) {
    String pendingId = text(row, "Id");
    Set<String> declined = declinedBy.getOrDefault(pendingId, Set.of());
    Script.Queue queue = script.now().queues().get(text(row, "GroupId"));
    Optional<Script.Agent> agent =
        queue == null
            ? Optional.empty()
            : queue.agents().stream().filter(a -> !declined.contains(a.id())).findFirst();
    agent.ifPresent(a -> offer(row, a));
  }

  private void offer(ObjectNode row, Script.Agent agent) {
    row.put("IsPushed", true).put("IsPushAttempted", true);
    ObjectNode work =
        Json.object()
            .put("Id", ids.next("0Bz"))
            .put("Status", "Assigned")
            .put("UserId", agent.id())
            .put("WorkItemId", text(row, "WorkItemId"))
            .put("PendingServiceRoutingId", text(row, "Id"))
            .put("OriginalQueueId", text(row, "GroupId"))
            .put("ServiceChannelId", CHANNEL)
            .put("AssignedDateTime", SimulatedOrg.now())
            .put("CreatedDate", SimulatedOrg.now());
    works.add(work);
    Offered offered = new Offered(work, row, agent);
    open.put(text(work, "Id"), offered);
    switch (agent.does()) {
      case ACCEPT -> act(offered, this::accept);
      case ACCEPT_AND_CLOSE ->
          act(
              offered,
              o -> {
                accept(o);
                o.work().put("Status", "Closed").put("CloseDateTime", SimulatedOrg.now());
              });
      case DECLINE -> act(offered, o -> decline(o, "Declined"));
      case TIME_OUT -> act(offered, o -> decline(o, "DeclinedOnPushTimeout"));
      case GO_OFFLINE -> act(offered, o -> decline(o, "Unavailable"));
      case WAIT, SILENT, ACCEPT_AFTER_WITHDRAW -> {
        // Somebody else has to move first.
      }
    }
  }

  /** Acts now or after the agent's delay, unless the offer has ended by then. */
  private void act(Offered offered, Consumer<Offered> deed) {
    if (offered.agent().delayMs() == 0) {
      deed.accept(offered);
    } else {
      later.in(
          offered.agent().delayMs(),
          () -> {
            if (open.containsKey(text(offered.work(), "Id"))) {
              deed.accept(offered);
            }
          });
    }
  }

  private void accept(Offered offered) {
    end(offered, "Opened", "AcceptDateTime");
    pending.remove(text(offered.pending(), "Id"));
    newOwner.accept(text(offered.work(), "WorkItemId"), offered.agent().id());
  }

  private void decline(Offered offered, String status) {
    end(offered, status, "DeclineDateTime");
    String pendingId = text(offered.pending(), "Id");
    offered.pending().put("IsPushed", false);
    declinedBy.computeIfAbsent(pendingId, id -> new HashSet<>()).add(offered.agent().id());
    if (script.now().org().afterDecline() == Script.AfterDecline.GOES) {
      pending.remove(pendingId);
    } else {
      offer(offered.pending());
    }
  }

  private void end(Offered offered, String status, String timeField) {
    offered.work().put("Status", status).put(timeField, SimulatedOrg.now());
    open.remove(text(offered.work(), "Id"));
  }

  private static String text(ObjectNode row, String field) {
    return row.path(field).asText();
  }
}
