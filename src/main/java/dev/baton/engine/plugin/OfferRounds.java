package dev.baton.engine.plugin;

import java.util.Set;
import org.camunda.bpm.engine.impl.bpmn.behavior.ParallelMultiInstanceActivityBehavior;
import org.camunda.bpm.engine.impl.pvm.delegate.ActivityExecution;
import org.camunda.bpm.engine.impl.pvm.runtime.PvmExecutionImpl;
import org.camunda.bpm.engine.variable.Variables;

/**
 * A multi-instance step that counts its executions when it is asked, and keeps no variables for
 * that: they are four rows that come and go with each round of offers. For steps in which nothing
 * reads them.
 */
final class OfferRounds extends ParallelMultiInstanceActivityBehavior {

  /** What a step of several instances tells about them. */
  static final Set<String> COUNTERS =
      Set.of(
          NUMBER_OF_INSTANCES,
          NUMBER_OF_ACTIVE_INSTANCES,
          NUMBER_OF_COMPLETED_INSTANCES,
          LOOP_COUNTER);

  OfferRounds(ParallelMultiInstanceActivityBehavior replaced) {
    loopCardinalityExpression = replaced.getLoopCardinalityExpression();
    completionConditionExpression = replaced.getCompletionConditionExpression();
    collectionExpression = replaced.getCollectionExpression();
    collectionVariable = replaced.getCollectionVariable();
    collectionElementVariable = replaced.getCollectionElementVariable();
  }

  @Override
  protected void setLoopVariable(ActivityExecution execution, String name, Object value) {
    if (name.equals(collectionElementVariable)) {
      // Read when the step is reached, which is now.
      execution.setVariableLocal(name, Variables.untypedValue(value, true));
    } else if (!COUNTERS.contains(name) || execution.hasVariableLocal(name)) {
      // A round that was begun by an earlier version has them.
      super.setLoopVariable(execution, name, value);
    }
  }

  @Override
  protected Integer getLoopVariable(ActivityExecution scope, String name) {
    return scope.hasVariableLocal(name) ? super.getLoopVariable(scope, name) : count(scope, name);
  }

  @Override
  protected Integer getLocalLoopVariable(ActivityExecution scope, String name) {
    return getLoopVariable(scope, name);
  }

  private static int count(ActivityExecution scope, String name) {
    var instances = ((PvmExecutionImpl) scope).getNonEventScopeExecutions();
    int all = instances.size();
    // One that has not ended is active, or has no activity itself but an execution below that does.
    int ended =
        (int)
            instances.stream()
                .filter(instance -> !instance.isActive() && instance.getActivity() != null)
                .count();
    return switch (name) {
      case NUMBER_OF_INSTANCES -> all;
      case NUMBER_OF_ACTIVE_INSTANCES -> all - ended;
      case NUMBER_OF_COMPLETED_INSTANCES -> ended;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
