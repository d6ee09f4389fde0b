package dev.baton.dispatch;

import dev.baton.bots.BotAnswer;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Offers.InTransfer;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Transfer;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Offer;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.TargetKind;
import dev.baton.transfer.TargetKinds;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Offers the session to a target. */
final class MakeOffer implements Performer {

  private final TargetKinds kinds;
  private final OtherBots otherBots;
  private final Offers offers;
  private final Acceptance acceptance;
  private final Handovers handovers;

  MakeOffer(
      TargetKinds kinds,
      OtherBots otherBots,
      Offers offers,
      Acceptance acceptance,
      Handovers handovers) {
    this.kinds = kinds;
    this.otherBots = otherBots;
    this.offers = offers;
    this.acceptance = acceptance;
    this.handovers = handovers;
  }

  @Override
  public OrderKind kind() {
    return OrderKind.TARGET_OFFER;
  }

  @Override
  public Set<String> systems(Order order, Conversation conversation) {
    Attempt attempt = offers.byId(Objects.requireNonNull(order.offerId()));
    return Set.of(Bots.system(kinds, attempt.target()));
  }

  /** The customer waits for whoever is asked next. */
  @Override
  public WhenDown whenDown(Order order) {
    return WhenDown.GIVE_UP;
  }

  @Override
  public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
    InTransfer asked = offers.inTransfer(Objects.requireNonNull(order.offerId()));
    Transfer transfer = asked.transfer();
    Attempt attempt = asked.offer();
    if (!attempt.open()) {
      // An operator moved the token back here: what is over stays over.
      return CompletableFuture.completedFuture(
          (locked, awaited) -> acceptance.settled(locked.key()));
    }
    Optional<TargetKind> kind = kinds.of(attempt.target());
    CompletableFuture<Settlement> made;
    if (kind.isPresent()) {
      Offer offer =
          new Offer(
              attempt.offerKey(),
              attempt.target(),
              handovers.of(conversation, Optional.of(transfer), asked.all()));
      made = make(kind.get(), attempt, offer, transfer, order.repeated());
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
            Fault.offerOver(failure)
                .map(
                    over ->
                        CompletableFuture.completedFuture(
                            refused(attempt, over.outcome(), over.getMessage())))
                .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  private CompletableFuture<Settlement> make(
      TargetKind kind, Attempt attempt, Offer offer, Transfer transfer, boolean repeated) {
    CompletableFuture<Optional<String>> made =
        repeated ? kind.find(offer) : CompletableFuture.completedFuture(Optional.empty());
    return made.thenCompose(
        reference ->
            reference
                .map(known -> CompletableFuture.completedFuture(opened(kind, attempt, known)))
                .orElseGet(() -> ask(kind, attempt, offer, transfer)));
  }

  private CompletableFuture<Settlement> ask(
      TargetKind kind, Attempt attempt, Offer offer, Transfer transfer) {
    return availability(kind, attempt, transfer)
        .thenCompose(
            availability ->
                availability instanceof Availability.Unavailable no
                    ? CompletableFuture.completedFuture(refused(attempt, no.outcome(), no.detail()))
                    : kind.offer(offer).thenApply(reference -> opened(kind, attempt, reference)));
  }

  /** What was asked for the whole escalation need not be asked again right after that. */
  private static CompletableFuture<Availability> availability(
      TargetKind kind, Attempt attempt, Transfer transfer) {
    return Optional.of(attempt)
        .filter(a -> a.round() == 1 && kind.tellsAvailability())
        .flatMap(a -> transfer.survey().of(a.target()))
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> kind.availability(attempt.target()));
  }

  private Settlement opened(TargetKind kind, Attempt attempt, String reference) {
    return (conversation, awaited) -> {
      boolean open = offers.opened(attempt, reference);
      if (kind.acceptedAtOnce(reference)) {
        return acceptance.acceptedAtOnce(conversation, attempt, open);
      }
      if (!awaited && open) {
        acceptance.takeBack(conversation.key());
      }
      return null;
    };
  }

  private Settlement started(Attempt attempt, BotAnswer answer) {
    return (conversation, awaited) -> {
      boolean open = offers.opened(attempt, Objects.requireNonNull(answer.sessionId()));
      otherBots.started(attempt, answer);
      return acceptance.acceptedAtOnce(conversation, attempt, open);
    };
  }

  private Settlement refused(Attempt attempt, Outcome outcome, @Nullable String detail) {
    return (conversation, awaited) -> {
      offers.over(attempt, outcome, detail);
      return acceptance.settled(conversation.key());
    };
  }

  /** A target that cannot be asked is not an incident: the next one is asked. */
  @Override
  public Optional<Settlement> givenUp(Order order, Fault fault) {
    Attempt attempt = offers.byId(Objects.requireNonNull(order.offerId()));
    if (fault.mayHaveBeenProcessed() || order.repeated()) {
      // The target may have it all the same: the withdrawal that follows looks for it.
      return Optional.of(
          (conversation, awaited) -> {
            offers.refused(attempt, Outcome.ERROR, fault.text());
            return acceptance.settled(conversation.key());
          });
    }
    return Optional.of(refused(attempt, Outcome.ERROR, fault.text()));
  }
}
