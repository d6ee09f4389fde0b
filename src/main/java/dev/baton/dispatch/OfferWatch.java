package dev.baton.dispatch;

import dev.baton.bots.Target;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Refusal;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.TargetKind;
import dev.baton.transfer.TargetKinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the targets how this node's open offers stand: one question per system behind them. */
final class OfferWatch {

  private static final Logger LOG = LoggerFactory.getLogger(OfferWatch.class);

  private final Offers offers;
  private final TargetKinds kinds;
  private final Acceptance acceptance;
  private final Executor threads;
  private final Set<Asked> underWay = ConcurrentHashMap.newKeySet();

  /** Who is asked one question for all its offers. */
  private record Asked(TargetKind kind, String system) {}

  OfferWatch(Offers offers, TargetKinds kinds, Acceptance acceptance, Executor threads) {
    this.offers = offers;
    this.kinds = kinds;
    this.acceptance = acceptance;
    this.threads = threads;
  }

  /**
   * Looks once, and waits for nobody: who has not answered the last question is not asked another,
   * and keeps nobody else from being asked.
   */
  void look() {
    Map<Asked, List<Attempt>> open = new HashMap<>();
    for (Attempt attempt : offers.watched()) {
      kinds
          .of(attempt.target())
          .map(kind -> new Asked(kind, kind.system(attempt.target())))
          .ifPresent(asked -> open.computeIfAbsent(asked, a -> new ArrayList<>()).add(attempt));
    }
    open.forEach(
        (asked, attempts) -> {
          if (underWay.add(asked)) {
            ask(asked, attempts);
          }
        });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Both its ends are seen to.
  private void ask(Asked asked, List<Attempt> attempts) {
    status(asked.kind, attempts)
        .handleAsync(
            (statuses, failure) -> {
              if (failure != null && Fault.of(failure).kind() == Fault.Kind.NOT_TRIED) {
                LOG.debug("The open offers are not asked after: their system is down.");
              } else if (failure != null) {
                LOG.warn("The open offers cannot be asked after: {}", Fault.of(failure).text());
              } else {
                attempts.forEach(attempt -> answer(attempt, statuses));
              }
              return null;
            },
            threads)
        .whenComplete((done, failure) -> underWay.remove(asked));
  }

  private static CompletableFuture<Map<String, OfferStatus>> status(
      TargetKind kind, List<Attempt> attempts) {
    try {
      return kind.status(
          attempts.stream().map(a -> a.placed(Objects.requireNonNull(a.reference()))).toList());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * A target says by itself where its offer stands. May be repeated.
   *
   * @throws Refusal when it has no such offer, the call that makes the offer is not over yet, or
   *     the offer has ended otherwise
   */
  void told(Target target, String offerKey, OfferStatus status) {
    Attempt attempt =
        offers
            .ofKey(offerKey)
            .filter(offer -> offer.target().equals(target))
            .orElseThrow(() -> new Refusal(Refusal.Kind.UNKNOWN, "There is no such offer."));
    if (attempt.state() == Attempt.State.ASKING && attempt.outcome() == null) {
      throw new Refusal(
          Refusal.Kind.NOT_YET,
          "The answer to the offer itself has not come yet. Say it again in a second.");
    }
    take(attempt, status);
    Outcome outcome = offers.byId(attempt.id()).outcome();
    boolean agrees =
        status instanceof OfferStatus.Waiting
            ? outcome == null
            : status instanceof OfferStatus.Accepted == (outcome == Outcome.ACCEPTED);
    if (!agrees) {
      throw new Refusal(
          Refusal.Kind.OVER,
          outcome == null
              ? "Somebody else has the conversation, or the customer left."
              : "The offer ended otherwise: %s.".formatted(outcome.code()));
    }
  }

  private void take(Attempt attempt, OfferStatus status) {
    if (!(status instanceof OfferStatus.Waiting wait)) {
      acceptance.answered(attempt.conversationKey(), attempt.id(), status);
    } else if (wait.told() && offers.waitsOtherwise(attempt.id(), wait)) {
      acceptance.waits(attempt.conversationKey(), attempt.id(), wait);
    }
  }

  private void answer(Attempt attempt, Map<String, OfferStatus> statuses) {
    OfferStatus status = statuses.get(attempt.offerKey());
    if (status == null) {
      return;
    }
    try {
      take(attempt, status);
    } catch (RuntimeException e) {
      // Asked again at the next look; a suspended process, for instance, takes it then.
      LOG.warn(
          "The answer to an offer of conversation {} cannot be taken yet: {}",
          attempt.conversationKey(),
          e.getMessage());
    }
  }
}
