package dev.baton.engine;

import dev.baton.bots.Target;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.CustomerMessage;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.InboxMessage;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Refusal;
import dev.baton.conversation.Token.Opening;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.transfer.Strategy;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.OptimisticLockingException;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.camunda.bpm.engine.delegate.JavaDelegate;
import org.camunda.bpm.engine.delegate.VariableScope;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of the processes do: only local things, in the engine's transaction. A step that
 * calls somebody places an order instead. Thread-safe.
 */
public final class Steps {

  /**
   * What a conversation does when its start says nothing else.
   *
   * @param botId null when each start has to name its bot
   * @param silence how long a customer may be silent
   * @param patience how long a round of offers may take
   */
  public record Defaults(
      @Nullable String botId, Duration silence, Duration patience, Strategy strategy) {}

  private final Reception reception;
  private final Conversations conversations;
  private final Inbox inbox;
  private final Orders orders;
  private final Transfers transfers;
  private final Defaults defaults;

  /** Of these stores. */
  public Steps(
      Reception reception,
      Conversations conversations,
      Inbox inbox,
      Orders orders,
      Transfers transfers,
      Defaults defaults) {
    this.reception = reception;
    this.conversations = conversations;
    this.inbox = inbox;
    this.orders = orders;
    this.transfers = transfers;
    this.defaults = defaults;
  }

  /** Opens the conversation: takes the key, and the customer's words out of the process. */
  public JavaDelegate openConversation() {
    return refusing(
        execution -> {
          String given = execution.getProcessBusinessKey();
          String key = given == null ? execution.getProcessInstanceId() : given;
          if (given == null) {
            execution.setProcessBusinessKey(key);
          }
          String named = BotConversation.BOT_ID.get(execution);
          String botId = named == null ? defaults.botId() : named;
          if (botId == null) {
            throw invalid("Name the bot: start variable botId, or baton.bots.bot-id.");
          }
          Opening opening =
              new Opening(
                  botId,
                  BotConversation.TEXT.get(execution),
                  BotConversation.VARIABLES.get(execution));
          execution.removeVariables(
              List.of(BotConversation.TEXT.name(), BotConversation.VARIABLES.name()));
          setDuration(execution, BotConversation.SILENCE, defaults.silence());
          setDuration(execution, BotConversation.PATIENCE, defaults.patience());
          strategy(execution);
          boolean isNew = reception.open(key, execution.getProcessInstanceId(), botId, opening);
          BotConversation.BOT_ID.set(execution, botId);
          BotConversation.IS_NEW.set(execution, isNew);
        });
  }

  private static void setDuration(
      DelegateExecution execution, ProcessVariable<String> variable, Duration otherwise) {
    String given = variable.get(execution);
    if (given == null) {
      variable.set(execution, otherwise.toString());
      return;
    }
    try {
      Duration duration = Duration.parse(given);
      if (duration.isNegative() || duration.isZero()) {
        throw invalid("The start variable %s is not positive.".formatted(variable.name()));
      }
    } catch (DateTimeParseException e) {
      throw invalid(
          "The start variable %s is not an ISO 8601 duration such as PT30S."
              .formatted(variable.name()));
    }
  }

