package dev.baton.engine;

import dev.baton.conversation.Conversations;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Rounds;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.transfer.Plan;
import dev.baton.transfer.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.JavaDelegate;
import org.camunda.bpm.engine.delegate.VariableScope;
import org.camunda.bpm.engine.variable.Variables;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of a transfer do: whom to ask, in which order, and for how long. Only local
 * things, in the engine's transaction. Thread-safe.
 */
public final class TransferSteps {

  /** The type of the incident that a routing policy causes which cannot be applied. */
  public static final String BROKEN_POLICY = "routingPolicy";

  /** The offers of the round that begins in this transaction. */
  private static final String ROUND = "batonRound";

  private final HeldConversation held;
  private final Conversations conversations;
  private final Transfers transfers;
  private final Offers offers;
  private final Planner planner;
  private final Rounds rounds;

  /** Of these stores. */
  public TransferSteps(
      Conversations conversations,
      Transfers transfers,
      Offers offers,
      Planner planner,
      Rounds rounds) {
    this.held = new HeldConversation(conversations);
    this.conversations = conversations;
    this.transfers = transfers;
    this.offers = offers;
    this.planner = planner;
    this.rounds = rounds;
  }

  /** Takes up the escalation: from here on the bot has an answer to come. */
  public JavaDelegate takeUpEscalation() {
    return HeldConversation.refusing(
        execution -> {
          held.by(execution);
          noOffersYet(execution);
        });
  }

  /** Applies the routing policy to the escalation. */
  public JavaDelegate applyPolicy() {
    return HeldConversation.refusing(execution -> plan(execution, escalation(execution)));
  }

  private Transfer escalation(DelegateExecution execution) {
    return transfers
        .latest(held.by(execution))
        .orElseThrow(
            () -> HeldConversation.invalid("The bot did not escalate: nobody is to be asked."));
  }

  private Plan plan(DelegateExecution execution, Transfer transfer) {
    Plan plan =
        planner.route(
            conversations.held(transfer.conversationKey()),
            transfer,
            offers.before(transfer),
            strategy(execution));
    String fault = plan.fault();
    if (fault != null) {
      // Lasts as long as the transfer does, and stops nothing.
      execution.createIncident(BROKEN_POLICY, null, fault);
    }
    return plan;
  }

  /** Begins the next round of offers, if anyone is left to ask and there is time. */
  public JavaDelegate chooseNextRound() {
    return HeldConversation.refusing(
        execution -> {
          Transfer transfer = escalation(execution);
          Plan known = transfer.plan();
          Plan plan = known == null ? plan(execution, transfer) : known;
          noOffersYet(execution);
          BotConversation.ANYONE_LEFT.set(
              execution, !transfer.cancelled() && begin(execution, transfer, plan));
        });
  }

  private boolean begin(DelegateExecution execution, Transfer transfer, Plan plan) {
    String given = BotConversation.PATIENCE_GIVEN.get(execution);
    Optional<Duration> patience =
        rounds.patience(transfer, plan, given == null ? null : Duration.parse(given));
    if (patience.isEmpty()) {
      rounds.outOfTime(transfer, plan);
      return false;
    }
    asks(execution, rounds.begin(transfer, plan), patience.get());
    return true;
  }

  private static void asks(DelegateExecution execution, List<Long> asked, Duration patience) {
    BotConversation.PATIENCE.set(execution, patience.toString());
    execution.setVariable(ROUND, Variables.untypedValue(asked, true));
    // From now on, whichever way the round ends: a timer tells nobody that they still are.
    BotConversation.OFFERS_OPEN.set(execution, true);
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

  /** The strategy that was given at the start; null for none. */
  static @Nullable Strategy strategy(VariableScope scope) {
    String given = BotConversation.STRATEGY.get(scope);
    if (given == null) {
      return null;
    }
    try {
      return Strategy.valueOf(given.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw HeldConversation.invalid("The start variable strategy is neither ordered nor race.");
    }
  }
}
