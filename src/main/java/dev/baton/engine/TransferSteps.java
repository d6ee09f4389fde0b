package dev.baton.engine;

import dev.baton.conversation.Conversations;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.Plan;
import dev.baton.transfer.Plan.Planned;
import dev.baton.transfer.Strategy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

  /**
   * How a transfer is made when neither the start nor the routing policy says anything else.
   *
   * @param patience how long a round of offers takes at most
   * @param strategy in which order targets are asked
   * @param deadline how long the customer waits at most, from the bot's escalate on
   * @param reserve what of that no target gets: it is for taking offers back and telling the bot
   */
  public record Defaults(
      Duration patience, Strategy strategy, Duration deadline, Duration reserve) {}

  /** The type of the incident that a routing policy causes which cannot be applied. */
  public static final String BROKEN_POLICY = "routingPolicy";

  /** The offers of the round that begins in this transaction. */
  private static final String ROUND = "batonRound";

  private final HeldConversation held;
  private final Conversations conversations;
  private final Transfers transfers;
  private final Offers offers;
  private final Duration patience;
  private final Planner planner;

  /** Of these stores. */
  public TransferSteps(
      Conversations conversations,
      Transfers transfers,
      Offers offers,
      DecisionTables policy,
      Defaults defaults) {
    this.held = new HeldConversation(conversations);
    this.conversations = conversations;
    this.transfers = transfers;
    this.offers = offers;
    this.patience = defaults.patience();
    this.planner =
        new Planner(
            policy,
            new Planner.Defaults(defaults.strategy(), defaults.deadline(), defaults.reserve()),
            Clock.systemUTC());
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
    return HeldConversation.refusing(
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
            .patience(transfer.escalatedAt(), Instant.now(), wished, this.patience, left.size());
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
