package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.transfer.Availability;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import dev.baton.transfer.RecordId;
import dev.baton.transfer.TargetKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent queue of Omni-Channel ({@code Salesforce:Core:Queue:Id}).
 *
 * <p>The offer is a Case that the queue owns: Salesforce then makes the work item itself and pushes
 * it to the queue's agents. Only the queue's own routing configuration says how long an agent has
 * to answer. Acceptance is read from AgentWork.
 *
 * <p>An offer in doubt is found again by the Case's subject, which carries the offer's key. One gap
 * stays: a create that Salesforce finishes only after the repeat has looked makes a second Case.
 *
 * <p>Thread-safe.
 */
public final class QueueTarget implements TargetKind {

  private static final Logger log = LoggerFactory.getLogger(QueueTarget.class);

  private static final String QUEUE_PREFIX = "00G";

  /** Without it an active assignment rule hands the Case to somebody else, on updates as well. */
  private static final Map<String, String> KEEP_OWNER = Map.of("Sforce-Auto-Assign", "FALSE");

  /** 27 characters each once encoded: the URL stays far below the 8 kB that servers allow. */
  private static final int IDS_PER_QUERY = 100;

  private static final int SHORTEST_DESCRIPTION = 500;

  private final SalesforceClient salesforce;
  private final QueueSettings settings;

  public QueueTarget(SalesforceClient salesforce, QueueSettings settings) {
    this.salesforce = salesforce;
    this.settings = settings;
  }

  @Override
  public boolean serves(Target target) {
    return target.type().equals(Target.QUEUE);
  }

  /**
   * Whether the queue exists and routes. Whether anybody is logged in cannot be asked without a
   * flow in the org.
   */
  @Override
  public CompletableFuture<Availability> availability(Target target) {
    if (!isQueueId(target.value())) {
      return CompletableFuture.completedFuture(notUsable("the target's value is no id of a queue"));
    }
    return salesforce
        .query(
            "SELECT Id,Name,QueueRoutingConfigId FROM Group WHERE Type='Queue' AND Id="
                + Soql.text(target.value()))
        .thenApply(QueueTarget::judge)
        .exceptionallyCompose(
            recover(
                // The name of the routing field is not certain in every version of the API.
                fault -> fault instanceof SalesforceException.Rejected && fault.status() == 400,
                () -> CompletableFuture.completedFuture(new Availability.Unknown())));
  }

  private static Availability judge(List<JsonNode> queues) {
    if (queues.isEmpty()) {
      return notUsable("there is no such queue, or our user cannot see it");
    }
    JsonNode routing = queues.get(0).path("QueueRoutingConfigId");
    if (routing.isNull()) {
      return notUsable("the queue has no routing configuration and routes nothing");
    }
    return new Availability.Available();
  }

  @Override
  public CompletableFuture<String> offer(Offer offer) {
    if (!isQueueId(offer.target().value())) {
      return CompletableFuture.failedFuture(
          new SalesforceException.Misconfigured("The target's value is no id of a queue", null));
    }
    return createCase(offer, CaseText.LONGEST_DESCRIPTION);
  }

  @Override
  public CompletableFuture<Optional<String>> find(Offer offer) {
    return salesforce
        .query("SELECT Id FROM Case WHERE Subject=" + Soql.text(subject(offer)))
        .thenApply(
            found ->
                found.stream()
                    .map(row -> row.path("Id").asText())
                    .filter(SalesforceClient::isId)
                    .findFirst());
  }

  private CompletableFuture<String> createCase(Offer offer, int longestDescription) {
    ObjectNode fields =
        object()
            .put("OwnerId", offer.target().value())
            .put("Subject", subject(offer))
            .put(
                "Description",
                CaseText.description(offer.handover().transcript(), longestDescription))
            .put("Origin", settings.origin());
    return salesforce
        .create("Case", fields, KEEP_OWNER)
        .exceptionallyCompose(
            recover(
                // How an org counts is not ours to know; a long talk must not cost the agent.
                fault ->
                    fault.codes().contains("STRING_TOO_LONG")
                        && longestDescription > SHORTEST_DESCRIPTION,
                () -> createCase(offer, longestDescription / 4)));
  }

