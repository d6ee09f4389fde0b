package dev.baton.transfer;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one deadline of a customer who waits for a person, and how it is shared out: each round gets
 * an equal share of what is left when it begins, so that unused seconds pass on; the last of it is
 * kept back for taking offers back and telling the bot.
 *
 * @param deadline from the bot's escalate on; positive
 * @param reserve what no target gets of it; at most a quarter of the deadline
 */
public record Limits(Duration deadline, Duration reserve) {

  /** Nobody is asked for less: they would have no chance. */
  private static final Duration LEAST = Duration.ofSeconds(1);

  private static final int QUARTER = 4;

  /** Cuts the reserve to a quarter of the deadline: a short deadline is for targets, too. */
  public Limits {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("A deadline is positive");
    }
    Duration most = deadline.dividedBy(QUARTER);
    reserve = reserve.compareTo(most) > 0 ? most : reserve;
  }

  /**
   * How long the next round may take.
   *
   * @param escalated when the bot escalated
   * @param wished what is said of this round, which is kept as far as the deadline allows; null for
   *     an equal share
   * @param most the longest that a round takes of which nothing is said
   * @param roundsLeft how many rounds there are still, this one included
   * @return empty when nobody can be asked any more
   */
  public Optional<Duration> patience(
      Instant escalated, Instant now, @Nullable Duration wished, Duration most, int roundsLeft) {
    Duration left = Duration.between(now, escalated.plus(deadline).minus(reserve));
    if (left.compareTo(LEAST) < 0) {
      return Optional.empty();
    }
    Duration fair = shorter(most, left.dividedBy(roundsLeft));
    Duration wanted = wished == null ? fair : wished;
    return Optional.of(shorter(longer(wanted, LEAST), left));
  }

  /**
   * How long taking back the offers of a round may hold up what follows. The other half of the
   * reserve is for telling the bot.
   */
  public Duration withdrawal() {
    return reserve.dividedBy(2);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
