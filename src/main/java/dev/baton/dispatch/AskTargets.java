package dev.baton.dispatch;

import dev.baton.bots.BotAnswer;
import dev.baton.bots.Target;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Token.StepResult.Done;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.dispatch.Performer.Settlement;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import dev.baton.transfer.Plan;
import dev.baton.transfer.Survey;
import dev.baton.transfer.TargetKind;
import dev.baton.transfer.TargetKinds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers a session to targets, and takes offers back. */
final class AskTargets {

  private static final Logger LOG = LoggerFactory.getLogger(AskTargets.class);

  private final TargetKinds kinds;
  private final OtherBots otherBots;
  private final Conversations conversations;
  private final Transfers transfers;
  private final Orders orders;
  private final Acceptance acceptance;
  private final Handovers handovers;

  AskTargets(
      TargetKinds kinds,
      OtherBots otherBots,
      Conversations conversations,
      Transfers transfers,
      Orders orders,
      Acceptance acceptance,
      Handovers handovers) {
    this.kinds = kinds;
    this.otherBots = otherBots;
    this.conversations = conversations;
    this.transfers = transfers;
    this.orders = orders;
    this.acceptance = acceptance;
    this.handovers = handovers;
  }

  List<Performer> performers() {
    return List.of(new AskAvailability(), new MakeOffer(), new WithdrawOffers());
  }

  /**
   * Asks all targets of an escalation whether they are available, as far as that can change whom to
   * ask first. No answer in time is an answer, too: the customer waits.
   */
  private final class AskAvailability implements Performer {

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    @Override
    public OrderKind kind() {
      return OrderKind.TARGET_AVAILABILITY;
    }

    /** A target whose system is down is one of which nothing is known: nothing fails here. */
    @Override
    public Set<String> systems(Order order, Conversation conversation) {
      return Set.of();
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      Transfer transfer = transfers.current(conversation.key());
      List<Target> targets = Plan.distinct(transfer.targets());
      Map<Target, Availability> answers = new ConcurrentHashMap<>();
      List<CompletableFuture<Void>> calls =
          targets.size() < 2
              ? List.of()
              : targets.stream()
                  .map(target -> ask(target).thenAccept(answer -> answers.put(target, answer)))
                  .toList();
      return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
          .thenApply(
              done ->
                  (locked, awaited) -> {
                    transfers.surveyed(transfer, new Survey(answers));
                    return new Done();
                  });
    }

    private CompletableFuture<Availability> ask(Target target) {
      return kinds
          .of(target)
          .map(kind -> kind.availability(target))
          .orElseGet(
              () ->
                  CompletableFuture.completedFuture(
                      otherBots.serve(target)
                          ? new Availability.Available()
                          : new Availability.Unavailable(Outcome.UNSUPPORTED)))
          .thenApply(answer -> answer)
          .completeOnTimeout(new Availability.Unknown(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionally(
              failure -> {
                LOG.info("A target's availability is unknown: {}", Fault.of(failure).text());
                return new Availability.Unknown();
              });
    }
  }

  private final class MakeOffer implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.TARGET_OFFER;
    }

    @Override
    public Set<String> systems(Order order, Conversation conversation) {
      return Set.of(system(transfers.offer(Objects.requireNonNull(order.offerId())).target()));
    }

    /** The customer waits for whoever is asked next. */
    @Override
    public WhenDown whenDown(Order order) {
      return WhenDown.GIVE_UP;
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      Attempt attempt = transfers.offer(Objects.requireNonNull(order.offerId()));
      if (!attempt.open()) {
        // An operator moved the token back here: what is over stays over.
        return CompletableFuture.completedFuture(
            (locked, awaited) -> acceptance.settled(locked.key()));
      }
      Optional<TargetKind> kind = kinds.of(attempt.target());
      CompletableFuture<Settlement> made;
      if (kind.isPresent()) {
        made = make(kind.get(), attempt, order, conversation);
      } else if (otherBots.serve(attempt.target())) {
        made =
            otherBots
                .start(attempt.target(), conversation)
                .thenApply(answer -> started(attempt, answer));
      } else {
        made = CompletableFuture.completedFuture(refused(attempt, Outcome.UNSUPPORTED, null));
      }
      return made.exceptionallyCompose(
          failure ->
              over(failure)
                  .map(
                      over ->
                          CompletableFuture.completedFuture(
                              refused(attempt, over.outcome(), over.getMessage())))
                  .orElseGet(() -> CompletableFuture.failedFuture(failure)));
    }

    private CompletableFuture<Settlement> make(
        TargetKind kind, Attempt attempt, Order order, Conversation conversation) {
      Offer offer = new Offer(attempt.offerKey(), attempt.target(), handovers.of(conversation));
      CompletableFuture<Optional<String>> made =
          order.repeated() ? kind.find(offer) : CompletableFuture.completedFuture(Optional.empty());
      return made.thenCompose(
          reference ->
              reference
                  .map(known -> CompletableFuture.completedFuture(opened(attempt, known)))
                  .orElseGet(() -> ask(kind, attempt, offer)));
    }

