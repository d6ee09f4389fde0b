package dev.baton.engine.plugin;

import static java.time.Duration.between;
import static org.camunda.bpm.engine.ProcessEngineConfiguration.HISTORY_REMOVAL_TIME_STRATEGY_END;
import static org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity.EXTERNAL_TASKS_BIT;
import static org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity.JOBS_STATE_BIT;

import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.db.DbEntity;
import org.camunda.bpm.engine.impl.event.EventType;
import org.camunda.bpm.engine.impl.history.event.HistoricProcessInstanceEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricScopeInstanceEvent;
import org.camunda.bpm.engine.impl.history.event.HistoryEvent;
import org.camunda.bpm.engine.impl.history.producer.CacheAwareHistoryEventProducer;
import org.camunda.bpm.engine.impl.interceptor.CommandContext;
import org.camunda.bpm.engine.impl.interceptor.Session;
import org.camunda.bpm.engine.impl.interceptor.SessionFactory;
import org.camunda.bpm.engine.impl.jobexecutor.ProcessEventJobHandler;
import org.camunda.bpm.engine.impl.persistence.entity.EventSubscriptionEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ExternalTaskEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ExternalTaskManager;
import org.camunda.bpm.engine.impl.persistence.entity.IncidentManager;
import org.camunda.bpm.engine.impl.persistence.entity.JobEntity;
import org.camunda.bpm.engine.impl.persistence.entity.JobManager;
import org.camunda.bpm.engine.impl.persistence.entity.ProcessDefinitionEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ProcessDefinitionManager;
import org.camunda.bpm.engine.impl.persistence.entity.VariableInstanceEntity;
import org.camunda.bpm.engine.impl.util.BitMaskUtil;
import org.camunda.bpm.engine.runtime.Incident;
import org.jspecify.annotations.Nullable;

/**
 * The process instances that a command has read as a whole, a statement for each table. The engine
 * would ask again at each execution, and once more for each thing that goes, whether there is an
 * incident of it, or a job.
 *
 * <p>What it would be told until the command is flushed is what was read: who changes an instance
 * without the conversation's lock changes the executions, too, and one of the two commands fails
 * for that.
 */
final class ReadInstances implements Session {

  private final Map<String, Instance> instances = new HashMap<>();

  /** One for each command, and the engine's managers that ask it. */
  static List<SessionFactory> factories() {
    return List.of(
        factory(ReadInstances.class, ReadInstances::new),
        factory(ExternalTaskManager.class, ExternalTasks::new),
        factory(JobManager.class, Jobs::new),
        factory(IncidentManager.class, Incidents::new),
        factory(ProcessDefinitionManager.class, Definitions::new));
  }

  private static SessionFactory factory(Class<?> type, Supplier<Session> session) {
    return new SessionFactory() {
      @Override
      public Class<?> getSessionType() {
        return type;
      }

      @Override
      public Session openSession() {
        return session.get();
      }
    };
  }

  /** Reads an instance, unless the command has begun to read it in the engine's own way. */
  void read(String id) {
    CommandContext context = Context.getCommandContext();
    if (cached(ExecutionEntity.class, id) != null) {
      return;
    }
    List<Row> rows =
        context.getDbSqlSession().selectList(Statements.READ_INSTANCE, id).stream()
            .map(Row.class::cast)
            .toList();
    List<ExecutionEntity> executions = rows.stream().map(Row::kept).toList();
    ExecutionEntity root = cached(ExecutionEntity.class, id);
    if (root == null) {
      return;
    }
    List<EventSubscriptionEntity> subscriptions = subscriptions(id);
    List<VariableInstanceEntity> variables =
        context.getVariableInstanceManager().findVariableInstancesByProcessInstanceId(id);
    root.restoreProcessInstance(executions, subscriptions, variables, null, null, null, null);
    boolean calls = executions.stream().anyMatch(e -> has(e, EXTERNAL_TASKS_BIT));
    instances.put(
        id,
        new Instance(
            rows.get(0),
            executions,
            subscriptions,
            calls
                ? list(ExternalTaskEntity.class, Statements.READ_EXTERNAL_TASKS, id)
                : List.of()));
  }

  /** Each execution's row says what hangs on it. */
  private static boolean has(ExecutionEntity execution, int bit) {
    return BitMaskUtil.isBitOn(execution.getCachedEntityState(), bit);
  }

  private static List<EventSubscriptionEntity> subscriptions(String id) {
    return list(EventSubscriptionEntity.class, Statements.READ_SUBSCRIPTIONS, id);
  }

  private static <T> List<T> list(Class<T> type, String statement, Object id) {
    List<?> rows = Context.getCommandContext().getDbEntityManager().selectList(statement, id);
    return rows.stream().map(type::cast).toList();
  }

