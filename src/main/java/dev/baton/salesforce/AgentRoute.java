package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.salesforce.Composite.Step;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Offer;
import dev.baton.transfer.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One agent, by user id. Nobody else is asked instead. */
final class AgentRoute implements Route {

  private static final String PREFIX = "005";

  private final SalesforceClient salesforce;
  private final ServiceChannel channel;
  private final RoutedCases cases;
  private final AgentRouting routing;

  AgentRoute(
      SalesforceClient salesforce,
      ServiceChannel channel,
      RoutedCases cases,
      AgentRouting routing) {
    this.salesforce = salesforce;
    this.channel = channel;
    this.cases = cases;
    this.routing = routing;
  }

  /** Whether the agent is there, in a status that takes cases, and has room for one. */
  @Override
  public CompletableFuture<Availability> availability(Target target) {
    String user = target.value();
    if (!Route.isId(user, PREFIX)) {
      return CompletableFuture.completedFuture(
          Route.notUsable("the target's value is no id of a user"));
    }
    return salesforce
        .query(
            "SELECT UserId,ServicePresenceStatusId,IsAway,ConfiguredCapacity,AverageCapacity,"
                + "StatusStartDate FROM UserServicePresence"
                + " WHERE IsCurrentState=true AND UserId IN "
                + Soql.list(List.of(user)))
        .thenCompose(
            rows -> {
              if (rows.isEmpty()) {
                return done(nobody("the agent is offline"));
              }
              JsonNode presence = rows.get(0);
              return presence.path("IsAway").asBoolean()
                  ? done(nobody("the agent is away"))
                  : takesCases(presence)
                      .thenCompose(
                          takes ->
                              takes
                                  ? room(user, presence)
                                  : done(nobody("the agent's presence status takes no cases")));
            });
  }

  /** "Busy" shows by its status not being one of the channel's. */
  private CompletableFuture<Boolean> takesCases(JsonNode presence) {
    String status = canonical(presence.path("ServicePresenceStatusId"));
    return channel
        .id()
        .thenCompose(
            id ->
                salesforce.query(
                    "SELECT ServicePresenceStatusId FROM ServiceChannelStatus"
                        + " WHERE ServiceChannelId="
                        + Soql.text(id)))
        .thenApply(
            rows ->
                rows.stream()
                    .anyMatch(
                        row -> canonical(row.path("ServicePresenceStatusId")).equals(status)));
  }

  private CompletableFuture<Availability> room(String user, JsonNode presence) {
    JsonNode capacity = presence.path("ConfiguredCapacity");
    if (!capacity.isNumber()) {
      return done(new Availability.Available());
    }
    return salesforce
        .query(
            "SELECT UserId,CapacityWeight,CapacityPercentage,Status FROM AgentWork WHERE UserId="
                + Soql.text(user)
                + " AND Status IN ('Assigned','Opened')")
        .thenApply(
            work ->
                used(work, capacity.asDouble()) < capacity.asDouble()
                    ? new Availability.Available()
                    : new Availability.Unavailable(
                        Outcome.QUEUE_FULL, "the agent's capacity is used up"));
  }

  private static double used(List<JsonNode> work, double capacity) {
    return work.stream()
        .mapToDouble(
            row ->
                row.path("CapacityWeight").asDouble()
                    + row.path("CapacityPercentage").asDouble() / 100 * capacity)
        .sum();
  }

  @Override
  public CompletableFuture<String> offer(Offer offer) {
    String user = offer.target().value();
    if (!Route.isId(user, PREFIX)) {
      return CompletableFuture.failedFuture(
          new SalesforceException.Misconfigured("The target's value is no id of a user", null));
    }
    return channel
        .id()
        .thenCompose(id -> cases.place(offer, steps(id, user)))
        .exceptionallyCompose(
            Recovery.after(Recovery::isRefusal, refusal -> whyNot(offer.target(), refusal)));
  }

  /** An agent who went offline meanwhile makes the org refuse: with which code is not written. */
  private CompletableFuture<String> whyNot(Target target, SalesforceException refusal) {
    return availability(target)
        .thenCompose(
            now ->
                CompletableFuture.failedFuture(
                    now instanceof Availability.Unavailable no ? Route.over(no) : refusal));
  }

  private List<Step> steps(String channel, String user) {
    ObjectNode row =
        object().put("WorkItemId", Composite.id(RoutedCases.CASE)).put("ServiceChannelId", channel);
    return switch (routing) {
      case PREFERRED_USER ->
          List.of(
              Step.create(
                  RoutedCases.ROW,
                  "PendingServiceRouting",
                  row.put("RoutingType", "SkillsBased")
                      .put("RoutingModel", "MostAvailable")
                      .put("CapacityWeight", 1)
                      .put("PreferredUserId", user)
                      .put("IsPreferredUserRequired", true)
                      .put("IsReadyForRouting", true)));
      case EXTERNAL ->
          List.of(
              Step.create(
                  RoutedCases.ROW,
                  "PendingServiceRouting",
                  row.put("RoutingModel", "ExternalRouting")
                      .put("CapacityWeight", 1)
                      // Work is taken for a row that is ready only.
                      .put("IsReadyForRouting", true)),
              Step.create(
                  "work",
                  "AgentWork",
                  object()
                      .put("ServiceChannelId", channel)
                      .put("WorkItemId", Composite.id(RoutedCases.CASE))
                      .put("UserId", user)
                      .put("PendingServiceRoutingId", Composite.id(RoutedCases.ROW))
                      .put("CapacityWeight", 1)));
    };
  }

  @Override
  public CompletableFuture<Optional<String>> find(Offer offer) {
    return cases.find(offer);
  }

  @Override
  public boolean asksOneOnly() {
    return true;
  }

  private static String canonical(JsonNode id) {
    return OmniRecords.canonical(id.asText());
  }

  private static Availability nobody(String detail) {
    return new Availability.Unavailable(Outcome.NO_AGENT, detail);
  }

  private static CompletableFuture<Availability> done(Availability availability) {
    return CompletableFuture.completedFuture(availability);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
