package dev.baton.dispatch;

import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import dev.baton.transfer.Plan;
import dev.baton.transfer.TargetKind;
import dev.baton.transfer.TargetKinds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Takes back what targets may still accept. */
final class WithdrawOffers implements Performer {

  private final TargetKinds kinds;
  private final OtherBots otherBots;
  private final Conversations conversations;
  private final Transfers transfers;
  private final Offers offers;
  private final Orders orders;
  private final Acceptance acceptance;
  private final Handovers handovers;
  private final Executor threads;

  /**
   * Withdraws.
   *
   * @param threads where what a target is found to have is written down
   */
  WithdrawOffers(
      TargetKinds kinds,
      OtherBots otherBots,
      Conversations conversations,
      Transfers transfers,
      Offers offers,
      Orders orders,
      Acceptance acceptance,
      Handovers handovers,
      Executor threads) {
    this.kinds = kinds;
    this.otherBots = otherBots;
    this.conversations = conversations;
    this.transfers = transfers;
    this.offers = offers;
    this.orders = orders;
    this.acceptance = acceptance;
    this.handovers = handovers;
    this.threads = threads;
  }

  @Override
  public OrderKind kind() {
    return OrderKind.TARGET_WITHDRAW;
  }

  @Override
  public Set<String> systems(Order order, Conversation conversation) {
    return toBeTakenBack(order).stream()
        .map(attempt -> Bots.system(kinds, attempt.target()))
        .collect(Collectors.toSet());
  }

  /** Somebody may have accepted: that is worth the time that a withdrawal has anyway. */
  @Override
  public WhenDown whenDown(Order order) {
    return limit(order) == null ? WhenDown.WAIT : WhenDown.TRY_ON;
  }

