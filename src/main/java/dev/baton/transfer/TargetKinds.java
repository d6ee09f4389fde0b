package dev.baton.transfer;

import dev.baton.bots.Target;
import java.util.List;
import java.util.Optional;

/** The kinds of targets of this installation. Immutable. */
public final class TargetKinds {

  private final List<TargetKind> kinds;

  /**
   * @param kinds in order of precedence
   */
  public TargetKinds(List<TargetKind> kinds) {
    this.kinds = List.copyOf(kinds);
  }

  /**
   * Kinds that are not told everything.
   *
   * @param kinds in order of precedence
   */
  public TargetKinds(List<TargetKind> kinds, Redaction redaction) {
    this(kinds.stream().map(kind -> (TargetKind) new RedactedKind(kind, redaction)).toList());
  }

  /**
   * Whether it is worth asking who of these is available before one is chosen. A single target is
   * asked when its turn comes.
   */
  public boolean worthAsking(List<Target> targets) {
    List<Target> distinct = Plan.distinct(targets);
    return distinct.size() > 1
        && distinct.stream().anyMatch(t -> of(t).map(TargetKind::tellsAvailability).orElse(true));
  }

  /** The first kind that serves the target; empty means {@link Outcome#UNSUPPORTED}. */
  public Optional<TargetKind> of(Target target) {
    return kinds.stream().filter(kind -> kind.serves(target)).findFirst();
  }
}
