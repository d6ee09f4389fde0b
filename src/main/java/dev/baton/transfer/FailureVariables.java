package dev.baton.transfer;

import dev.baton.bots.Variable;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the bot gets to know when no target took the session, so that its dialog can say something
 * true: the names of its variables, null for one that it does not have.
 *
 * @param outcome text: how the target that was tried last ended
 * @param tried number: how many targets were tried
 * @param opensAt date and time: when somebody will be there again
 */
public record FailureVariables(
    @Nullable String outcome, @Nullable String tried, @Nullable String opensAt) {

  /**
   * The variables of a transfer that failed.
   *
   * @param outcomes of its targets, in the order in which they were tried
   * @param opening null when unknown
   */
  public List<Variable> of(List<Outcome> outcomes, @Nullable LocalDateTime opening) {
    List<Outcome> asked =
        outcomes.stream().filter(o -> o != Outcome.SKIPPED && o != Outcome.OUT_OF_TIME).toList();
    List<Outcome> telling = asked.isEmpty() ? outcomes : asked;
    List<Variable> variables = new ArrayList<>();
    if (outcome != null && !telling.isEmpty()) {
      variables.add(new Variable.OfText(outcome, telling.get(telling.size() - 1).code()));
    }
    if (tried != null) {
      variables.add(new Variable.OfNumber(tried, BigDecimal.valueOf(asked.size())));
    }
    if (opensAt != null && opening != null) {
      variables.add(new Variable.OfDateTime(opensAt, opening));
    }
    return variables;
  }
}
