package dev.baton.benchmark;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.camunda.bpm.engine.impl.bpmn.parser.AbstractBpmnParseListener;
import org.camunda.bpm.engine.impl.cfg.TransactionState;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.persistence.entity.ProcessDefinitionEntity;
import org.camunda.bpm.engine.impl.pvm.process.ActivityImpl;
import org.camunda.bpm.engine.impl.pvm.process.ScopeImpl;
import org.camunda.bpm.engine.impl.util.xml.Element;

/**
 * Tells when it is committed that a process waits for its customer, or is over. Without a look at
 * the database, so that waiting costs no variant anything.
 */
final class Arrivals extends AbstractBpmnParseListener implements ExecutionListener {

  private final Map<String, CompletableFuture<Void>> awaited = new ConcurrentHashMap<>();

  /** Completes at the next arrival. To be asked for before the process is moved. */
  CompletableFuture<Void> next(String key) {
    CompletableFuture<Void> next = new CompletableFuture<>();
    awaited.put(key, next);
    return next;
  }

  @Override
  public void parseReceiveTask(Element task, ScopeImpl scope, ActivityImpl activity) {
    activity.addListener(EVENTNAME_START, this);
  }

  @Override
  public void parseProcess(Element process, ProcessDefinitionEntity definition) {
    definition.addListener(EVENTNAME_END, this);
  }

  @Override
  public void notify(DelegateExecution execution) {
    String key = execution.getProcessBusinessKey();
    if (key != null) {
      Context.getCommandContext()
          .getTransactionContext()
          .addTransactionListener(TransactionState.COMMITTED, committed -> arrived(key));
    }
  }

  private void arrived(String key) {
    CompletableFuture<Void> next = awaited.remove(key);
    if (next != null) {
      next.complete(null);
    }
  }
}
