package dev.baton.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.engine.TokenEvents;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.camunda.bpm.engine.OptimisticLockingException;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.ProcessEngineException;
import org.camunda.bpm.engine.RuntimeService;
import org.camunda.bpm.engine.TaskService;
import org.camunda.bpm.engine.history.HistoricActivityInstance;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;
import org.camunda.bpm.engine.repository.Deployment;
import org.camunda.bpm.engine.spring.SpringProcessEngineConfiguration;
import org.camunda.bpm.engine.task.Task;
import org.camunda.bpm.model.bpmn.Bpmn;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * What a command changes goes to PostgreSQL as a whole. The engine must still hear of each race
 * that is lost, and must not take anything else for one.
 */
class OneRoundTripTest {

  private static EmbeddedPostgres server;
  private static SpringProcessEngineConfiguration configuration;
  private static ProcessEngine engine;
  private static RuntimeService runtime;
  private static TaskService tasks;

  @BeforeAll
  static void start() throws IOException {
    server = EmbeddedPostgres.start();
    DataSource source = server.getPostgresDatabase();
    configuration = new SpringProcessEngineConfiguration();
    configuration.setDataSource(source);
    configuration.setTransactionManager(new JdbcTransactionManager(source));
    configuration.setApplicationContext(new StaticApplicationContext());
    configuration.setDatabaseSchemaUpdate("true");
    configuration.setEnforceHistoryTimeToLive(false);
    configuration.setJobExecutorActivate(false);
    configuration
        .getProcessEnginePlugins()
        .add(new BatonEnginePlugin(OneRoundTripTest::noEvents, name -> false, false));
    engine = configuration.buildProcessEngine();
    runtime = engine.getRuntimeService();
    tasks = engine.getTaskService();
    deploy("both");
  }

  private static String deploy(String key) {
    return engine
        .getRepositoryService()
        .createDeployment()
        .addModelInstance(
            key + ".bpmn",
            Bpmn.createExecutableProcess(key)
                .startEvent()
                .parallelGateway("fork")
                .userTask("one")
                .parallelGateway("join")
                .endEvent("end")
                .moveToNode("fork")
                .userTask("two")
                .connectTo("join")
                .done())
        .deploy()
        .getId();
  }

  @AfterAll
  static void stop() throws IOException {
    engine.close();
    server.close();
  }

  private static TokenEvents noEvents() {
    throw new IllegalStateException("No step of this process is Baton's.");
  }

  @Test
  void eachRowIsItsOwnThoughSeveralShareAStatement() {
    Map<String, @Nullable Object> variables = new HashMap<>();
    variables.put("text", "it's; -- values (?, ?)");
    variables.put("number", 7L);
    variables.put("none", null);
    variables.put("yes", true);
    variables.put("object", new int[] {1, 2});
    String instance = runtime.startProcessInstanceByKey("both", "key", variables).getId();

    assertThat(runtime.getVariables(instance))
        .containsOnlyKeys(variables.keySet())
        .containsEntry("text", "it's; -- values (?, ?)")
        .containsEntry("number", 7L)
        .containsEntry("none", null)
        .containsEntry("yes", true);
    assertThat((int[]) runtime.getVariable(instance, "object")).containsExactly(1, 2);
    tasks(instance).forEach(task -> tasks.complete(task.getId()));
    assertThat(
            engine
                .getHistoryService()
                .createHistoricActivityInstanceQuery()
                .processInstanceId(instance)
                .finished()
                .list())
        .extracting(HistoricActivityInstance::getActivityId)
        .contains("one", "two", "end");
    assertThat(runtime.createExecutionQuery().processInstanceId(instance).count()).isZero();
  }

  @Test
  void whatIsTooMuchForOneTextIsWritten() {
    String instance = runtime.startProcessInstanceByKey("both").getId();
    Map<String, Object> many = new HashMap<>();
    IntStream.range(0, 300).forEach(i -> many.put("number" + i, (long) i));
    runtime.setVariables(instance, many);
    assertThat(runtime.getVariables(instance)).isEqualTo(many);
  }

  /** Which takes bulk statements, whose parameter is a value or a list. */
  @Test
  void whatIsUndeployedIsGone() {
    String deployment = deploy("gone");
    runtime.startProcessInstanceByKey("gone");
    engine.getRepositoryService().deleteDeployment(deployment, true);
    assertThat(engine.getRepositoryService().createDeploymentQuery().list())
        .extracting(Deployment::getId)
        .doesNotContain(deployment);
    assertThat(
            engine
                .getHistoryService()
                .createHistoricProcessInstanceQuery()
                .processDefinitionKey("gone")
                .count())
        .isZero();
  }

  @Test
  void whoseStepSomebodyElseCompletesHearsOfIt() {
    String instance = runtime.startProcessInstanceByKey("both").getId();
    Task one = tasks(instance).get(0);
    assertLost(
        instance, () -> tasks.complete(one.getId()), execution -> tasks.complete(one.getId()));
    assertThat(tasks(instance)).hasSize(1);
  }

  @Test
  void whoseInstanceSomebodyElseEndsHearsOfIt() {
    String instance = runtime.startProcessInstanceByKey("both").getId();
    assertLost(
        instance,
        () -> runtime.deleteProcessInstance(instance, "gone"),
        execution -> execution.setVariable("said", "too late"));
  }

  @Test
  void twoWhoEndAnInstanceAreNotBothToldSo() {
    String instance = runtime.startProcessInstanceByKey("both").getId();
    assertLost(
        instance,
        () -> runtime.deleteProcessInstance(instance, "first"),
        execution -> runtime.deleteProcessInstance(instance, "second"));
  }

  @Test
  void whatCannotBeWrittenIsNoLostRaceAndChangesNothing() {
    String instance = runtime.startProcessInstanceByKey("both").getId();
    Map<String, Object> variables = new HashMap<>();
    IntStream.range(0, 4).forEach(i -> variables.put("fits" + i, "x"));
    variables.put("long", "x".repeat(5_000));
    assertThatThrownBy(() -> runtime.setVariables(instance, variables))
        .isInstanceOf(ProcessEngineException.class)
        .isNotInstanceOf(OptimisticLockingException.class)
        .hasStackTraceContaining("value too long");
    assertThat(runtime.getVariables(instance)).isEmpty();
  }

  private static List<Task> tasks(String instance) {
    return tasks.createTaskQuery().processInstanceId(instance).list();
  }

  /** Whoever changes an instance after somebody else did is told that the race is lost. */
  private static void assertLost(
      String instance, Runnable somebody, Consumer<ExecutionEntity> changes) {
    assertThatThrownBy(() -> meanwhile(instance, somebody, changes))
        .isInstanceOf(OptimisticLockingException.class);
  }

  /** Has somebody do something after a command has read an instance, and before it changes it. */
  private static void meanwhile(
      String instance, Runnable somebody, Consumer<ExecutionEntity> changes) {
    configuration
        .getCommandExecutorTxRequired()
        .execute(
            context -> {
              ExecutionEntity execution = context.getExecutionManager().findExecutionById(instance);
              tasks(instance);
              execution.getExecutions().forEach(ExecutionEntity::getTasks);
              CompletableFuture.runAsync(somebody).join();
              changes.accept(execution);
              return null;
            });
  }
}
