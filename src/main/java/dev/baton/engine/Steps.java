package dev.baton.engine;

import dev.baton.bots.EndReason;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.BotSessions;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.CustomerMessage;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.InboxMessage;
import dev.baton.conversation.Offers;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Refusal;
import dev.baton.conversation.Token.Opening;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.conversation.Turns;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.Plan;
import dev.baton.transfer.Plan.Planned;
import dev.baton.transfer.Strategy;
import dev.baton.transfer.TargetKinds;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.camunda.bpm.engine.delegate.JavaDelegate;
import org.camunda.bpm.engine.delegate.VariableScope;
import org.camunda.bpm.engine.variable.Variables;
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
   * @param patience how long a round of offers takes at most when nothing is said of it
   * @param strategy in which order targets are asked
   * @param deadline how long the customer waits at most, from the bot's escalate on
   * @param reserve what of that no target gets: it is for taking offers back and telling the bot
   * @param tellsVariables whether the bot is told variables before it hears that a transfer failed
   */
  public record Defaults(
      @Nullable String botId,
      Duration silence,
      Duration patience,
      Strategy strategy,
      Duration deadline,
      Duration reserve,
      boolean tellsVariables) {}

  /** The type of the incident that a routing policy causes which cannot be applied. */
  public static final String BROKEN_POLICY = "routingPolicy";

  /** The offers of the round that begins in this transaction. */
  private static final String ROUND = "batonRound";

  private final Reception reception;
  private final Conversations conversations;
  private final Inbox inbox;
  private final Orders orders;
  private final Turns turns;
  private final Transfers transfers;
  private final Offers offers;
  private final BotSessions sessions;
  private final TargetKinds kinds;
  private final Defaults defaults;
  private final Planner planner;

  /** Of these stores. */
  public Steps(
      Reception reception,
      Conversations conversations,
      Inbox inbox,
      Orders orders,
      Turns turns,
      Transfers transfers,
      Offers offers,
      BotSessions sessions,
      TargetKinds kinds,
      DecisionTables policy,
      Defaults defaults) {
    this.reception = reception;
    this.conversations = conversations;
    this.inbox = inbox;
    this.orders = orders;
    this.turns = turns;
    this.transfers = transfers;
    this.offers = offers;
    this.sessions = sessions;
    this.kinds = kinds;
    this.defaults = defaults;
    this.planner =
        new Planner(
            policy,
            new Planner.Defaults(defaults.strategy(), defaults.deadline(), defaults.reserve()),
            Clock.systemUTC());
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
          if (duration(execution, BotConversation.SILENCE) == null) {
            BotConversation.SILENCE.set(execution, defaults.silence().toString());
          }
          String patience = duration(execution, BotConversation.PATIENCE);
          if (patience != null) {
            BotConversation.PATIENCE_GIVEN.set(execution, patience);
          }
          strategy(execution);
          boolean isNew = reception.open(key, execution.getProcessInstanceId(), botId, opening);
          BotConversation.IS_NEW.set(execution, isNew);
        });
  }

  /** The duration that was given at the start; null for none. */
  private static @Nullable String duration(
      DelegateExecution execution, ProcessVariable<String> variable) {
    String given = variable.get(execution);
    if (given == null) {
      return null;
    }
    try {
      Duration duration = Duration.parse(given);
      if (duration.isNegative() || duration.isZero()) {
        throw invalid("The start variable %s is not positive.".formatted(variable.name()));
      }
      return given;
    } catch (DateTimeParseException e) {
      throw invalid(
          "The start variable %s is not an ISO 8601 duration such as PT30S."
              .formatted(variable.name()));
    }
  }

  private static @Nullable Strategy strategy(VariableScope scope) {
    String given = BotConversation.STRATEGY.get(scope);
    if (given == null) {
      return null;
    }
    try {
      return Strategy.valueOf(given.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw invalid("The start variable strategy is neither ordered nor race.");
    }
  }

  /** Takes the oldest message that waits, if there is one. */
  public JavaDelegate takeNextMessage() {
    return refusing(
        execution -> {
          Optional<InboxMessage> next = inbox.nextWaiting(hold(execution));
          next.ifPresent(message -> inbox.become(message.id(), InboxMessage.State.SENDING));
          // Was set in this very transaction, if at all: it never gets a row.
          execution.removeVariable(BotConversation.BOT_SAID.name());
          BotConversation.MESSAGE_WAITING.set(execution, next.isPresent());
        });
  }

  /** Takes up the escalation: from here on the bot has an answer to come. */
  public JavaDelegate takeUpEscalation() {
    return refusing(
        execution -> {
          hold(execution);
          noOffersYet(execution);
        });
  }

  /** Applies the routing policy to the escalation. */
  public JavaDelegate applyPolicy() {
    return refusing(execution -> plan(execution, escalation(execution)));
  }

  private Transfer escalation(DelegateExecution execution) {
    return transfers
        .latest(hold(execution))
        .orElseThrow(() -> invalid("The bot did not escalate: nobody is to be asked."));
  }

  private Plan plan(DelegateExecution execution, Transfer transfer) {
    Plan plan =
        planner.plan(
            conversations.find(transfer.conversationKey()).orElseThrow(),
            transfer,
            offers.before(transfer),
            strategy(execution));
    transfers.planned(transfer, plan);
    offers.notAsked(transfer, 0, plan.skipped(), Outcome.SKIPPED);
    String fault = plan.fault();
    if (fault != null) {
      // Lasts as long as the transfer does, and stops nothing.
      execution.createIncident(BROKEN_POLICY, null, fault);
    }
    return plan;
  }

  /** Begins the next round of offers, if anyone is left to ask and there is time. */
  public JavaDelegate chooseNextRound() {
    return refusing(
        execution -> {
          Transfer transfer = escalation(execution);
          Plan known = transfer.plan();
          Plan plan = known == null ? plan(execution, transfer) : known;
          noOffersYet(execution);
          boolean anyoneLeft = !transfer.cancelled() && begin(execution, transfer, plan);
          BotConversation.ANYONE_LEFT.set(execution, anyoneLeft);
        });
  }

  private boolean begin(DelegateExecution execution, Transfer transfer, Plan plan) {
    List<List<Planned>> rounds = plan.rounds();
    List<List<Planned>> left = rounds.subList(transfer.round(), rounds.size());
    if (left.isEmpty()) {
      return false;
    }
    String given = BotConversation.PATIENCE_GIVEN.get(execution);
    Duration wished = given == null ? Plan.patience(left.get(0)) : Duration.parse(given);
    Optional<Duration> patience =
        plan.limits()
            .patience(
                transfer.escalatedAt(), Instant.now(), wished, defaults.patience(), left.size());
    if (patience.isEmpty()) {
      offers.notAsked(
          transfer,
          transfer.round() + 1,
          left.stream().flatMap(List::stream).map(Planned::target).toList(),
          Outcome.OUT_OF_TIME);
      return false;
    }
    BotConversation.PATIENCE.set(execution, patience.get().toString());
    List<Long> asked =
        offers.asked(
            transfer,
            transfers.nextRound(transfer),
            left.get(0).stream().map(Planned::target).toList(),
            plan.hedge());
    execution.setVariable(ROUND, Variables.untypedValue(asked, true));
    // From now on, whichever way the round ends: a timer tells nobody that they still are.
    BotConversation.OFFERS_OPEN.set(execution, true);
    return true;
  }

  private static void noOffersYet(DelegateExecution execution) {
    BotConversation.WINNER.set(execution, null);
    BotConversation.OFFERS_OPEN.set(execution, false);
  }

  /** The offers of the round, for the multi-instance step, which asks for them several times. */
  List<Long> offersOfRound(DelegateExecution execution) {
    if (execution.getVariable(ROUND) instanceof List<?> asked) {
      return asked.stream().map(Long.class::cast).toList();
    }
    return offers.ofRound(transfers.current(execution.getProcessBusinessKey()));
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
   * Takes the conversation's lock, as every transaction does that moves it: also one that begins
   * with a timer or with a user task of somebody's own process.
   *
   * @return the conversation's key
   */
  private String hold(DelegateExecution execution) {
    String key = execution.getProcessBusinessKey();
    if (key == null) {
      throw invalid(
          "The process has no conversation yet: it has to reach ${batonOpenConversation} first.");
    }
    if (!conversations.hold(key).equals(execution.getProcessInstanceId())) {
      throw new Refusal(
          Refusal.Kind.OVER, "The key '%s' is taken: another conversation has it.".formatted(key));
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
    conversations.hold(key);
    return true;
  }

  /** The customer was silent too long: the conversation is over for the channel. */
  public ExecutionListener customerSilent() {
    return execution -> reception.expire(hold(execution));
  }

  /** The process is over, whichever way. What it left behind at the bot or a target is ended. */
  public void conversationOver(DelegateExecution execution) {
    String key = execution.getProcessBusinessKey();
    String instance = execution.getProcessInstanceId();
    if (key == null) {
      return;
    }
    Optional<Conversation> conversation =
        conversations.find(key).filter(c -> c.processInstanceId().equals(instance));
    if (conversation.isPresent()) {
      reception.closed(key, instance);
      cleanUp(conversation.get());
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
    turns.rests(hold(execution));
  }

  /** The process waits no more, whatever the reason. */
  public void restsNoMore(DelegateExecution execution) {
    inWords(() -> turns.restsNoMore(hold(execution), execution.isCanceled()));
  }

  /**
   * Until when the customer of such a process may be silent; null when its timer is right.
   *
   * @param execution of the process that waits; its conversation's lock is held
   */
  public @Nullable Instant silentFrom(DelegateExecution execution) {
    String silence = BotConversation.SILENCE.get(execution);
    String key = execution.getProcessBusinessKey();
    return silence == null || key == null
        ? null
        : conversations.silentFrom(key, Duration.parse(silence));
  }

  /**
   * Whether a step that calls somebody has nobody to call this time: then it is done, in the
   * transaction that reaches it.
   */
  public boolean needsNoCall(OrderKind kind, DelegateExecution execution) {
    return switch (kind) {
      case TARGET_AVAILABILITY ->
          transfers
              .latest(hold(execution))
              .filter(transfer -> !kinds.worthAsking(transfer.targets()))
              .isPresent();
      case TARGET_DELIVER -> nothingToPassOn(execution);
      default -> false;
    };
  }

  private boolean nothingToPassOn(DelegateExecution execution) {
    String key = hold(execution);
    boolean botHasIt = sessions.next(key).isPresent();
    if (!botHasIt && inbox.nextWaiting(key).isPresent()) {
      return false;
    }
    if (!botHasIt) {
      conversations
          .find(key)
          .filter(conversation -> !conversation.state().over())
          .ifPresent(
              conversation ->
                  conversations.over(key, ConversationState.TRANSFERRED, EndReason.TRANSFER));
    }
    BotConversation.MESSAGES_HELD.set(execution, false);
    return true;
  }

  /** A step that calls somebody is reached: what it is to call is ordered. */
  public void ordered(OrderKind kind, DelegateExecution execution, String taskId) {
    inWords(() -> order(kind, execution, taskId));
  }

  private void order(OrderKind kind, DelegateExecution execution, String taskId) {
    String key = hold(execution);
    String step = execution.getActivityInstanceId();
    Long message = null;
    Long offer = null;
    Instant dueAt = null;
    if (kind == OrderKind.BOT_MESSAGE) {
      message = inbox.beingSent(key);
      if (orders.adopt(key, message, taskId, step)) {
        return;
      }
    } else if (kind == OrderKind.TARGET_OFFER) {
      offer = BotConversation.OFFER.get(execution);
      if (offer == null) {
        throw invalid("A step that offers needs the variable offer.");
      }
      Attempt attempt = offers.byId(offer);
      dueAt = attempt.dueAt();
      offers.awaitedBy(offer, taskId, step);
      execution.setVariableLocal(BotConversation.TARGET_TYPE.name(), attempt.target().type());
      execution.setVariableLocal(BotConversation.TARGET_VALUE.name(), attempt.target().value());
    }
    if (kind == OrderKind.BOT_TRANSFER_FAILED && defaults.tellsVariables()) {
      orders.placeVariables(key, step);
    }
    orders.place(kind, key, taskId, step, message, offer, dueAt);
  }

  /** A step that called somebody is left without its outcome. */
  public void cancelled(DelegateExecution execution) {
    hold(execution);
    String activityInstanceId = execution.getActivityInstanceId();
    orders.drop(activityInstanceId);
    offers.notAwaited(activityInstanceId);
  }

  /** Refusals reach the caller as bad requests, in words. */
  private static JavaDelegate refusing(Consumer<DelegateExecution> step) {
    return execution -> inWords(() -> step.accept(execution));
  }

  private static void inWords(Runnable step) {
    try {
      step.run();
    } catch (Refusal e) {
      throw new BadUserRequestException(e.getMessage(), e);
    }
  }

  private static Refusal invalid(String words) {
    return new Refusal(Refusal.Kind.INVALID, words);
  }
}
