package dev.baton.conversation;

import dev.baton.transfer.Outcome;
import dev.baton.transfer.Plan;
import dev.baton.transfer.Plan.Planned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rounds in which a transfer's targets are asked. Thread-safe. */
public final class Rounds {

  private final Transfers transfers;
  private final Offers offers;
  private final Duration most;

  /**
   * Of these stores.
   *
   * @param most how long a round takes at most of which nothing is said
   */
  public Rounds(Transfers transfers, Offers offers, Duration most) {
    this.transfers = transfers;
    this.offers = offers;
    this.most = most;
  }

  /** The groups that are asked together, of those whom the transfer has not asked yet. */
  private static List<List<Planned>> left(Transfer transfer, Plan plan) {
    List<List<Planned>> rounds = plan.rounds();
    return rounds.subList(transfer.round(), rounds.size());
  }

  /**
   * How long the next round may take.
   *
   * @param given what the conversation's start says of it; null for nothing
   * @return empty when nobody is left to ask, or there is no time for it
   */
  public Optional<Duration> patience(Transfer transfer, Plan plan, @Nullable Duration given) {
    List<List<Planned>> left = left(transfer, plan);
    return left.isEmpty()
        ? Optional.empty()
        : plan.limits()
            .patience(
                transfer.escalatedAt(),
                Instant.now(),
                given == null ? Plan.patience(left.get(0)) : given,
                most,
                left.size());
  }

  /**
   * Begins the next round.
   *
   * @return its offers
   */
  public List<Long> begin(Transfer transfer, Plan plan) {
    return offers.asked(
        transfer,
        transfers.nextRound(transfer),
        left(transfer, plan).get(0).stream().map(Planned::target).toList(),
        plan.hedge());
  }

  /** There is no time for those who are left: the trail has them all the same. */
  public void outOfTime(Transfer transfer, Plan plan) {
    offers.notAsked(
        transfer,
        transfer.round() + 1,
        left(transfer, plan).stream().flatMap(List::stream).map(Planned::target).toList(),
        Outcome.OUT_OF_TIME);
  }
}