  private static String subject(Offer offer) {
    return "Chat transfer " + offer.key();
  }

  @Override
  public CompletableFuture<Map<String, OfferStatus>> status(List<PlacedOffer> offers) {
    List<String> cases =
        offers.stream()
            .map(PlacedOffer::reference)
            .filter(SalesforceClient::isId)
            .distinct()
            .toList();
    // In this order: an item leaves the waiting line when it is accepted. Asked the other way
    // round, an acceptance between the two queries would look like an item that nobody wants.
    return pending(cases)
        .thenCompose(
            pending ->
                agentWork(cases)
                    .thenApply(
                        work ->
                            offers.stream()
                                .collect(
                                    Collectors.toMap(
                                        PlacedOffer::key,
                                        offer -> status(offer.reference(), pending, work)))));
  }

  private static OfferStatus status(
      String reference, Map<String, List<JsonNode>> pending, Map<String, List<JsonNode>> work) {
    if (!SalesforceClient.isId(reference)) {
      return new OfferStatus.Refused(Outcome.ERROR);
    }
    String item = canonical(reference);
    return OmniWork.status(work.getOrDefault(item, List.of()), pending.containsKey(item));
  }

  /**
   * Closes the Case, unless an agent has it. The item leaves the queue with that. An agent whose
   * console still rings at this moment may accept afterwards, and then finds a closed Case.
   */
  @Override
  public CompletableFuture<OfferStatus> withdraw(PlacedOffer offer) {
    String id = offer.reference();
    if (!SalesforceClient.isId(id)) {
      return CompletableFuture.failedFuture(notACase());
    }
    return accepted(id)
        .thenCompose(
            before ->
                before.isPresent() ? CompletableFuture.completedFuture(before.get()) : close(id));
  }

  private CompletableFuture<OfferStatus> close(String id) {
    return setStatus(id, settings.closedStatus())
        .thenCompose(closed -> accepted(id))
        .thenCompose(
            since ->
                since.isPresent()
                    ? reopen(id, since.get())
                    : CompletableFuture.completedFuture(new OfferStatus.Withdrawn()));
  }

  private CompletableFuture<OfferStatus> reopen(String id, OfferStatus accepted) {
    return setStatus(id, settings.openStatus())
        .handle(
            (opened, fault) -> {
              if (fault != null) {
                // The agent has the conversation: that is what counts, whatever the Case says.
                log.warn("Case {} was accepted while it was withdrawn and stays closed", id, fault);
              }
              return accepted;
            });
  }

  /** Closes the Case under the agent's hands: the console shows why nothing more comes. */
  @Override
  public CompletableFuture<Void> release(PlacedOffer offer) {
    String id = offer.reference();
    if (!SalesforceClient.isId(id)) {
      return CompletableFuture.failedFuture(notACase());
    }
    return setStatus(id, settings.closedStatus()).thenAccept(closed -> {});
  }

  /** Completes with false when there is no such Case any more. */
  private CompletableFuture<Boolean> setStatus(String id, String status) {
    return salesforce
        .update("Case", id, object().put("Status", status), KEEP_OWNER)
        .thenApply(changed -> true)
        .exceptionallyCompose(
            recover(
                SalesforceException.NotFound.class::isInstance,
                () -> CompletableFuture.completedFuture(false)));
  }

  /**
   * Adds the message to the Case, for agents only. A text that is too long for one comment becomes
   * several.
   */
  @Override
  public CompletableFuture<Void> deliver(PlacedOffer offer, HeldMessage message, boolean repeated) {
    String id = offer.reference();
    if (!SalesforceClient.isId(id)) {
      return CompletableFuture.failedFuture(notACase());
    }
    List<CaseText.Comment> comments = CaseText.comments(message);
    return (repeated ? missing(id, comments) : CompletableFuture.completedFuture(comments))
        .thenCompose(left -> addInOrder(id, left));
  }

