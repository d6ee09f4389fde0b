package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.bots.Target;
import dev.baton.transfer.Availability;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import dev.baton.transfer.TargetKind;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whoever can be reached through an org's Omni-Channel: agent queues ({@code
 * Salesforce:Core:Queue:Id}), agents with a skill ({@code Salesforce:Core:Skill:Id}), a given agent
 * ({@code Baton:Agent:Id}), and whoever a flow finds ({@code Salesforce:Core:Flow:Id}).
 *
 * <p>One kind for all of them, since all end as a work item, as a rule a Case, whose acceptance is
 * read from AgentWork: the open offers of an org cost two queries, whatever their types.
 *
 * <p>An offer in doubt is found again by the Case's subject, which carries the offer's key. One gap
 * stays: a create that Salesforce finishes only after the repeat has looked makes a second Case. A
 * {@linkplain CaseSettings#keyField key field} closes it for queues.
 *
 * <p>Thread-safe.
 */
public final class SalesforceTarget implements TargetKind {

  /** The org, among the systems behind targets. */
  public static final String SYSTEM = "org";

  private static final Logger log = LoggerFactory.getLogger(SalesforceTarget.class);

  private final Cases cases;
  private final OmniRecords omni;
  private final Map<String, Route> routes;

  public SalesforceTarget(SalesforceClient salesforce, TargetSettings settings) {
    this(salesforce, settings, Clock.systemUTC());
  }

  SalesforceTarget(SalesforceClient salesforce, TargetSettings settings, Clock clock) {
    this.cases = new Cases(salesforce, settings.cases());
    this.omni = new OmniRecords(salesforce);
    ServiceChannel channel = new ServiceChannel(salesforce, settings.serviceChannelId(), clock);
    RoutedCases routed = new RoutedCases(salesforce, cases, omni);
    Map<String, Route> all =
        Map.of(
            Target.QUEUE, new QueueRoute(salesforce, cases),
            Target.SKILL, new SkillRoute(salesforce, channel, routed),
            Target.FLOW, new FlowRoute(salesforce, cases, settings.flows(), clock),
            TargetSettings.AGENT, new AgentRoute(salesforce, channel, routed, settings.agents()));
    this.routes = new ConcurrentHashMap<>(all);
    this.routes.keySet().retainAll(settings.types());
  }

  @Override
  public boolean serves(Target target) {
    return routes.containsKey(target.type());
  }

  @Override
  public String system(Target target) {
    return SYSTEM;
  }

  @Override
  public CompletableFuture<Availability> availability(Target target) {
    return route(target).availability(target);
  }

  @Override
  public CompletableFuture<String> offer(Offer offer) {
    return route(offer.target()).offer(offer);
  }

  @Override
  public CompletableFuture<Optional<String>> find(Offer offer) {
    return route(offer.target()).find(offer);
  }

  private Route route(Target target) {
    Route route = routes.get(target.type());
    if (route == null) {
      throw new IllegalArgumentException("Targets of this type are not served: " + target.type());
    }
    return route;
  }

  @Override
  public CompletableFuture<Map<String, OfferStatus>> status(List<PlacedOffer> offers) {
    List<String> items =
        offers.stream()
            .map(PlacedOffer::reference)
            .filter(SalesforceClient::isId)
            .distinct()
            .toList();
    // In this order: an item leaves the waiting line when it is accepted. Asked the other way
    // round, an acceptance between the two queries would look like an item that nobody wants.
    return omni.pending(items)
        .thenCompose(
            pending ->
                omni.agentWork(items)
                    .thenApply(
                        work ->
                            offers.stream()
                                .collect(
                                    Collectors.toMap(
                                        PlacedOffer::key, offer -> judge(offer, pending, work)))));
  }

  private OfferStatus judge(
      PlacedOffer offer, Map<String, List<JsonNode>> pending, Map<String, List<JsonNode>> work) {
    Route route = route(offer.target());
    Optional<OfferStatus> known = route.known(offer.reference());
    if (known.isPresent()) {
      return known.get();
    }
    if (!SalesforceClient.isId(offer.reference())) {
      return new OfferStatus.Refused(Outcome.ERROR);
    }
    String item = OmniRecords.canonical(offer.reference());
    return OmniWork.status(
        work.getOrDefault(item, List.of()), pending.containsKey(item) && !route.asksOneOnly());
  }

  /**
   * Takes the item out of the waiting line and closes the Case, unless an agent has it. Whom the
   * Case belongs to does not matter: a declined skill item stays with its decliner. An agent whose
   * console still rings at this moment may accept afterwards, and then finds a closed Case.
   */
  @Override
  public CompletableFuture<OfferStatus> withdraw(PlacedOffer offer) {
    String id = offer.reference();
    Route route = route(offer.target());
    Optional<OfferStatus> known = route.known(id);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(
          known.get() instanceof OfferStatus.Accepted taken ? taken : new OfferStatus.Withdrawn());
    }
    if (!SalesforceClient.isId(id)) {
      return CompletableFuture.failedFuture(notAnItem());
    }
    return omni.accepted(id)
        .thenCompose(
            before ->
                before.isPresent()
                    ? keeps(id, cases::openIfClosed, before.get())
                    : (route.ownsLine() ? omni.leaveLine(id) : Recovery.done())
                        .thenCompose(left -> close(id)));
  }

  private CompletableFuture<OfferStatus> close(String id) {
    return (Cases.isCase(id)
            ? cases
                .close(id)
                .exceptionallyCompose(
                    Recovery.after(
                        SalesforceException.NotFound.class::isInstance, gone -> isGone(id, gone)))
            : Recovery.done())
        .thenCompose(closed -> omni.accepted(id))
        .thenCompose(
            since ->
                since.isPresent()
                    ? keeps(id, cases::open, since.get())
                    : CompletableFuture.completedFuture(new OfferStatus.Withdrawn()));
  }

  /** The org says so of what our user may not see as well, and that rings on. */
  private CompletableFuture<Void> isGone(String id, SalesforceException gone) {
    return omni.pending(List.of(id))
        .thenCompose(
            pending -> pending.isEmpty() ? Recovery.done() : CompletableFuture.failedFuture(gone));
  }

  /** The agent has the conversation, and is to find its Case open. */
  private CompletableFuture<OfferStatus> keeps(
      String id, Function<String, CompletableFuture<Void>> open, OfferStatus accepted) {
    return (Cases.isCase(id) ? open.apply(id) : Recovery.done())
        .handle(
            (opened, fault) -> {
              if (fault != null) {
                // That somebody has the conversation is what counts, whatever the Case says.
                log.warn("Case {} was accepted while it was withdrawn and stays closed", id, fault);
              }
              return accepted;
            });
  }

  /** Closes the Case under the agent's hands: the console shows why nothing more comes. */
  @Override
  public CompletableFuture<Void> release(PlacedOffer offer) {
    String id = offer.reference();
    if (Cases.isCase(id)) {
      return cases
          .close(id)
          .exceptionallyCompose(
              Recovery.after(
                  SalesforceException.NotFound.class::isInstance,
                  gone -> {
                    log.warn("Case {} is gone, or hidden from our user, and is not closed", id);
                    return Recovery.done();
                  }));
    }
    if (SalesforceClient.isId(id) || route(offer.target()).known(id).isPresent()) {
      log.warn("What a flow has done with offer {} cannot be taken back", offer.key());
      return Recovery.done();
    }
    return CompletableFuture.failedFuture(notAnItem());
  }

  /**
   * Adds the message to the Case, for agents only. A text that is too long for one comment becomes
   * several. Fails for what is no Case: there is no place in it for a text.
   */
  @Override
  public CompletableFuture<Void> deliver(PlacedOffer offer, HeldMessage message, boolean repeated) {
    return Cases.isCase(offer.reference())
        ? cases.add(offer.reference(), message, repeated)
        : CompletableFuture.failedFuture(notAnItem());
  }

  private static SalesforceException notAnItem() {
    return new SalesforceException.Misconfigured("The reference is no id of a Case", null);
  }
}
