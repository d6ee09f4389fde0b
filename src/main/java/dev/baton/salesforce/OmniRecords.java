package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.RecordId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Omni-Channel keeps about work items. Thread-safe. */
final class OmniRecords {

  private static final Logger log = LoggerFactory.getLogger(OmniRecords.class);

  /** 27 characters each once encoded: the URL stays far below the 8 kB that servers allow. */
  private static final int IDS_PER_QUERY = 100;

  private final SalesforceClient salesforce;

  OmniRecords(SalesforceClient salesforce) {
    this.salesforce = salesforce;
  }

  /** The waiting line's rows, by work item. */
  CompletableFuture<Map<String, List<JsonNode>>> pending(List<String> items) {
    return byWorkItem(
        "SELECT Id,WorkItemId,IsPushed,IsPushAttempted,IsReadyForRouting"
            + " FROM PendingServiceRouting WHERE WorkItemId IN %s",
        items);
  }

  /** Who was asked, by work item, newest first. */
  CompletableFuture<Map<String, List<JsonNode>>> agentWork(List<String> items) {
    return byWorkItem(
        "SELECT Id,Status,UserId,WorkItemId,AssignedDateTime,AcceptDateTime,DeclineDateTime,"
            + "PendingServiceRoutingId"
            + " FROM AgentWork WHERE WorkItemId IN %s ORDER BY CreatedDate DESC",
        items);
  }

  CompletableFuture<Optional<OfferStatus>> accepted(String item) {
    return agentWork(List.of(item))
        .thenApply(work -> OmniWork.accepted(work.getOrDefault(canonical(item), List.of())));
  }

  /** Takes the item out of the waiting line, as far as the org lets us. */
  CompletableFuture<Void> leaveLine(String item) {
    return pending(List.of(item))
        .thenCompose(
            pending -> {
              CompletableFuture<Void> last = Recovery.done();
              for (JsonNode row : pending.getOrDefault(canonical(item), List.of())) {
                last = last.thenCompose(before -> delete(row.path("Id").asText()));
              }
              return last;
            });
  }

  private CompletableFuture<Void> delete(String pending) {
    return salesforce
        .delete("PendingServiceRouting", pending)
        .exceptionallyCompose(Recovery.ifGone())
        .exceptionallyCompose(
            Recovery.after(
                SalesforceException.Rejected.class::isInstance,
                refusal -> {
                  // A queue's row is the queue's: what takes the item out of it is closing it.
                  log.warn("A row of the waiting line stays: {}", refusal.getMessage());
                  return Recovery.done();
                }));
  }

  /** The rows by their work item's canonical id, in the query's order. */
  private CompletableFuture<Map<String, List<JsonNode>>> byWorkItem(
      String soql, List<String> items) {
    CompletableFuture<Map<String, List<JsonNode>>> rows =
        CompletableFuture.completedFuture(new HashMap<>());
    for (int from = 0; from < items.size(); from += IDS_PER_QUERY) {
      List<String> some = items.subList(from, Math.min(from + IDS_PER_QUERY, items.size()));
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

  /** The spelling under which the rows of an item are found. */
  static String canonical(String id) {
    return RecordId.canonical(id).orElse(id);
  }
}