  @Override
  public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
    // Read before the offers: who wins between the two is still taken for one that may win, and not
    // released.
    ConversationState state = conversations.find(conversation.key()).orElse(conversation).state();
    Optional<Transfer> transfer = transfers.latest(conversation.key());
    boolean undecided =
        state == ConversationState.TRANSFERRING
            && transfer.filter(latest -> latest.winner() == null).isPresent();
    long known = transfer.map(Transfer::id).orElse(0L);
    Predicate<Attempt> mayWin =
        attempt ->
            order.offerId() == null
                && (attempt.transferId() > known || (attempt.transferId() == known && undecided));
    // Read before the offers, too: one that has been made between the two has its reference.
    Set<Long> beingMade = orders.offersBeingMade(conversation.key());
    List<Attempt> open =
        toBeTakenBack(order).stream()
            // What a step of the process waits for is not taken back behind its back.
            .filter(
                attempt ->
                    order.taskId() != null || attempt.taskId() == null || !mayWin.test(attempt))
            .toList();
    if (open.isEmpty()) {
      return keepForWinner(order, transfer)
          .thenApply(kept -> (locked, awaited) -> acceptance.settled(locked.key()));
    }
    if (open.stream().map(Attempt::id).anyMatch(beingMade::contains)) {
      return CompletableFuture.failedFuture(new Fault.NotYet());
    }
    Map<Long, OfferStatus> results = new ConcurrentHashMap<>();
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    for (Attempt attempt : open) {
      calls.add(
          withdraw(attempt, conversation, !mayWin.test(attempt))
              .thenAccept(result -> results.put(attempt.id(), result)));
    }
    return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
        .thenApply(done -> withdrawn(open, results));
  }

  /**
   * Somebody accepted after an earlier try had taken the offer back in part, and that try was not
   * seen to its end: only the target itself can give the winner the whole of it.
   */
  private CompletableFuture<?> keepForWinner(Order order, Optional<Transfer> transfer) {
    boolean triedBefore = order.attempts() > 0 || order.repeated() || order.offerId() != null;
    Optional<Attempt> winner =
        transfer
            .filter(t -> triedBefore)
            .flatMap(t -> Optional.ofNullable(t.winner()))
            .map(offers::byId);
    String reference = winner.map(Attempt::reference).orElse(null);
    Optional<TargetKind> kind = winner.flatMap(attempt -> kinds.of(attempt.target()));
    return reference == null || kind.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : kind.get().withdraw(winner.get().placed(reference));
  }

  private List<Attempt> toBeTakenBack(Order order) {
    Long only = order.offerId();
    return only == null
        ? offers.open(order.conversationKey())
        : Stream.of(offers.byId(only))
            .filter(attempt -> attempt.state() == Attempt.State.ABANDONED)
            .toList();
  }

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
   * The transfer goes on without what cannot be taken back in time, and that is taken back in the
   * background: who was asked may still accept, and is told that it is too late; what was refused
   * would stay open; and who accepted meanwhile is to have the whole of the offer. Only after the
   * transfer, when nobody waits, an operator is asked.
   */
  @Override
  public Optional<Settlement> givenUp(Order order, Fault fault) {
    List<Attempt> open = offers.open(order.conversationKey());
    boolean harmless = open.stream().allMatch(WithdrawOffers::refused);
    if (!harmless && limit(order) == null) {
      return Optional.empty();
    }
    return Optional.of(
        (conversation, awaited) -> {
          for (Attempt attempt : open) {
            Outcome outcome = refused(attempt) ? attempt.outcome() : null;
            if (outcome != null && !fault.retryable()) {
              acceptance.withdrawn(conversation, attempt.id());
            } else {
              offers.abandoned(attempt, outcome == null ? Outcome.IN_DOUBT : outcome);
              orders.placeWithdrawal(attempt);
            }
          }
          transfers
              .latest(conversation.key())
              .flatMap(transfer -> Optional.ofNullable(transfer.winner()))
              .map(offers::byId)
              .ifPresent(orders::placeWithdrawal);
          return acceptance.settled(conversation.key());
        });
  }

  /** One that is still {@code ASKING} failed to be made: its target may have it and accept. */
  private static boolean refused(Attempt attempt) {
    return attempt.outcome() != null && attempt.state() == Attempt.State.OPEN;
  }

  private CompletableFuture<OfferStatus> withdraw(
      Attempt attempt, Conversation conversation, boolean forGood) {
    Optional<TargetKind> served = kinds.of(attempt.target());
    if (served.isEmpty()) {
      return otherBots.end(attempt, conversation);
    }
    TargetKind kind = served.get();
    String reference = attempt.reference();
    if (reference != null) {
      return withdraw(kind, attempt.placed(reference), forGood);
    }
    if (attempt.ahead(Instant.now())) {
      return CompletableFuture.completedFuture(new OfferStatus.Withdrawn());
    }
    Offer offer = new Offer(attempt.offerKey(), attempt.target(), handovers.of(conversation));
    return kind.find(offer)
        .thenComposeAsync(
            found ->
                found
                    .map(known -> withdraw(kind, found(attempt, known), forGood))
                    .orElseGet(
                        () -> CompletableFuture.completedFuture(new OfferStatus.Withdrawn())),
            threads)
        .exceptionallyCompose(
            failure ->
                Fault.offerOver(failure)
                    .map(
                        over ->
                            CompletableFuture.<OfferStatus>completedFuture(
                                new OfferStatus.Refused(over.outcome())))
                    .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  /** Written down at once: the target has it, whether it can be taken back or not. */
  private PlacedOffer found(Attempt attempt, String reference) {
    conversations.locked(
        attempt.conversationKey(),
        conversation -> {
          offers.found(attempt, reference);
          return null;
        });
    return attempt.placed(reference);
  }

  private CompletableFuture<OfferStatus> withdraw(
      TargetKind kind, PlacedOffer offer, boolean forGood) {
    return kind.withdraw(offer)
        .thenCompose(
            status ->
                forGood && status instanceof OfferStatus.Accepted
                    ? kind.release(offer).thenApply(done -> new OfferStatus.Withdrawn())
                    : CompletableFuture.completedFuture(status));
  }

  private Settlement withdrawn(List<Attempt> open, Map<Long, OfferStatus> results) {
    return (conversation, awaited) -> {
      for (Attempt attempt : open) {
        OfferStatus status = Objects.requireNonNull(results.get(attempt.id()));
        if (attempt.state() == Attempt.State.ABANDONED) {
          offers.takenBack(attempt.id());
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
