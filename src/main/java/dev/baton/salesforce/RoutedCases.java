package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.salesforce.Composite.Step;
import dev.baton.transfer.Offer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Cases that we put into the waiting line ourselves: a Case, a row of PendingServiceRouting, and
 * what belongs to the row. Either all of it is there in the end or nothing. Thread-safe.
 */
final class RoutedCases {

  static final String CASE = "kase";
  static final String ROW = "psr";

  private final SalesforceClient salesforce;
  private final Cases cases;
  private final OmniRecords omni;

  RoutedCases(SalesforceClient salesforce, Cases cases, OmniRecords omni) {
    this.salesforce = salesforce;
    this.cases = cases;
    this.omni = omni;
  }

  /**
   * Puts a new Case into the line, in one transaction if the org lets us.
   *
   * @param routing the steps after the Case, by whose reference {@link #CASE} they name it
   * @return the Case's id
   */
  CompletableFuture<String> place(Offer offer, List<Step> routing) {
    return Cases.fitting(
        longest -> {
          Step kase =
              new Step(
                  CASE, "POST", "Case", harmless(cases.fields(offer, longest)), Cases.KEEP_OWNER);
          return place(Stream.concat(Stream.of(kase), routing.stream()).toList());
        });
  }

  private CompletableFuture<String> place(List<Step> steps) {
    return salesforce
        .composite(steps)
        .exceptionallyCompose(
            Recovery.after(
                Recovery::isRefusal,
                refusal ->
                    CompletableFuture.completedFuture(
                        new Composite.Result(Map.of(), refusal, steps.size()))))
        .thenCompose(
            result -> {
              SalesforceException fault = result.fault();
              if (fault == null) {
                return CompletableFuture.completedFuture(caseOf(result.ids()));
              }
              // A Case that is refused is refused by itself as well. What is refused after it may
              // be a matter of doing both at once: nobody has seen this series work in every org.
              return Recovery.isRefusal(fault) && result.failed() > 0
                  ? oneByOne(steps, 0, new HashMap<>())
                  : CompletableFuture.failedFuture(fault);
            });
  }

  private CompletableFuture<String> oneByOne(List<Step> steps, int next, Map<String, String> ids) {
    if (next == steps.size()) {
      return CompletableFuture.completedFuture(caseOf(ids));
    }
    Step step = steps.get(next);
    return salesforce
        .single(step, ids)
        .exceptionallyCompose(
            Recovery.after(
                // In doubt it may be routed already. The repeat looks, and removes it or keeps it.
                fault -> !fault.mayHaveBeenProcessed() && !ids.isEmpty(),
                fault -> undo(ids, fault)))
        .thenCompose(
            id -> {
              ids.put(step.reference(), id);
              return oneByOne(steps, next + 1, ids);
            });
  }

  private <T> CompletableFuture<T> undo(Map<String, String> ids, SalesforceException fault) {
    String row = ids.get(ROW);
    CompletableFuture<Void> line =
        row == null
            ? Recovery.done()
            // The skill goes with the row.
            : salesforce
                .delete("PendingServiceRouting", row)
                .exceptionallyCompose(Recovery.ifGone());
    return line.thenCompose(gone -> cases.remove(caseOf(ids)))
        .handle(
            (removed, failure) ->
                failure == null ? fault : new SalesforceException.LeftBehind(fault))
        .thenCompose(CompletableFuture::failedFuture);
  }

  private static String caseOf(Map<String, String> ids) {
    String id = ids.get(CASE);
    if (id == null) {
      throw new IllegalStateException("The first step makes the Case");
    }
    return id;
  }

  /**
   * Finds the Case of an earlier try, if it got as far as being routed. What got less far is
   * removed: nobody has seen it, and half an offer rings nowhere.
   */
  CompletableFuture<Optional<String>> find(Offer offer) {
    return cases
        .find(offer)
        .thenCompose(
            found ->
                found.isEmpty()
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : omni.pending(found)
                        .thenCompose(
                            pending ->
                                omni.agentWork(found)
                                    .thenCompose(work -> keepOne(found, pending, work))));
  }

  private CompletableFuture<Optional<String>> keepOne(
      List<String> found, Map<String, List<JsonNode>> pending, Map<String, List<JsonNode>> work) {
    Optional<String> accepted =
        found.stream().filter(id -> OmniWork.accepted(rows(work, id)).isPresent()).findFirst();
    Optional<String> kept =
        accepted.or(
            () ->
                found.stream()
                    .filter(
                        id ->
                            !rows(work, id).isEmpty()
                                || rows(pending, id).stream().anyMatch(RoutedCases::isReady))
                    .findFirst());
    CompletableFuture<Void> last = Recovery.done();
    for (String id : found) {
      if (!kept.equals(Optional.of(id))) {
        last = last.thenCompose(before -> omni.leaveLine(id)).thenCompose(v -> cases.remove(id));
      }
    }
    return last.thenApply(removed -> kept);
  }

  private static boolean isReady(JsonNode row) {
    return row.path("IsReadyForRouting").asBoolean();
  }

  private static List<JsonNode> rows(Map<String, List<JsonNode>> rows, String id) {
    return rows.getOrDefault(OmniRecords.canonical(id), List.of());
  }

  /** Salesforce reads references in what customers wrote, too. */
  private static ObjectNode harmless(ObjectNode fields) {
    ObjectNode harmless = JsonNodeFactory.instance.objectNode();
    fields
        .properties()
        .forEach(
            field -> harmless.put(field.getKey(), field.getValue().asText().replace("@{", "@ {")));
    return harmless;
  }
}
