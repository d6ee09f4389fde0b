package dev.baton.transfer;

import dev.baton.bots.FailureReason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * What the bot is told when no target took the session ({@code transferFailed}).
 *
 * @param reason the one reason for all targets together
 * @param description a few words for the bot's event log, free of customer data
 */
public record FailureReport(FailureReason reason, String description) {

  /**
   * Sums up an escalation that nobody took. As soon as one target had people to ask the reason is
   * {@link FailureReason#NO_AGENT_AVAILABLE}, whatever went wrong at the others: the bot's dialog
   * then says something true to the customer. Only when nobody could be asked is it {@link
   * FailureReason#ERROR}.
   *
   * @param outcomes one per target that was tried, in any order; empty when there was no target
   * @throws IllegalArgumentException when one of them is {@link Outcome#ACCEPTED}
   */
  public static FailureReport of(Collection<Outcome> outcomes) {
    if (outcomes.isEmpty()) {
      return new FailureReport(FailureReason.ERROR, "no target to ask");
    }
    FailureReason sum = FailureReason.ERROR;
    List<String> counts = new ArrayList<>();
    for (Outcome outcome : Outcome.values()) {
      int count = Collections.frequency(outcomes, outcome);
      if (count == 0) {
        continue;
      }
      FailureReason reason =
          outcome
              .reason()
              .orElseThrow(() -> new IllegalArgumentException("An accepted session did not fail"));
      if (reason == FailureReason.NO_AGENT_AVAILABLE) {
        sum = reason;
      }
      counts.add(count + " " + outcome.label().toLowerCase(Locale.ROOT));
    }
    String targets = outcomes.size() == 1 ? "1 target: " : outcomes.size() + " targets: ";
    return new FailureReport(sum, targets + String.join(", ", counts));
  }
}
