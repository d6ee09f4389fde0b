package dev.baton.engine.plugin;

import dev.baton.engine.TokenEvents;
import java.time.Instant;
import java.util.Date;
import java.util.Objects;
import java.util.function.Supplier;
import org.camunda.bpm.engine.OptimisticLockingException;
import org.camunda.bpm.engine.impl.JobQueryImpl;
import org.camunda.bpm.engine.impl.interceptor.CommandContext;
import org.camunda.bpm.engine.impl.jobexecutor.TimerDeclarationImpl;
import org.camunda.bpm.engine.impl.jobexecutor.TimerEventJobHandler.TimerJobConfiguration;
import org.camunda.bpm.engine.impl.jobexecutor.TimerExecuteNestedActivityJobHandler;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;
import org.camunda.bpm.engine.impl.pvm.process.ActivityImpl;
import org.camunda.bpm.engine.impl.util.ClockUtil;

/**
 * A boundary timer that takes the conversation's lock before the engine reads what the timer is to
 * interrupt. A lock taken later, by the model, lets the engine see half of what an acceptance or a
 * message of the same instant commits, and it fails within.
 */
final class LockedTimer extends TimerExecuteNestedActivityJobHandler {

  private final Supplier<TokenEvents> events;

  LockedTimer(Supplier<TokenEvents> events) {
    this.events = events;
  }

  @Override
  public void execute(
      TimerJobConfiguration configuration,
      ExecutionEntity execution,
      CommandContext context,
      String tenantId) {
    ExecutionEntity instance = execution.getProcessInstance();
    // Of what another node has ended meanwhile the engine may have read a part only.
    if (instance == null || (events.get().lock(instance.getBusinessKey()) && isGone(context))) {
      throw new OptimisticLockingException("The conversation went on before the timer fired.");
    }
    Instant due = rests(execution) ? events.get().silentFrom(execution) : null;
    if (due != null && due.isAfter(ClockUtil.getCurrentTime().toInstant())) {
      again(configuration, execution, due);
    } else {
      super.execute(configuration, execution, context, tenantId);
    }
  }

  /** Whether turns pass while the timer runs: it counts from the last one. */
  private static boolean rests(ExecutionEntity execution) {
    return execution.getActivity() != null
        && execution.getActivity().getProperty(BatonParse.RESTS) != null;
  }

  private static void again(
      TimerJobConfiguration configuration, ExecutionEntity execution, Instant due) {
    ActivityImpl event =
        execution.getProcessDefinition().findActivity(configuration.getTimerElementKey());
    Objects.requireNonNull(
            TimerDeclarationImpl.getDeclarationsForScope(event.getEventScope()).get(event.getId()))
        .createTimerInstance(execution)
        .setDuedate(Date.from(due));
  }

  /** Asked of the database: the entity was read before the lock. */
  private static boolean isGone(CommandContext context) {
    JobQueryImpl thisJob = new JobQueryImpl();
    thisJob.jobId(context.getCurrentJob().getId());
    return context.getJobManager().findJobCountByQueryCriteria(thisJob) == 0;
  }
}
