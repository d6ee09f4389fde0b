package dev.baton.salesforce;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.transfer.HandoverJson;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Offer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/** The cases that carry offers. Each is found again by its subject. Thread-safe. */
final class Cases {

  /** Without it an active assignment rule hands the Case to somebody else, on updates as well. */
  static final Map<String, String> KEEP_OWNER = Map.of("Sforce-Auto-Assign", "FALSE");

  private static final String PREFIX = "500";
  private static final int SHORTEST_DESCRIPTION = 500;

  private final SalesforceClient salesforce;
  private final CaseSettings settings;

  Cases(SalesforceClient salesforce, CaseSettings settings) {
    this.salesforce = salesforce;
    this.settings = settings;
  }

  static boolean isCase(String id) {
    return SalesforceClient.isId(id) && id.startsWith(PREFIX);
  }

  /**
   * The fields of an offer's Case.
   *
   * @param longestDescription in UTF-16 units
   */
  ObjectNode fields(Offer offer, int longestDescription) {
    ObjectNode fields =
        object()
            .put("Subject", subject(offer))
            .put("Description", CaseText.description(offer.handover(), longestDescription))
            .put("Origin", settings.origin());
    if (settings.handoverField() != null) {
      fields.put(
          settings.handoverField(),
          HandoverJson.of(offer.handover(), longestHandover(longestDescription)).toString());
    }
    return fields;
  }

  /** Gets shorter with the description: the org does not say which of the two it finds too long. */
  private static int longestHandover(int longestDescription) {
    int shorter = CaseText.LONGEST_DESCRIPTION / longestDescription;
    return Math.max(HandoverJson.SMALLEST_LIMIT, CaseSettings.LONGEST_HANDOVER / shorter);
  }

  /** Creates a Case, by its key when the org has a field for that. */
  CompletableFuture<String> create(Offer offer, ObjectNode fields) {
    String keyField = settings.keyField();
    return keyField == null
        ? salesforce.create("Case", fields, KEEP_OWNER)
        : salesforce.upsert("Case", keyField, offer.key(), fields, KEEP_OWNER);
  }

  /**
   * Creates with as much transcript as the org takes: how it counts is not ours to know, and a long
   * talk must not cost the agent.
   */
  static CompletableFuture<String> fitting(IntFunction<CompletableFuture<String>> create) {
    return fitting(create, CaseText.LONGEST_DESCRIPTION);
  }

  private static CompletableFuture<String> fitting(
      IntFunction<CompletableFuture<String>> create, int longestDescription) {
    return create
        .apply(longestDescription)
        .exceptionallyCompose(
            Recovery.after(
                fault ->
                    fault.codes().contains("STRING_TOO_LONG")
                        && longestDescription > SHORTEST_DESCRIPTION,
                fault -> fitting(create, longestDescription / 4)));
  }

  /** What earlier tries to make the offer have left; usually at most one. */
  CompletableFuture<List<String>> find(Offer offer) {
    return salesforce
        .query("SELECT Id FROM Case WHERE Subject=" + Soql.text(subject(offer)))
        .thenApply(
            found ->
                found.stream()
                    .map(row -> row.path("Id").asText())
                    .filter(SalesforceClient::isId)
                    .toList());
  }

  static String subject(Offer offer) {
    return "Chat transfer " + offer.key();
  }

  CompletableFuture<Void> close(String id) {
    return setStatus(id, settings.closedStatus());
  }

  /** A Case that is gone need not be open. */
  CompletableFuture<Void> open(String id) {
    return setStatus(id, settings.openStatus()).exceptionallyCompose(Recovery.ifGone());
  }

  /** An earlier withdrawal may have closed the Case before somebody took it, and not seen that. */
  CompletableFuture<Void> openIfClosed(String id) {
    return salesforce
        .query("SELECT Status FROM Case WHERE Id=" + Soql.text(id))
        .thenCompose(
            rows ->
                rows.stream()
                        .anyMatch(
                            row -> row.path("Status").asText().equals(settings.closedStatus()))
                    ? open(id)
                    : Recovery.done());
  }

  private CompletableFuture<Void> setStatus(String id, String status) {
    return salesforce.update("Case", id, object().put("Status", status), KEEP_OWNER);
  }

  /** Deletes a Case that nobody has seen, or closes it where our user may not delete. */
  CompletableFuture<Void> remove(String id) {
    return salesforce
        .delete("Case", id)
        .exceptionallyCompose(
            Recovery.after(SalesforceException.Rejected.class::isInstance, refusal -> close(id)))
        .exceptionallyCompose(Recovery.ifGone());
  }

  /**
   * Adds the message to the Case, for agents only. A text that is too long for one comment becomes
   * several.
   */
  CompletableFuture<Void> add(String id, HeldMessage message, boolean repeated) {
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

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