    private CompletableFuture<Settlement> ask(TargetKind kind, Attempt attempt, Offer offer) {
      return availability(kind, attempt)
          .thenCompose(
              availability ->
                  availability instanceof Availability.Unavailable no
                      ? CompletableFuture.completedFuture(
                          refused(attempt, no.outcome(), no.detail()))
                      : kind.offer(offer).thenApply(reference -> opened(attempt, reference)));
    }

    /** What was asked for the whole escalation need not be asked again right after that. */
    private CompletableFuture<Availability> availability(TargetKind kind, Attempt attempt) {
      return Optional.of(attempt)
          .filter(a -> a.round() == 1)
          .flatMap(a -> transfers.current(a.conversationKey()).survey().of(a.target()))
          .map(CompletableFuture::completedFuture)
          .orElseGet(() -> kind.availability(attempt.target()));
    }

    private Settlement opened(Attempt attempt, String reference) {
      return (conversation, awaited) -> {
        transfers.opened(attempt.id(), reference);
        if (!awaited && transfers.offer(attempt.id()).open()) {
          acceptance.takeBack(conversation.key());
        }
        return null;
      };
    }

    private Settlement started(Attempt attempt, BotAnswer answer) {
      return (conversation, awaited) -> {
        transfers.opened(attempt.id(), Objects.requireNonNull(answer.sessionId()));
        otherBots.started(attempt, answer);
        return acceptance.acceptedAtOnce(conversation, attempt.id());
      };
    }

    private Settlement refused(Attempt attempt, Outcome outcome, @Nullable String detail) {
      return (conversation, awaited) -> {
        transfers.over(attempt.id(), outcome, detail);
        return acceptance.settled(conversation.key());
      };
    }

    /** A target that cannot be asked is not an incident: the next one is asked. */
    @Override
    public Optional<Settlement> givenUp(Order order, Fault fault) {
      Attempt attempt = transfers.offer(Objects.requireNonNull(order.offerId()));
      if (fault.mayHaveBeenProcessed() || order.repeated()) {
        // The target may have it all the same: the withdrawal that follows looks for it.
        return Optional.of(
            (conversation, awaited) -> {
              transfers.refused(attempt.id(), Outcome.ERROR, fault.text());
              return acceptance.settled(conversation.key());
            });
      }
      return Optional.of(refused(attempt, Outcome.ERROR, fault.text()));
    }
  }

