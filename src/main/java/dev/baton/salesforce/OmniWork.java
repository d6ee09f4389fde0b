package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads from the AgentWork of one work item whether an agent has it. */
final class OmniWork {

  private OmniWork() {}

  /**
   * Whoever accepted, even when the work is over or passed on by now: fast agents are done before
   * we look.
   *
   * @param work the AgentWork rows of one work item
   */
  static Optional<OfferStatus> accepted(List<JsonNode> work) {
    return work.stream()
        .filter(OmniWork::isAccepted)
        .findFirst()
        .map(row -> new OfferStatus.Accepted(textOrNull(row.path("UserId"))));
  }

  private static boolean isAccepted(JsonNode row) {
    return switch (row.path("Status").asText()) {
      case "Opened" -> true;
      case "Closed", "Transferred" -> textOrNull(row.path("AcceptDateTime")) != null;
      default -> false;
    };
  }

  /**
   * Where the work item stands.
   *
   * @param work its AgentWork rows, newest first
   * @param pending whether it is in the waiting line, as it was before the rows were read
   */
  static OfferStatus status(List<JsonNode> work, boolean pending) {
    Optional<OfferStatus> accepted = accepted(work);
    if (accepted.isPresent()) {
      return accepted.get();
    }
    // Without any row routing may not have begun. What keeps it from ever beginning ends with the
    // deadline.
    if (pending || work.isEmpty() || work.stream().anyMatch(row -> is(row, "Assigned"))) {
      return new OfferStatus.Waiting();
    }
    return switch (work.get(0).path("Status").asText()) {
      case "Declined", "DeclinedOnPushTimeout" -> new OfferStatus.Refused(Outcome.DECLINED);
      case "Unavailable" -> new OfferStatus.Refused(Outcome.NO_AGENT); // went offline
      case "Canceled", "Closed" -> new OfferStatus.Refused(Outcome.CANCELLED);
      default -> new OfferStatus.Waiting(); // "Transferred": another row follows
    };
  }

  private static boolean is(JsonNode row, String status) {
    return row.path("Status").asText().equals(status);
  }

  private static @Nullable String textOrNull(JsonNode value) {
    return value.isTextual() && !value.textValue().isEmpty() ? value.textValue() : null;
  }
}
