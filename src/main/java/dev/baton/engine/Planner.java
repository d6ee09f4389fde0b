package dev.baton.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Target;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.engine.RoutingPolicy.Table;
import dev.baton.engine.RoutingPolicy.Unusable;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Limits;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.Plan;
import dev.baton.transfer.Plan.Planned;
import dev.baton.transfer.Strategy;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the plan of an escalation out of the routing policy and what is configured. A policy that
 * cannot be applied does not hold the customer up: then everything is as configured, and the plan
 * says why. Thread-safe.
 */
public final class Planner {

  private static final Logger LOG = LoggerFactory.getLogger(Planner.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a target of which the policy says no rank. */
  private static final int NO_RANK = 0;

  /**
   * What is planned when the policy says nothing else.
   *
   * @param deadline from the bot's escalate on
   * @param reserve what of it is kept back for taking back offers and telling the bot
   */
  public record Defaults(Strategy strategy, Duration deadline, Duration reserve) {}

  private final Transfers transfers;
  private final Offers offers;
  private final DecisionTables tables;
  private final Defaults defaults;
  private final Clock clock;

  /** Of these stores and tables. */
  public Planner(
      Transfers transfers, Offers offers, DecisionTables tables, Defaults defaults, Clock clock) {
    this.transfers = transfers;
    this.offers = offers;
    this.tables = tables;
    this.defaults = defaults;
    this.clock = clock;
  }

  /**
   * Decides how a transfer is routed, and keeps the plan with the transfer. Runs in the transaction
   * that holds the conversation.
   *
   * @param before the offers of the conversation's earlier transfers, oldest first
   * @param strategy what the conversation's start asked for; null for nothing
   */
  public Plan route(
      Conversation conversation,
      Transfer transfer,
      List<Attempt> before,
      @Nullable Strategy strategy) {
    Plan plan = plan(conversation, transfer, before, strategy);
    transfers.planned(transfer, plan);
    offers.notAsked(transfer, 0, plan.skipped(), Outcome.SKIPPED);
    return plan;
  }

  /**
   * Plans a transfer.
   *
   * @param before the offers of the conversation's earlier transfers
   */
  private Plan plan(
      Conversation conversation,
      Transfer transfer,
      List<Attempt> before,
      @Nullable Strategy strategy) {
    try {
      return byPolicy(conversation, transfer, before, strategy);
    } catch (Unusable e) {
      LOG.warn(
          "The routing policy cannot be applied to conversation {}: {}",
          conversation.key(),
          e.getMessage());
      return new Plan(
          strategy == null ? defaults.strategy() : strategy,
          Plan.distinct(transfer.targets()).stream().map(t -> new Planned(t, null)).toList(),
          List.of(),
          new Limits(defaults.deadline(), defaults.reserve()),
          Duration.ZERO,
          null,
          null,
          e.getMessage());
    }
  }

  private Plan byPolicy(
      Conversation conversation,
      Transfer transfer,
      List<Attempt> before,
      @Nullable Strategy strategy) {
    Map<String, @Nullable Object> escalation = new HashMap<>();
    escalation.put(RoutingPolicy.BOT, conversation.botId());
    escalation.put(RoutingPolicy.VARIABLES, variables(conversation.variables()));
    escalation.put(RoutingPolicy.NOW, ZonedDateTime.now(clock));
    escalation.put(RoutingPolicy.FAILURES, conversation.failedTransfers());
    escalation.put(
        RoutingPolicy.TARGETS,
        Plan.distinct(transfer.targets()).stream()
            .map(target -> facts(target, transfer, before))
            .toList());
    Map<String, @Nullable Object> rule =
        tables.ask(Table.TRANSFER, escalation).orElseGet(HashMap::new);

    List<Target> all = new ArrayList<>(transfer.targets());
    all.addAll(or(RoutingPolicy.ADD.of(rule), List.of()));
    List<Target> skipped = new ArrayList<>();
    List<Ranked> asked = new ArrayList<>();
    for (Target target : Plan.distinct(all)) {
      Map<String, @Nullable Object> input = new HashMap<>(escalation);
      input.put(RoutingPolicy.TARGET, facts(target, transfer, before));
      Map<String, @Nullable Object> said = tables.ask(Table.TARGET, input).orElseGet(HashMap::new);
      if (or(RoutingPolicy.SKIP.of(said), false)) {
        skipped.add(target);
      } else {
        asked.add(
            new Ranked(
                or(RoutingPolicy.RANK.of(said), NO_RANK),
                new Planned(target, RoutingPolicy.PATIENCE.of(said))));
      }
    }
    Strategy said = or(RoutingPolicy.STRATEGY.of(rule), defaults.strategy());
    return new Plan(
        strategy == null ? said : strategy,
        // The sort is stable: among equals the bot's order stays.
        asked.stream().sorted(Comparator.comparingInt(Ranked::rank)).map(Ranked::planned).toList(),
        skipped,
        new Limits(or(RoutingPolicy.DEADLINE.of(rule), defaults.deadline()), defaults.reserve()),
        or(RoutingPolicy.HEDGE.of(rule), Duration.ZERO),
        RoutingPolicy.AFTER_FAILURE.of(rule),
        RoutingPolicy.OPENS_AT.of(rule),
        null);
  }

  private record Ranked(int rank, Planned planned) {}

  private static Map<String, @Nullable Object> facts(
      Target target, Transfer transfer, List<Attempt> before) {
    List<Attempt> attempts =
        before.stream()
            .filter(a -> Plan.canonical(a.target()).equals(Plan.canonical(target)))
            .toList();
    Attempt last = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
    Map<String, @Nullable Object> facts = new HashMap<>();
    facts.put("type", target.type());
    facts.put("value", target.value());
    facts.put(
        "availability", transfer.survey().of(target).orElseGet(Availability.Unknown::new).code());
    facts.put("attempts", attempts.size());
    facts.put("lastOutcome", last == null || last.outcome() == null ? null : last.outcome().code());
    return facts;
  }

  private static <T> T or(@Nullable T said, T otherwise) {
    return said == null ? otherwise : said;
  }

  private static Map<String, @Nullable Object> variables(String json) {
    Map<String, @Nullable Object> variables = new HashMap<>();
    try {
      for (JsonNode variable : JSON.readTree(json)) {
        variables.put(
            variable.path("name").asText(),
            JSON.convertValue(variable.path("value"), Object.class));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The start variables cannot be read.", e);
    }
    return variables;
  }
}