  private Strategy strategy(VariableScope scope) {
    String given = BotConversation.STRATEGY.get(scope);
    if (given == null) {
      return defaults.strategy();
    }
    try {
      return Strategy.valueOf(given.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw invalid("The start variable strategy is neither ordered nor race.");
    }
  }

  /** Takes the oldest message that waits, if there is one. */
  public JavaDelegate takeNextMessage() {
    return execution -> {
      Optional<InboxMessage> next = inbox.nextWaiting(execution.getProcessBusinessKey());
      next.ifPresent(message -> inbox.become(message.id(), InboxMessage.State.SENDING));
      BotConversation.MESSAGE_WAITING.set(execution, next.isPresent());
    };
  }

  /** Takes up the escalation: from here on the bot has an answer to come. */
  public JavaDelegate takeUpEscalation() {
    return execution -> {
      BotConversation.WINNER.set(execution, null);
      BotConversation.OFFERS_OPEN.set(execution, false);
    };
  }

  /** Begins the next round of offers, if anyone is left to ask. */
  public JavaDelegate chooseNextRound() {
    return execution -> {
      Transfer transfer = transfers.current(execution.getProcessBusinessKey());
      List<List<Target>> rounds = strategy(execution).rounds(transfer.targets());
      boolean anyoneLeft = !transfer.cancelled() && transfer.round() < rounds.size();
      if (anyoneLeft) {
        transfers.beginRound(transfer, rounds.get(transfer.round()));
      }
      BotConversation.ANYONE_LEFT.set(execution, anyoneLeft);
    };
  }

  /** The offers of the round, for the multi-instance step. */
  List<Long> offersOfRound(DelegateExecution execution) {
    return transfers.offersOfRound(transfers.current(execution.getProcessBusinessKey()));
  }

  /** Puts a customer's message into the inbox and wakes the conversation. */
  public JavaDelegate holdMessage() {
    return refusing(
        execution -> {
          String messageId = CustomerInbox.MESSAGE_ID.get(execution);
          reception.receive(
              keyOf(execution),
              new CustomerMessage(
                  messageId == null ? "" : messageId,
                  CustomerInbox.TEXT.get(execution),
                  CustomerInbox.CHOICE_ID.get(execution)));
        });
  }

  /** Tells the conversation that the customer left. */
  public JavaDelegate passOnLeave() {
    return refusing(execution -> reception.leave(keyOf(execution)));
  }

  /** Tells the conversation that the customer cancels the transfer. */
  public JavaDelegate cancelTransfer() {
    return refusing(execution -> reception.cancelTransfer(keyOf(execution)));
  }

  private static String keyOf(DelegateExecution execution) {
    String key = execution.getProcessBusinessKey();
    if (key == null || key.isBlank()) {
      throw invalid(
          "Which conversation? Send the message with the conversation's business key; a process"
              + " instance id is not enough.");
    }
    return key;
  }

  /**
   * Takes the conversation's lock for the rest of the transaction.
   *
   * @return false when no conversation has this business key
   */
  public boolean lock(@Nullable String key) {
    if (key == null || conversations.find(key).isEmpty()) {
      return false;
    }
    conversations.locked(key, conversation -> null);
    return true;
  }

  /** A timer fired: its transaction takes the conversation's lock like any other. */
  public ExecutionListener lockConversation() {
    return execution -> {
      String key = execution.getProcessBusinessKey();
      if (BotConversation.Element.SILENCE.id().equals(execution.getCurrentActivityId())) {
        reception.expire(key);
      } else {
        boolean open =
            conversations.locked(key, conversation -> !transfers.openOffers(key).isEmpty());
        requireWaiting(execution);
        BotConversation.OFFERS_OPEN.set(execution, open);
      }
    };
  }

  /**
   * Between the timer's start and the lock the last offer may have been answered. The engine holds
   * the process as it was; walked on in it, the timer would fail at whatever step comes next.
   */
  private static void requireWaiting(DelegateExecution execution) {
    long waiting =
        execution
            .getProcessEngineServices()
            .getExternalTaskService()
            .createExternalTaskQuery()
            .processInstanceId(execution.getProcessInstanceId())
            .topicName(OrderKind.TARGET_OFFER.topic())
            .count();
    if (waiting == 0) {
      throw new OptimisticLockingException("The round was over before its patience.");
    }
  }

  /** The process is over; if somebody deleted it, what it left behind is cleaned up. */
  public ExecutionListener conversationOver() {
    return execution -> {
      String key = execution.getProcessBusinessKey();
      String instance = execution.getProcessInstanceId();
      Optional<Conversation> conversation =
          conversations.find(key).filter(c -> c.processInstanceId().equals(instance));
      if (conversation.isEmpty()) {
        return;
      }
      reception.closed(key, instance);
      if (execution.isCanceled()) {
        cleanUp(conversation.get());
      }
    };
  }

  private void cleanUp(Conversation conversation) {
    String key = conversation.key();
    if (conversation.state() == ConversationState.TRANSFERRING
        && !transfers.openOffers(key).isEmpty()) {
      orders.place(OrderKind.TARGET_WITHDRAW, key, null, null, null, null);
    }
    if (conversation.sessionId() != null && !conversation.sessionOver()) {
      orders.place(OrderKind.BOT_END, key, null, null, null, null);
    }
  }

  /** A step that calls somebody is reached: what it is to call is ordered. */
  public void ordered(OrderKind kind, DelegateExecution execution, String taskId) {
    String key = execution.getProcessBusinessKey();
    String step = execution.getActivityInstanceId();
    Long message = null;
    Long offer = null;
    if (kind == OrderKind.BOT_MESSAGE) {
      message = inbox.beingSent(key);
    } else if (kind == OrderKind.TARGET_OFFER) {
      offer = BotConversation.OFFER.get(execution);
      if (offer == null) {
        throw new IllegalStateException("A step that offers needs the variable offer.");
      }
      Attempt attempt = transfers.offer(offer);
      transfers.awaitedBy(offer, taskId, step);
      execution.setVariableLocal(BotConversation.TARGET_TYPE.name(), attempt.target().type());
      execution.setVariableLocal(BotConversation.TARGET_VALUE.name(), attempt.target().value());
    }
    orders.place(kind, key, taskId, step, message, offer);
  }

  /** A step that called somebody is left without its outcome. */
  public void cancelled(String activityInstanceId) {
    orders.drop(activityInstanceId);
    transfers.notAwaited(activityInstanceId);
  }

  /** Refusals reach the caller as bad requests, in words. */
  private static JavaDelegate refusing(JavaDelegate step) {
    return execution -> {
      try {
        step.execute(execution);
      } catch (Refusal e) {
        throw new BadUserRequestException(e.getMessage(), e);
      }
    };
  }

  private static Refusal invalid(String words) {
    return new Refusal(Refusal.Kind.INVALID, words);
  }
}
