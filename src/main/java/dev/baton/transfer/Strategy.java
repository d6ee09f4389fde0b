package dev.baton.transfer;

import java.util.List;

/** In which order the targets of one escalation are asked. */
public enum Strategy {
  /** One after the other; the next one when the one before did not accept. */
  ORDERED,
  /** All at once; the first that accepts wins and the other offers are withdrawn. */
  RACE;

  /** The targets in the groups that are asked together, first group first. */
  public <T> List<List<T>> rounds(List<T> targets) {
    if (targets.isEmpty()) {
      return List.of();
    }
    return this == RACE ? List.of(List.copyOf(targets)) : targets.stream().map(List::of).toList();
  }
}