  /** The executions of an instance that wait for a message. */
  List<String> waiting(String id, String message) {
    Instance instance = instances.get(id);
    List<EventSubscriptionEntity> subscriptions =
        instance == null ? subscriptions(id) : instance.subscriptions;
    return subscriptions.stream()
        .filter(s -> EventType.MESSAGE.name().equals(s.getEventType()))
        .filter(s -> message.equals(s.getEventName()))
        .map(EventSubscriptionEntity::getExecutionId)
        .toList();
  }

  @Override
  public void flush() {
    // Nothing is changed here.
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  /** An execution, with what the history says of its instance. */
  static final class Row {

    private @Nullable String id;
    private @Nullable ExecutionEntity execution;
    private @Nullable Date startTime;
    private @Nullable Date removalTime;

    /** The execution, as the command knows it from now on. */
    private ExecutionEntity kept() {
      ExecutionEntity known = cached(ExecutionEntity.class, Objects.requireNonNull(id));
      ExecutionEntity read = Objects.requireNonNull(execution);
      if (known == null) {
        Context.getCommandContext().getDbEntityManager().getDbEntityCache().putPersistent(read);
      }
      return known == null ? read : known;
    }
  }

  /** An instance that was read. */
  private static final class Instance {

    private final String id;
    private final @Nullable Date startTime;
    private final @Nullable Date removalTime;
    private final List<ExecutionEntity> executions;
    private final List<EventSubscriptionEntity> subscriptions;
    private final List<ExternalTaskEntity> externalTasks;
    private @Nullable List<JobEntity> jobs;

    Instance(
        Row row,
        List<ExecutionEntity> executions,
        List<EventSubscriptionEntity> subscriptions,
        List<ExternalTaskEntity> externalTasks) {
      this.id = Objects.requireNonNull(row.execution).getProcessInstanceId();
      this.startTime = row.startTime;
      this.removalTime = row.removalTime;
      this.executions = executions;
      this.subscriptions = subscriptions;
      this.externalTasks = externalTasks;
      // Each execution's row says whether it has jobs.
      if (executions.stream().noneMatch(e -> has(e, JOBS_STATE_BIT))) {
        jobs = List.of();
      }
    }

    boolean isOf(String definition) {
      return executions.stream().anyMatch(e -> definition.equals(e.getProcessDefinitionId()));
    }

    /** Each execution's row says whether it has incidents. */
    boolean hasIncidents() {
      return executions.stream().anyMatch(execution -> !execution.getIncidents().isEmpty());
    }
  }

  private static <T extends DbEntity> @Nullable T cached(Class<T> type, String id) {
    return Context.getCommandContext().getDbEntityManager().getCachedEntity(type, id);
  }

  /** The instance, if it was read in this command. */
  private static @Nullable Instance instance(@Nullable String id) {
    return id == null
        ? null
        : Context.getCommandContext().getSession(ReadInstances.class).instances.get(id);
  }

  private static @Nullable Instance ofExecution(String id) {
    ExecutionEntity execution = cached(ExecutionEntity.class, id);
    return execution == null ? null : instance(execution.getProcessInstanceId());
  }

  private static final class ExternalTasks extends ExternalTaskManager {

    @Override
    public List<ExternalTaskEntity> findExternalTasksByExecutionId(String id) {
      Instance instance = ofExecution(id);
      return instance == null
          ? super.findExternalTasksByExecutionId(id)
          : instance.externalTasks.stream()
              .filter(task -> id.equals(task.getExecutionId()))
              .collect(Collectors.toCollection(ArrayList::new));
    }
  }

  private static final class Jobs extends JobManager {

    @Override
    public List<JobEntity> findJobsByExecutionId(String id) {
      Instance instance = ofExecution(id);
      return instance == null
          ? super.findJobsByExecutionId(id)
          : of(instance, job -> id.equals(job.getExecutionId()));
    }

    @Override
    public List<JobEntity> findJobsByConfiguration(
        String type, String configuration, @Nullable String tenant) {
      EventSubscriptionEntity subscription =
          ProcessEventJobHandler.TYPE.equals(type)
              ? cached(EventSubscriptionEntity.class, configuration)
              : null;
      Instance instance =
          subscription == null ? null : instance(subscription.getProcessInstanceId());
      return instance == null
          ? super.findJobsByConfiguration(type, configuration, tenant)
          : of(
              instance,
              job ->
                  type.equals(job.getJobHandlerType())
                      && configuration.equals(job.getJobHandlerConfigurationRaw()));
    }

    private List<JobEntity> of(Instance instance, Predicate<JobEntity> wanted) {
      List<JobEntity> jobs = instance.jobs;
      if (jobs == null) {
        jobs = findJobsByProcessInstanceId(instance.id);
        instance.jobs = jobs;
      }
      return jobs.stream().filter(wanted).collect(Collectors.toCollection(ArrayList::new));
    }
  }

  /**
   * The definition of a read instance, as it was deployed; null for others. What of it can change,
   * whether it is suspended and how long history is kept, matters when an instance begins, and for
   * the engine's strategy "end" when it ends.
   */
  private static @Nullable ProcessDefinitionEntity definition(String id) {
    ProcessEngineConfigurationImpl engine = Context.getProcessEngineConfiguration();
    CommandContext context = Context.getCommandContext();
    boolean known =
        context != null
            && !HISTORY_REMOVAL_TIME_STRATEGY_END.equals(engine.getHistoryRemovalTimeStrategy())
            && context.getSession(ReadInstances.class).instances.values().stream()
                .anyMatch(instance -> instance.isOf(id));
    return known ? engine.getDeploymentCache().getProcessDefinitionCache().get(id) : null;
  }

  private static final class Definitions extends ProcessDefinitionManager {

    @Override
    public @Nullable ProcessDefinitionEntity getCachedResourceDefinitionEntity(String id) {
      ProcessDefinitionEntity known = definition(id);
      return known == null ? super.getCachedResourceDefinitionEntity(id) : known;
    }
  }

  /**
   * Looks up a definition and the instance for each thing that it notes, and when what ends began:
   * of a step that called somebody its task says so.
   */
  static final class Historian extends CacheAwareHistoryEventProducer {

    @Override
    public HistoryEvent createActivityInstanceEndEvt(DelegateExecution execution) {
      return began(start(execution), super.createActivityInstanceEndEvt(execution));
    }

    @Override
    public HistoryEvent createProcessInstanceEndEvt(DelegateExecution execution) {
      Instance instance = instance(execution.getProcessInstanceId());
      return began(
          instance == null ? null : instance.startTime,
          super.createProcessInstanceEndEvt(execution));
    }

    @Override
    protected @Nullable HistoricProcessInstanceEventEntity getHistoricRootProcessInstance(
        String id) {
      Instance instance = instance(id);
      if (instance == null || instance.startTime == null) {
        return super.getHistoricRootProcessInstance(id);
      }
      HistoricProcessInstanceEventEntity root = new HistoricProcessInstanceEventEntity();
      root.setRemovalTime(instance.removalTime);
      return root;
    }

    /** The handler asks the database when something began, unless that is merged already. */
    private static HistoryEvent began(@Nullable Date start, HistoryEvent event) {
      if (start != null
          && event instanceof HistoricScopeInstanceEvent ended
          && cached(ended.getClass(), ended.getId()) == null) {
        ended.setStartTime(start);
        ended.setDurationInMillis(
            between(start.toInstant(), ended.getEndTime().toInstant()).toMillis());
        Context.getCommandContext().getDbEntityManager().merge(ended);
      }
      return event;
    }

    /** Of a step that called somebody its task says it, of a wait for a message what it awaits. */
    private static @Nullable Date start(DelegateExecution execution) {
      Instance instance = instance(execution.getProcessInstanceId());
      if (instance == null) {
        return null;
      }
      Stream<@Nullable Date> called =
          instance.externalTasks.stream()
              .filter(t -> execution.getActivityInstanceId().equals(t.getActivityInstanceId()))
              .map(ExternalTaskEntity::getCreateTime);
      Stream<@Nullable Date> waited =
          instance.subscriptions.stream()
              .filter(s -> execution.getId().equals(s.getExecutionId()))
              .filter(s -> execution.getCurrentActivityId().equals(s.getActivityId()))
              .map(EventSubscriptionEntity::getCreated);
      return Stream.concat(called, waited).filter(Objects::nonNull).findAny().orElse(null);
    }

    @Override
    protected ProcessDefinitionEntity getProcessDefinitionEntity(String id) {
      ProcessDefinitionEntity known = definition(id);
      return known == null ? super.getProcessDefinitionEntity(id) : known;
    }
  }

  private static final class Incidents extends IncidentManager {

    @Override
    public List<Incident> findIncidentByConfigurationAndIncidentType(
        String configuration, @Nullable String type) {
      ExternalTaskEntity task = cached(ExternalTaskEntity.class, configuration);
      JobEntity job = cached(JobEntity.class, configuration);
      Instance instance =
          instance(
              task != null
                  ? task.getProcessInstanceId()
                  : job != null ? job.getProcessInstanceId() : null);
      return instance == null || instance.hasIncidents()
          ? super.findIncidentByConfigurationAndIncidentType(configuration, type)
          : new ArrayList<>();
    }
  }
}
