package dev.baton.engine;

import dev.baton.conversation.Conversation;
import dev.baton.conversation.Refusal;
import dev.baton.conversation.Token;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.camunda.bpm.engine.AuthorizationException;
import org.camunda.bpm.engine.ExternalTaskService;
import org.camunda.bpm.engine.OptimisticLockingException;
import org.camunda.bpm.engine.ProcessEngineException;
import org.camunda.bpm.engine.RuntimeService;
import org.camunda.bpm.engine.SuspendedEntityInteractionException;
import org.camunda.bpm.engine.externaltask.ExternalTask;
import org.camunda.bpm.engine.runtime.Execution;
import org.camunda.bpm.engine.variable.value.TypedValue;

/**
 * Moves the token of a conversation's process at every step: the ordinary path. Steps that call
 * somebody are external tasks, locked for Baton for good, since an order and not the engine's lock
 * says who makes the call. Thread-safe.
 */
public final class EngineToken implements Token {

  /** The worker that owns the external tasks. */
  public static final String WORKER = "baton";

  /** How long they are locked, in milliseconds: longer than any conversation. */
  public static final long LOCK = 10L * 365 * 24 * 60 * 60 * 1000;

  /**
   * SQL: whether the process instance {@code process_instance_id} is suspended; null when there is
   * none. One look-up by key: with {@code exists} PostgreSQL reads all executions, for a join.
   */
  public static final String SUSPENDED =
      """
      2 = (select e.SUSPENSION_STATE_ from ACT_RU_EXECUTION e where e.ID_ = process_instance_id)""";

  private static final int DEADLOCK = 10_000;

  private final RuntimeService runtime;
  private final ExternalTaskService tasks;
  private final Moves moves;
  private final Predicate<BooleanSupplier> onBatonsAccount;

  /**
   * Of this engine.
   *
   * @param onBatonsAccount does what the caller of the current thread need not have a right to
   */
  public EngineToken(
      RuntimeService runtime,
      ExternalTaskService tasks,
      Moves moves,
      Predicate<BooleanSupplier> onBatonsAccount) {
    this.runtime = runtime;
    this.tasks = tasks;
    this.moves = moves;
    this.onBatonsAccount = onBatonsAccount;
  }

  @Override
  public String begin(String key, Opening opening) {
    Map<String, Object> variables = new HashMap<>();
    if (opening.botId() != null) {
      variables.put(BotConversation.BOT_ID.name(), opening.botId());
    }
    if (opening.text() != null) {
      variables.put(BotConversation.TEXT.name(), opening.text());
    }
    if (opening.variables() != null) {
      variables.put(BotConversation.VARIABLES.name(), opening.variables());
    }
    try {
      return runtime
          .startProcessInstanceByKey(BotConversation.KEY, key, variables)
          .getProcessInstanceId();
    } catch (AuthorizationException e) {
      throw new Refusal(
          Refusal.Kind.FORBIDDEN,
          "You may not begin conversations: that takes CREATE on process instances, and"
              + " CREATE_INSTANCE on the process definition bot-conversation.");
    }
  }

  @Override
  public void wake(Conversation conversation) {
    send(conversation, BotConversation.ARRIVED);
  }

  @Override
  public boolean goOn(Conversation conversation) {
    return onBatonsAccount.test(
        () ->
            moves.of(
                conversation.processInstanceId(),
                () -> {
                  Optional<String> waiting =
                      moves
                          .waiting(conversation.processInstanceId(), BotConversation.ARRIVED)
                          .stream()
                          .findFirst();
                  waiting.ifPresent(
                      execution ->
                          runtime.messageEventReceived(BotConversation.ARRIVED, execution));
                  return waiting.isPresent();
                }));
  }

  @Override
  public boolean leave(Conversation conversation) {
    return send(conversation, BotConversation.LEFT);
  }

  @Override
  public void cancelTransfer(Conversation conversation) {
    send(conversation, BotConversation.CANCELLED);
  }

  /** Returns whether the message is waited for. Where it is in several places, one gets it. */
  private boolean send(Conversation conversation, String message) {
    // A query shows what the caller may see: a message of a caller who may write, but not read,
    // would wake nobody.
    return onBatonsAccount.test(() -> sendTo(conversation, message));
  }