  private final class WithdrawOffers implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.TARGET_WITHDRAW;
    }

    @Override
    public Set<String> systems(Order order, Conversation conversation) {
      return toBeTakenBack(order).stream()
          .map(attempt -> system(attempt.target()))
          .collect(Collectors.toSet());
    }

    /** Somebody may have accepted: that is worth the time that a withdrawal has anyway. */
    @Override
    public WhenDown whenDown(Order order) {
      return limit(order) == null ? WhenDown.WAIT : WhenDown.TRY_ON;
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      List<Attempt> open = toBeTakenBack(order);
      if (open.isEmpty()) {
        return CompletableFuture.completedFuture(
            (locked, awaited) -> acceptance.settled(locked.key()));
      }
      if (open.stream().anyMatch(attempt -> orders.offerBeingMade(attempt.id()))) {
        return CompletableFuture.failedFuture(new Fault.NotYet());
      }
      Transfer transfer = transfers.current(conversation.key());
      boolean forGood =
          transfer.winner() != null
              || conversation.state() != ConversationState.TRANSFERRING
              || order.offerId() != null;
      Map<Long, TakenBack> results = new ConcurrentHashMap<>();
      List<CompletableFuture<Void>> calls = new ArrayList<>();
      for (Attempt attempt : open) {
        calls.add(
            withdraw(attempt, conversation, forGood)
                .thenAccept(result -> results.put(attempt.id(), result)));
      }
      return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
          .thenApply(done -> withdrawn(open, results));
    }

    private List<Attempt> toBeTakenBack(Order order) {
      Long only = order.offerId();
      return only == null
          ? transfers.openOffers(order.conversationKey())
          : Stream.of(transfers.offer(only))
              .filter(attempt -> attempt.state() == Attempt.State.ABANDONED)
              .toList();
    }

    /**
     * What came of taking an offer back.
     *
     * @param reference by which its target knows it; null when the target never had it
     */
    private record TakenBack(OfferStatus status, @Nullable String reference) {}

    /** While the customer waits for a person, a withdrawal that hangs must not hold them up. */
    @Override
    public @Nullable Instant limit(Order order) {
      if (order.taskId() == null) {
        return null;
      }
      Plan plan = transfers.latest(order.conversationKey()).map(Transfer::plan).orElse(null);
      boolean waits =
          conversations
              .find(order.conversationKey())
              .filter(c -> c.state() == ConversationState.TRANSFERRING)
              .isPresent();
      return plan == null || !waits ? null : order.orderedAt().plus(plan.limits().withdrawal());
    }

    /**
     * Offers that were refused hold nobody up. The transfer goes on without one that somebody may
     * still accept; whoever does is told that it is too late. Only after the transfer, when nobody
     * waits, an operator is asked.
     */
    @Override
    public Optional<Settlement> givenUp(Order order, Fault fault) {
      List<Attempt> open = transfers.openOffers(order.conversationKey());
      boolean harmless = open.stream().allMatch(WithdrawOffers::refused);
      if (!harmless && limit(order) == null) {
        return Optional.empty();
      }
      return Optional.of(
          (conversation, awaited) -> {
            for (Attempt attempt : open) {
              if (refused(attempt)) {
                acceptance.withdrawn(conversation, attempt.id());
              } else {
                transfers.abandoned(attempt.id());
                orders.placeWithdrawal(attempt);
              }
            }
            return acceptance.settled(conversation.key());
          });
    }

    private static boolean refused(Attempt attempt) {
      return attempt.outcome() != null && attempt.state() == Attempt.State.OPEN;
    }

    private CompletableFuture<TakenBack> withdraw(
        Attempt attempt, Conversation conversation, boolean forGood) {
      Optional<TargetKind> served = kinds.of(attempt.target());
      if (served.isEmpty()) {
        return otherBots
            .end(attempt, conversation)
            .thenApply(status -> new TakenBack(status, attempt.reference()));
      }
      TargetKind kind = served.get();
      String reference = attempt.reference();
      if (reference != null) {
        return withdraw(kind, placed(attempt, reference), forGood);
      }
      if (attempt.ahead(Instant.now())) {
        return neverHad(new OfferStatus.Withdrawn());
      }
      Offer offer = new Offer(attempt.offerKey(), attempt.target(), handovers.of(conversation));
      return kind.find(offer)
          .thenCompose(
              found ->
                  found
                      .map(known -> withdraw(kind, placed(attempt, known), forGood))
                      .orElseGet(() -> neverHad(new OfferStatus.Withdrawn())))
          .exceptionallyCompose(
              failure ->
                  over(failure)
                      .map(over -> neverHad(new OfferStatus.Refused(over.outcome())))
                      .orElseGet(() -> CompletableFuture.failedFuture(failure)));
    }

    private static CompletableFuture<TakenBack> neverHad(OfferStatus status) {
      return CompletableFuture.completedFuture(new TakenBack(status, null));
    }

    private CompletableFuture<TakenBack> withdraw(
        TargetKind kind, PlacedOffer offer, boolean forGood) {
      return kind.withdraw(offer)
          .thenCompose(
              status ->
                  forGood && status instanceof OfferStatus.Accepted
                      ? kind.release(offer).thenApply(done -> new OfferStatus.Withdrawn())
                      : CompletableFuture.completedFuture(status))
          .thenApply(status -> new TakenBack(status, offer.reference()));
    }

    private Settlement withdrawn(List<Attempt> open, Map<Long, TakenBack> results) {
      return (conversation, awaited) -> {
        for (Attempt attempt : open) {
          TakenBack result = Objects.requireNonNull(results.get(attempt.id()));
          OfferStatus status = result.status;
          if (attempt.reference() == null && result.reference != null) {
            // Only now is it known that the target has it, and it may be the one that keeps it.
            transfers.opened(attempt.id(), result.reference);
          }
          if (attempt.state() == Attempt.State.ABANDONED) {
            transfers.takenBack(attempt.id());
          } else if (status instanceof OfferStatus.Accepted) {
            acceptance.acceptedWhileWithdrawn(conversation, attempt.id());
          } else if (status instanceof OfferStatus.Refused refused) {
            acceptance.refusedWhileWithdrawn(attempt.id(), refused.outcome());
          } else {
            acceptance.withdrawn(conversation, attempt.id());
          }
        }
        return acceptance.settled(conversation.key());
      };
    }
  }

  /** What is no kind's is a bot. */
  private String system(Target target) {
    return kinds
        .of(target)
        .map(kind -> kind.system(target))
        .orElseGet(() -> Bots.system(target.value()));
  }

  /** The end of the offer, when that is what the failed call found. */
  private static Optional<OfferOverException> over(Throwable failure) {
    Throwable e = failure;
    while (e instanceof CompletionException && e.getCause() != null) {
      e = e.getCause();
    }
    return e instanceof OfferOverException over ? Optional.of(over) : Optional.empty();
  }

  /** An offer that its target has. */
  static PlacedOffer placed(Attempt attempt, String reference) {
    return new PlacedOffer(attempt.offerKey(), attempt.target(), reference);
  }
}
