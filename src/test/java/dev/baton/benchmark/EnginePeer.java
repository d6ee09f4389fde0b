package dev.baton.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.delegate.JavaDelegate;
import org.camunda.bpm.engine.impl.bpmn.parser.BpmnParseListener;
import org.camunda.bpm.engine.impl.cfg.StandaloneProcessEngineConfiguration;
import org.camunda.bpm.engine.impl.jobexecutor.DefaultJobExecutor;
import org.camunda.bpm.engine.impl.persistence.StrongUuidGenerator;

/**
 * Camunda as it comes, with history in full, and a conversation as it is commonly modelled on it.
 * The customer's words are a message that is correlated by the conversation's key.
 */
class EnginePeer implements Variant {

  private static final String DELEGATE = "camunda:delegateExpression=\"\\$\\{(\\w+)\\}\"";

  private final String name;
  private final Database database;
  private final ProcessEngine engine;
  private final Arrivals arrivals = new Arrivals();

  /** JavaDelegates make the calls, in the engine's transaction. */
  static Variant naive(Database database, Calls calls) {
    return new EnginePeer("naive", database, calls, "$0", false, List.of());
  }

  /**
   * What a call follows from is committed before it: as safe as Baton. With as many threads as
   * connections, and a job executor that need not wait for work.
   */
  static Variant asyncBefore(Database database, Calls calls) {
    return new EnginePeer(
        "asyncBefore", database, calls, "camunda:asyncBefore=\"true\" $0", true, List.of());
  }

  /**
   * Starts the engine.
   *
   * @param task what stands in the model's service tasks; $0 is what stood there, $1 the task's
   *     name
   * @param listeners hear of the model's parts, besides {@link Arrivals}
   */
  EnginePeer(
      String name,
      Database database,
      Calls calls,
      String task,
      boolean jobs,
      List<BpmnParseListener> listeners) {
    this.name = name;
    this.database = database;
    StandaloneProcessEngineConfiguration configuration = new StandaloneProcessEngineConfiguration();
    configuration.setProcessEngineName(name);
    configuration.setDataSource(database.source());
    configuration.setDatabaseSchemaUpdate("true");
    configuration.setHistory("full");
    configuration.setIdGenerator(new StrongUuidGenerator());
    configuration.setBeans(delegates(new Steps(calls)));
    List<BpmnParseListener> all = new ArrayList<>(listeners);
    all.add(arrivals);
    configuration.setCustomPostBPMNParseListeners(all);
    configuration.setJobExecutorActivate(jobs);
    DefaultJobExecutor executor = new DefaultJobExecutor();
    executor.setCorePoolSize(Settings.CONNECTIONS);
    executor.setMaxPoolSize(Settings.CONNECTIONS);
    executor.setQueueSize(128);
    executor.setMaxJobsPerAcquisition(64);
    executor.setWaitTimeInMillis(50);
    executor.setBackoffTimeInMillis(0);
    executor.setMaxBackoff(0);
    configuration.setJobExecutor(executor);
    engine = configuration.buildProcessEngine();
    engine
        .getRepositoryService()
        .createDeployment()
        .addString("conversation.bpmn", model().replaceAll(DELEGATE, task))
        .deploy();
  }

  private static String model() {
    try (InputStream file = EnginePeer.class.getResourceAsStream("/benchmark/conversation.xml")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<Object, Object> delegates(Steps steps) {
    Map<Object, Object> delegates = new HashMap<>();
    steps.byName().forEach((step, work) -> delegates.put(step, delegate(work)));
    return delegates;
  }

  private static JavaDelegate delegate(UnaryOperator<Map<String, Object>> work) {
    return execution -> execution.setVariables(work.apply(execution.getVariables()));
  }

  final ProcessEngine engine() {
    return engine;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Database database() {
    return database;
  }

  @Override
  public final void begin(String key) {
    CompletableFuture<Void> waits = arrivals.next(key);
    engine.getRuntimeService().startProcessInstanceByKey("conversation", key);
    waits.join();
  }

  @Override
  public final void say(String key) {
    correlate(key, "What about my order?");
  }

  @Override
  public final void transfer(String key) {
    correlate(key, Bot.ESCALATE);
  }

  private void correlate(String key, String text) {
    CompletableFuture<Void> arrived = arrivals.next(key);
    engine
        .getRuntimeService()
        .createMessageCorrelation("customer")
        .processInstanceBusinessKey(key)
        .setVariable("text", text)
        .correlate();
    arrived.join();
  }

  @Override
  public void close() {
    engine.close();
  }
}
