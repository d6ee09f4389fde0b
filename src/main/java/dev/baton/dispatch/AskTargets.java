package dev.baton.dispatch;

import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.dispatch.Performer.Settlement;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import dev.baton.transfer.TargetKind;
import dev.baton.transfer.TargetKinds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Offers a session to targets, and takes offers back. */
final class AskTargets {

  private final TargetKinds kinds;
  private final Transfers transfers;
  private final Orders orders;
  private final Acceptance acceptance;
  private final Handovers handovers;

  AskTargets(
      TargetKinds kinds,
      Transfers transfers,
      Orders orders,
      Acceptance acceptance,
      Handovers handovers) {
    this.kinds = kinds;
    this.transfers = transfers;
    this.orders = orders;
    this.acceptance = acceptance;
    this.handovers = handovers;
  }

  List<Performer> performers() {
    return List.of(new MakeOffer(), new WithdrawOffers());
  }

  private final class MakeOffer implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.TARGET_OFFER;
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
      if (kind.isEmpty()) {
        return CompletableFuture.completedFuture(refused(attempt, Outcome.UNSUPPORTED, null));
      }
      Offer offer = new Offer(attempt.offerKey(), attempt.target(), handovers.of(conversation));
      CompletableFuture<Optional<String>> made =
          order.repeated()
              ? kind.get().find(offer)
              : CompletableFuture.completedFuture(Optional.empty());
      return made.thenCompose(
              reference ->
                  reference
                      .map(known -> CompletableFuture.completedFuture(opened(attempt, known)))
                      .orElseGet(() -> ask(kind.get(), attempt, offer)))
          .exceptionallyCompose(
              failure ->
                  over(failure)
                      .map(
                          over ->
                              CompletableFuture.completedFuture(
                                  refused(attempt, over.outcome(), over.getMessage())))
                      .orElseGet(() -> CompletableFuture.failedFuture(failure)));
    }

    private CompletableFuture<Settlement> ask(TargetKind kind, Attempt attempt, Offer offer) {
      return kind.availability(attempt.target())
          .thenCompose(
              availability ->
                  availability instanceof Availability.Unavailable no
                      ? CompletableFuture.completedFuture(
                          refused(attempt, no.outcome(), no.detail()))
                      : kind.offer(offer).thenApply(reference -> opened(attempt, reference)));
    }

    private Settlement opened(Attempt attempt, String reference) {
      return (conversation, awaited) -> {
        transfers.opened(attempt.id(), reference);
        if (!awaited) {
          acceptance.takeBack(conversation.key());
        }
        return null;
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
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      List<Attempt> open = transfers.openOffers(conversation.key());
      if (open.isEmpty()) {
        return CompletableFuture.completedFuture(
            (locked, awaited) -> acceptance.settled(locked.key()));
      }
      if (open.stream().anyMatch(attempt -> orders.offerBeingMade(attempt.id()))) {
        return CompletableFuture.failedFuture(new Fault.NotYet());
      }
      Transfer transfer = transfers.current(conversation.key());
      boolean forGood =
          transfer.winner() != null || conversation.state() != ConversationState.TRANSFERRING;
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

    /**
     * What came of taking an offer back.
     *
     * @param reference by which its target knows it; null when the target never had it
     */
    private record TakenBack(OfferStatus status, @Nullable String reference) {}

    /** Offers that were refused hold nobody up; one that somebody may still accept does. */
    @Override
    public Optional<Settlement> givenUp(Order order, Fault fault) {
      List<Attempt> open = transfers.openOffers(order.conversationKey());
      boolean harmless =
          open.stream().allMatch(a -> a.outcome() != null && a.state() == Attempt.State.OPEN);
      if (!harmless) {
        return Optional.empty();
      }
      return Optional.of(
          (conversation, awaited) -> {
            open.forEach(attempt -> acceptance.withdrawn(conversation, attempt.id()));
            return acceptance.settled(conversation.key());
          });
    }

    private CompletableFuture<TakenBack> withdraw(
        Attempt attempt, Conversation conversation, boolean forGood) {
      TargetKind kind = kinds.of(attempt.target()).orElseThrow();
      String reference = attempt.reference();
      if (reference != null) {
        return withdraw(kind, placed(attempt, reference), forGood);
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
          if (status instanceof OfferStatus.Accepted) {
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