  private CompletableFuture<List<CaseText.Comment>> missing(
      String id, List<CaseText.Comment> comments) {
    return salesforce
        .query("SELECT CommentBody FROM CaseComment WHERE ParentId=" + Soql.text(id))
        .thenApply(
            rows -> {
              List<String> there =
                  rows.stream()
                      .map(row -> row.path("CommentBody").asText().stripTrailing())
                      .toList();
              return comments.stream()
                  .filter(comment -> there.stream().noneMatch(comment::isIn))
                  .toList();
            });
  }

  private CompletableFuture<Void> addInOrder(String id, List<CaseText.Comment> comments) {
    CompletableFuture<?> last = CompletableFuture.completedFuture(id);
    for (CaseText.Comment comment : comments) {
      ObjectNode fields =
          object().put("ParentId", id).put("CommentBody", comment.body()).put("IsPublished", false);
      last = last.thenCompose(before -> salesforce.create("CaseComment", fields, Map.of()));
    }
    return last.thenAccept(added -> {});
  }

  private CompletableFuture<Optional<OfferStatus>> accepted(String id) {
    return agentWork(List.of(id))
        .thenApply(work -> OmniWork.accepted(work.getOrDefault(canonical(id), List.of())));
  }

  private CompletableFuture<Map<String, List<JsonNode>>> pending(List<String> cases) {
    return byWorkItem(
        "SELECT Id,WorkItemId,IsPushed,IsPushAttempted,IsReadyForRouting"
            + " FROM PendingServiceRouting WHERE WorkItemId IN %s",
        cases);
  }

  private CompletableFuture<Map<String, List<JsonNode>>> agentWork(List<String> cases) {
    return byWorkItem(
        "SELECT Id,Status,UserId,WorkItemId,AssignedDateTime,AcceptDateTime,DeclineDateTime,"
            + "PendingServiceRoutingId"
            + " FROM AgentWork WHERE WorkItemId IN %s ORDER BY CreatedDate DESC",
        cases);
  }

  /** The rows by their work item's canonical id, in the query's order. */
  private CompletableFuture<Map<String, List<JsonNode>>> byWorkItem(
      String soql, List<String> cases) {
    CompletableFuture<Map<String, List<JsonNode>>> rows =
        CompletableFuture.completedFuture(new HashMap<>());
    for (int from = 0; from < cases.size(); from += IDS_PER_QUERY) {
      List<String> some = cases.subList(from, Math.min(from + IDS_PER_QUERY, cases.size()));
      rows =
          rows.thenCompose(
              sofar ->
                  salesforce
                      .query(soql.formatted(Soql.list(some)))
                      .thenApply(
                          found -> {
                            for (JsonNode row : found) {
                              String item = canonical(row.path("WorkItemId").asText());
                              sofar.computeIfAbsent(item, key -> new ArrayList<>()).add(row);
                            }
                            return sofar;
                          }));
    }
    return rows;
  }

  private static boolean isQueueId(String value) {
    return RecordId.canonical(value).filter(id -> id.startsWith(QUEUE_PREFIX)).isPresent();
  }

  private static String canonical(String id) {
    return RecordId.canonical(id).orElse(id);
  }

  private static Availability notUsable(String detail) {
    return new Availability.Unavailable(Outcome.ERROR, detail);
  }

  private static SalesforceException notACase() {
    return new SalesforceException.Misconfigured("The reference is no id of a Case", null);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static <T> Function<Throwable, CompletableFuture<T>> recover(
      Predicate<SalesforceException> when, Supplier<CompletableFuture<T>> then) {
    return fault -> {
      Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
      return cause instanceof SalesforceException known && when.test(known)
          ? then.get()
          : CompletableFuture.failedFuture(fault);
    };
  }
}
