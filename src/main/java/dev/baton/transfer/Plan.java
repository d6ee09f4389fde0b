package dev.baton.transfer;

import dev.baton.bots.Target;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one escalation is routed: decided once, kept with the transfer, so that a policy that changes
 * meanwhile changes nothing for it.
 *
 * @param targets whom to ask, in order; nobody twice
 * @param skipped whom not to ask
 * @param limits the customer's deadline
 * @param hedge how much later than the one before each target of a race is asked; zero for all at
 *     once
 * @param backToBot whether the customer goes on with the bot when nobody takes the session; null
 *     for as configured
 * @param opensAt when somebody will be there again, at the place where that is; null when unknown
 * @param fault why the policy could not be applied, for operators; null when it was
 */
public record Plan(
    Strategy strategy,
    List<Planned> targets,
    List<Target> skipped,
    Limits limits,
    Duration hedge,
    @Nullable Boolean backToBot,
    @Nullable LocalDateTime opensAt,
    @Nullable String fault) {

  /**
   * A target that is to be asked.
   *
   * @param patience how long it may take; null for its share of the time
   */
  public record Planned(Target target, @Nullable Duration patience) {}

  /** Copies the lists. */
  public Plan {
    targets = List.copyOf(targets);
    skipped = List.copyOf(skipped);
  }

  /** The targets in the groups that are asked together, first group first. */
  public List<List<Planned>> rounds() {
    return strategy.rounds(targets);
  }

  /** How long a round may take by what is said of its targets; null when nothing is said. */
  public static @Nullable Duration patience(List<Planned> round) {
    return round.stream()
        .map(Planned::patience)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .max(Duration::compareTo)
        .orElse(null);
  }

  /**
   * A target that is named twice is asked once, at its first place; record ids count as the same in
   * their 15 and 18 character spellings.
   */
  public static List<Target> distinct(List<Target> targets) {
    Map<Target, Target> first = new LinkedHashMap<>();
    for (Target target : targets) {
      first.putIfAbsent(canonical(target), target);
    }
    return List.copyOf(new ArrayList<>(first.values()));
  }

  /** The same for all spellings of a target. */
  public static Target canonical(Target target) {
    return new Target(target.type(), RecordId.canonical(target.value()).orElse(target.value()));
  }
}
