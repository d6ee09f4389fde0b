package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Offer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An agent queue. The offer is a Case that the queue owns: Salesforce then makes the work item
 * itself and pushes it to the queue's agents. Only the queue's own routing configuration says how
 * long an agent has to answer.
 */
final class QueueRoute implements Route {

  private static final String PREFIX = "00G";

  private final SalesforceClient salesforce;
  private final Cases cases;

  QueueRoute(SalesforceClient salesforce, Cases cases) {
    this.salesforce = salesforce;
    this.cases = cases;
  }

  /**
   * Whether the queue exists and routes. Whether anybody is logged in cannot be asked without a
   * flow in the org.
   */
  @Override
  public CompletableFuture<Availability> availability(Target target) {
    if (!Route.isId(target.value(), PREFIX)) {
      return CompletableFuture.completedFuture(
          Route.notUsable("the target's value is no id of a queue"));
    }
    return salesforce
        .query(
            "SELECT Id,Name,QueueRoutingConfigId FROM Group WHERE Type='Queue' AND Id="
                + Soql.text(target.value()))
        .thenApply(QueueRoute::judge)
        .exceptionallyCompose(
            Recovery.after(
                // The name of the routing field is not certain in every version of the API.
                fault -> fault instanceof SalesforceException.Rejected && fault.status() == 400,
                fault -> CompletableFuture.completedFuture(new Availability.Unknown())));
  }

  private static Availability judge(List<JsonNode> queues) {
    if (queues.isEmpty()) {
      return Route.notUsable("there is no such queue, or our user cannot see it");
    }
    JsonNode routing = queues.get(0).path("QueueRoutingConfigId");
    if (routing.isNull()) {
      return Route.notUsable("the queue has no routing configuration and routes nothing");
    }
    return new Availability.Available();
  }

  @Override
  public CompletableFuture<String> offer(Offer offer) {
    String queue = offer.target().value();
    if (!Route.isId(queue, PREFIX)) {
      return CompletableFuture.failedFuture(
          new SalesforceException.Misconfigured("The target's value is no id of a queue", null));
    }
    return Cases.fitting(
        longest -> {
          ObjectNode fields = cases.fields(offer, longest);
          return cases.create(offer, fields.put("OwnerId", queue));
        });
  }

  @Override
  public CompletableFuture<Optional<String>> find(Offer offer) {
    return cases.find(offer).thenApply(found -> found.stream().findFirst());
  }

  /** Salesforce makes it, and takes it away when the Case is closed. */
  @Override
  public boolean ownsLine() {
    return false;
  }
}
