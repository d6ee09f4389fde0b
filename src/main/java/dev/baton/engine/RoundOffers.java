package dev.baton.engine;

import java.util.List;
import org.camunda.bpm.engine.delegate.DelegateExecution;

/** The bean behind the collection of the step that offers; JUEL calls public classes only. */
public final class RoundOffers {

  private final TransferSteps steps;

  /** Of these steps. */
  public RoundOffers(TransferSteps steps) {
    this.steps = steps;
  }

  /** The ids of the offers of the conversation's present round. */
  public List<Long> of(DelegateExecution execution) {
    return steps.offersOfRound(execution);
  }
}
