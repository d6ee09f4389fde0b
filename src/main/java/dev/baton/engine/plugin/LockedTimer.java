package dev.baton.engine.plugin;

import dev.baton.engine.Steps;
import java.util.function.Supplier;
import org.camunda.bpm.engine.OptimisticLockingException;
import org.camunda.bpm.engine.impl.JobQueryImpl;
import org.camunda.bpm.engine.impl.interceptor.CommandContext;
import org.camunda.bpm.engine.impl.jobexecutor.TimerEventJobHandler.TimerJobConfiguration;
import org.camunda.bpm.engine.impl.jobexecutor.TimerExecuteNestedActivityJobHandler;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;

/**
 * A boundary timer that takes the conversation's lock before the engine reads what the timer is to
 * interrupt. A lock taken later, by the model, lets the engine see half of what an acceptance or a
 * message of the same instant commits, and it fails within.
 */
final class LockedTimer extends TimerExecuteNestedActivityJobHandler {

  private final Supplier<Steps> steps;

  LockedTimer(Supplier<Steps> steps) {
    this.steps = steps;
  }

  @Override
  public void execute(
      TimerJobConfiguration configuration,
      ExecutionEntity execution,
      CommandContext context,
      String tenantId) {
    ExecutionEntity instance = execution.getProcessInstance();
    // Of what another node has ended meanwhile the engine may have read a part only.
    if (instance == null || (steps.get().lock(instance.getBusinessKey()) && isGone(context))) {
      throw new OptimisticLockingException("The conversation went on before the timer fired.");
    }
    super.execute(configuration, execution, context, tenantId);
  }

  /** Asked of the database: the entity was read before the lock. */
  private static boolean isGone(CommandContext context) {
    JobQueryImpl thisJob = new JobQueryImpl();
    thisJob.jobId(context.getCurrentJob().getId());
    return context.getJobManager().findJobCountByQueryCriteria(thisJob) == 0;
  }
}