  private boolean sendTo(Conversation conversation, String message) {
    // Looked up first: a correlation that fails would mark the whole transaction for rollback.
    List<Execution> waiting = waiting(conversation, message);
    for (Execution execution : waiting) {
      if (!execution.isSuspended()) {
        runtime.messageEventReceived(message, execution.getId());
      }
    }
    return !waiting.isEmpty();
  }

  private List<Execution> waiting(Conversation conversation, String message) {
    return runtime
        .createExecutionQuery()
        .processInstanceId(conversation.processInstanceId())
        .messageEventSubscriptionName(message)
        .listPage(0, 1);
  }

  @Override
  public <T> T together(Supplier<T> work) {
    return moves.together(work);
  }

  @Override
  public void advance(Conversation conversation, String taskId, StepResult result) {
    moves.of(
        conversation.processInstanceId(),
        () -> {
          tasks.complete(taskId, WORKER, changed(conversation, variables(result)));
          return true;
        });
  }

  /** The engine would write a value again that it has already. */
  private Map<String, Object> changed(Conversation conversation, Map<String, Object> variables) {
    Map<String, Object> known =
        runtime.getVariables(conversation.processInstanceId(), variables.keySet());
    Map<String, Object> changed = new HashMap<>(variables);
    known.forEach(
        (name, value) ->
            changed.computeIfPresent(
                name,
                (same, now) ->
                    now instanceof TypedValue typed && Objects.equals(typed.getValue(), value)
                        ? null
                        : now));
    return changed;
  }

  /** What a process knows of what came of a step. */
  static Map<String, Object> variables(StepResult result) {
    Map<String, Object> variables = new HashMap<>();
    if (result instanceof StepResult.BotSaid said) {
      variables.put(
          BotConversation.BOT_SAID.name(),
          BotConversation.BOT_SAID.value(BotConversation.said(said.meaning())));
    } else if (result instanceof StepResult.FailureTold told) {
      variables.put(
          BotConversation.BOT_SAID.name(),
          BotConversation.BOT_SAID.value(BotConversation.said(told.meaning())));
      variables.put(
          BotConversation.AFTER_FAILURE.name(),
          BotConversation.AFTER_FAILURE.value(told.backToBot() ? "back-to-bot" : "end"));
    } else if (result instanceof StepResult.OffersSettled settled) {
      variables.put(BotConversation.WINNER.name(), BotConversation.WINNER.value(settled.winner()));
      variables.put(
          BotConversation.OFFERS_OPEN.name(),
          BotConversation.OFFERS_OPEN.value(settled.offersOpen()));
    } else if (result instanceof StepResult.Delivered delivered) {
      variables.put(
          BotConversation.MESSAGES_HELD.name(),
          BotConversation.MESSAGES_HELD.value(delivered.messagesHeld()));
    } else if (result instanceof StepResult.SessionEnded ended) {
      Token.NextBot next = ended.next();
      variables.put(
          BotConversation.ANOTHER_BOT.name(), BotConversation.ANOTHER_BOT.value(next != null));
      if (next != null) {
        variables.put(BotConversation.BOT_ID.name(), BotConversation.BOT_ID.value(next.botId()));
        variables.put(
            BotConversation.BOT_SAID.name(),
            BotConversation.BOT_SAID.value(BotConversation.said(next.said())));
      }
    }
    return variables;
  }

  @Override
  public void fail(String taskId, String error, int retriesLeft) {
    tasks.handleFailure(taskId, WORKER, error, null, retriesLeft, LOCK);
  }

  @Override
  public List<String> retried(Collection<String> taskIds) {
    return tasks
        .createExternalTaskQuery()
        .externalTaskIdIn(new HashSet<>(taskIds))
        .withRetriesLeft()
        .list()
        .stream()
        .map(ExternalTask::getId)
        .toList();
  }

  /** Whether a transaction lost an optimistic race and may simply be run again. */
  public static boolean isConflict(RuntimeException e) {
    return e instanceof OptimisticLockingException
        || (e instanceof ProcessEngineException engine && engine.getCode() == DEADLOCK);
  }

  @Override
  public boolean isHeld(RuntimeException e) {
    return e instanceof SuspendedEntityInteractionException;
  }
}
