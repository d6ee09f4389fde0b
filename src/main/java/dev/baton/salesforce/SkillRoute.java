package dev.baton.salesforce;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.salesforce.Composite.Step;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Offer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Agents with a skill. The offer is a Case with a row of its own in the waiting line, which asks
 * for the skill, and is then made ready: from then on it cannot be changed any more.
 */
final class SkillRoute implements Route {

  private static final String PREFIX = "0C5";

  private final SalesforceClient salesforce;
  private final ServiceChannel channel;
  private final RoutedCases cases;

  SkillRoute(SalesforceClient salesforce, ServiceChannel channel, RoutedCases cases) {
    this.salesforce = salesforce;
    this.channel = channel;
    this.cases = cases;
  }

  /** Whether the skill exists and the org takes cases. Who has it and is there is not asked. */
  @Override
  public CompletableFuture<Availability> availability(Target target) {
    if (!Route.isId(target.value(), PREFIX)) {
      return CompletableFuture.completedFuture(
          Route.notUsable("the target's value is no id of a skill"));
    }
    return salesforce
        .query(
            "SELECT Id,DeveloperName,MasterLabel FROM Skill WHERE Id=" + Soql.text(target.value()))
        .thenCompose(
            skills ->
                skills.isEmpty()
                    ? CompletableFuture.completedFuture(
                        Route.notUsable("there is no such skill, or our user cannot see it"))
                    : channel.id().<Availability>thenApply(id -> new Availability.Available()));
  }

  @Override
  public CompletableFuture<String> offer(Offer offer) {
    String skill = offer.target().value();
    if (!Route.isId(skill, PREFIX)) {
      return CompletableFuture.failedFuture(
          new SalesforceException.Misconfigured("The target's value is no id of a skill", null));
    }
    return channel.id().thenCompose(id -> cases.place(offer, steps(id, skill)));
  }

  private static List<Step> steps(String channel, String skill) {
    return List.of(
        Step.create(
            RoutedCases.ROW,
            "PendingServiceRouting",
            object()
                .put("WorkItemId", Composite.id(RoutedCases.CASE))
                .put("ServiceChannelId", channel)
                .put("RoutingType", "SkillsBased")
                .put("RoutingModel", "MostAvailable")
                .put("RoutingPriority", 1)
                .put("CapacityWeight", 1)
                .put("IsReadyForRouting", false)),
        Step.create(
            "skill1",
            "SkillRequirement",
            object()
                .put("RelatedRecordId", Composite.id(RoutedCases.ROW))
                .put("SkillId", skill)
                .put("SkillLevel", 0)),
        Step.update(
            "ready",
            "PendingServiceRouting",
            RoutedCases.ROW,
            object().put("IsReadyForRouting", true)));
  }

  @Override
  public CompletableFuture<Optional<String>> find(Offer offer) {
    return cases.find(offer);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
