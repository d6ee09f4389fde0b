package dev.baton.engine;

import dev.baton.conversation.Conversation;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Following;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Offers.Awaited;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Token.StepResult;
import dev.baton.conversation.Transfers;
import dev.baton.conversation.Turns;
import dev.baton.transfer.TargetKinds;
import java.time.Duration;
import java.time.Instant;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.jspecify.annotations.Nullable;

/**
 * What Baton does when the token of a process reaches one of its steps, waits there or leaves it:
 * in the engine's transaction, without being called by the model. Thread-safe.
 */
public final class TokenEvents {

  private final HeldConversation held;
  private final Reception reception;
  private final Conversations conversations;
  private final Inbox inbox;
  private final Orders orders;
  private final Turns turns;
  private final Transfers transfers;
  private final Offers offers;
  private final TargetKinds kinds;
  private final boolean tellsVariables;

  /**
   * Of these stores.
   *
   * @param tellsVariables whether the bot is told variables before it hears that a transfer failed
   */
  public TokenEvents(
      Reception reception,
      Conversations conversations,
      Inbox inbox,
      Orders orders,
      Turns turns,
      Transfers transfers,
      Offers offers,
      TargetKinds kinds,
      boolean tellsVariables) {
    this.held = new HeldConversation(conversations);
    this.reception = reception;
    this.conversations = conversations;
    this.inbox = inbox;
    this.orders = orders;
    this.turns = turns;
    this.transfers = transfers;
    this.offers = offers;
    this.kinds = kinds;
    this.tellsVariables = tellsVariables;
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
    conversations.hold(key);
    return true;
  }

  /** Refuses to start a conversation by start instructions, which may leave out the opening. */
  public static void refuseStartInstructions() {
    HeldConversation.inWords(
        () -> {
          throw HeldConversation.invalid(
              "A conversation starts at its start event: send no start instructions.");
        });
  }

  /** The process is over, whichever way. What it left behind at the bot or a target is ended. */
  public void conversationOver(DelegateExecution execution) {
    String key = execution.getProcessBusinessKey();
    String instance = execution.getProcessInstanceId();
    if (key != null) {
      reception.closed(key, instance).ifPresent(this::cleanUp);
    }
  }

  private void cleanUp(Conversation conversation) {
    String key = conversation.key();
    if (!offers.open(key).isEmpty() && !orders.withdrawalOrdered(key)) {
      orders.placeWithdrawal(key);
    }
    if (conversation.sessionId() != null && !conversation.sessionOver()) {
      orders.placeEnd(key);
    }
  }

  /** The process waits for the customer, in a loop that Baton can go round by itself. */
  public void rests(DelegateExecution execution) {
    turns.rests(held.by(execution));
  }

  /** The process waits no more, whatever the reason. */
  public void restsNoMore(DelegateExecution execution) {
    HeldConversation.inWords(() -> turns.restsNoMore(held.by(execution), execution.isCanceled()));
  }

  /**
   * Until when the customer of such a process may be silent; null when its timer is right.
   *
   * @param execution of the process that waits; its conversation's lock is held
   */
  public @Nullable Instant silentFrom(DelegateExecution execution) {
    String silence = BotConversation.SILENCE.get(execution);
    String key = execution.getProcessBusinessKey();
    return silence == null || key == null ? null : turns.silentFrom(key, Duration.parse(silence));
  }

  /**
   * Whether a step that calls somebody has nobody to call this time, or the call was made before
   * the process came to it: then it is done, in the transaction that reaches it.
   */
  public boolean needsNoCall(OrderKind kind, DelegateExecution execution) {
    Following following = Following.of(execution.getProcessBusinessKey());
    if (following != null) {
      StepResult result = following.reached(kind);
      if (result != null) {
        EngineToken.variables(result).forEach(execution::setVariable);
      }
      return result != null;
    }
    return switch (kind) {
      case TARGET_AVAILABILITY ->
          transfers
              .latest(held.by(execution))
              .filter(transfer -> !kinds.worthAsking(transfer.targets()))
              .isPresent();
      case TARGET_DELIVER -> nothingToPassOn(execution);
      default -> false;
    };
  }

  private boolean nothingToPassOn(DelegateExecution execution) {
    String key = held.by(execution);
    boolean nothing = conversations.nothingToPassOn(key, transfers.winner(key));
    if (nothing) {
      BotConversation.MESSAGES_HELD.set(execution, false);
    }
    return nothing;
  }

  /** A step that calls somebody is reached: what it is to call is ordered. */
  public void ordered(OrderKind kind, DelegateExecution execution, String taskId) {
    HeldConversation.inWords(() -> order(kind, execution, taskId));
  }

  private void order(OrderKind kind, DelegateExecution execution, String taskId) {
    String key = held.by(execution);
    String step = execution.getActivityInstanceId();
    Long message = null;
    Long offer = null;
    Instant dueAt = null;
    Following following = Following.of(key);
    if (following != null) {
      following.staysAt(taskId, step);
      return;
    }
    if (kind == OrderKind.BOT_MESSAGE) {
      message = inbox.beingSent(key);
    } else if (kind == OrderKind.TARGET_OFFER) {
      offer = BotConversation.OFFER.get(execution);
      if (offer == null) {
        throw HeldConversation.invalid("A step that offers needs the variable offer.");
      }
      Awaited awaited = offers.awaitedBy(offer, taskId, step);
      dueAt = awaited.dueAt();
      execution.setVariableLocal(BotConversation.TARGET_TYPE.name(), awaited.target().type());
      execution.setVariableLocal(BotConversation.TARGET_VALUE.name(), awaited.target().value());
    }
    if (kind == OrderKind.BOT_TRANSFER_FAILED && tellsVariables) {
      orders.placeVariables(key, step);
    }
    orders.place(kind, key, taskId, step, message, offer, dueAt);
  }

  /** A step that called somebody is left without its outcome. */
  public void cancelled(DelegateExecution execution) {
    held.by(execution);
    String activityInstanceId = execution.getActivityInstanceId();
    orders.drop(activityInstanceId);
    offers.notAwaited(activityInstanceId);
  }
}
