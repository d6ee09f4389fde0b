package dev.baton.benchmark;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.camunda.bpm.engine.externaltask.ExternalTaskQueryTopicBuilder;
import org.camunda.bpm.engine.externaltask.LockedExternalTask;
import org.camunda.bpm.engine.impl.bpmn.parser.AbstractBpmnParseListener;
import org.camunda.bpm.engine.impl.cfg.TransactionState;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.pvm.process.ActivityImpl;
import org.camunda.bpm.engine.impl.pvm.process.ScopeImpl;
import org.camunda.bpm.engine.impl.util.xml.Element;

/**
 * External tasks: a worker fetches and locks them, makes the calls, and completes them. It lives in
 * the engine's JVM and is woken by a commit, which is cheaper and quicker than Camunda's client
 * over REST with long polling.
 */
final class ExternalPeer extends EnginePeer {

  private static final int AT_ONCE = 64;
  private static final long LOCK_MS = 600_000;

  private final Map<String, UnaryOperator<Map<String, Object>>> steps;
  private final Semaphore ordered;
  private final ExecutorService handlers = Executors.newFixedThreadPool(Settings.CONNECTIONS);
  private final Thread fetcher = new Thread(this::fetch, "external-task-fetcher");

  ExternalPeer(Database database, Calls calls) {
    this(database, calls, new Semaphore(0));
  }

  private ExternalPeer(Database database, Calls calls, Semaphore ordered) {
    super(
        "external",
        database,
        calls,
        "camunda:type=\"external\" camunda:topic=\"$1\"",
        false,
        List.of(new Orders(ordered)));
    this.ordered = ordered;
    this.steps = new Steps(calls).byName();
    fetcher.start();
  }

  private void fetch() {
    try {
      while (true) {
        ordered.acquire();
        ordered.drainPermits();
        List<LockedExternalTask> tasks;
        do {
          ExternalTaskQueryTopicBuilder fetch = fetchAndLock();
          tasks = fetch.execute();
          tasks.forEach(task -> handlers.execute(() -> handle(task)));
        } while (tasks.size() == AT_ONCE);
      }
    } catch (InterruptedException closed) {
      handlers.shutdown();
    }
  }

  private ExternalTaskQueryTopicBuilder fetchAndLock() {
    var fetch = engine().getExternalTaskService().fetchAndLock(AT_ONCE, "worker");
    ExternalTaskQueryTopicBuilder topics = null;
    for (String topic : steps.keySet()) {
      topics = topics == null ? fetch.topic(topic, LOCK_MS) : topics.topic(topic, LOCK_MS);
    }
    return Objects.requireNonNull(topics);
  }

  private void handle(LockedExternalTask task) {
    Map<String, Object> changed =
        Objects.requireNonNull(steps.get(task.getTopicName())).apply(task.getVariables());
    engine().getExternalTaskService().complete(task.getId(), "worker", changed);
  }

  /** Tells the worker that there is work, once that is committed. */
  private static final class Orders extends AbstractBpmnParseListener {

    private final Semaphore ordered;

    Orders(Semaphore ordered) {
      this.ordered = ordered;
    }

    @Override
    public void parseServiceTask(Element task, ScopeImpl scope, ActivityImpl activity) {
      ExecutionListener listener =
          execution ->
              Context.getCommandContext()
                  .getTransactionContext()
                  .addTransactionListener(
                      TransactionState.COMMITTED, committed -> ordered.release());
      activity.addListener(ExecutionListener.EVENTNAME_START, listener);
    }
  }

  @Override
  public void close() {
    fetcher.interrupt();
    super.close();
  }
}
