package dev.baton.transfer;

import dev.baton.bots.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** In which order the targets of one escalation are asked. */
public enum Strategy {
  /** One after the other, in the bot's order; the next one when the one before did not accept. */
  ORDERED,
  /** All at once; the first that accepts wins and the other offers are withdrawn. */
  RACE;

  /**
   * The targets in the groups that are asked together, first group first. A target that is named
   * twice is asked once, at its first place; record ids count as the same in their 15 and 18
   * character spellings. No targets make no rounds.
   */
  public List<List<Target>> rounds(List<Target> targets) {
    List<Target> distinct = distinct(targets);
    if (distinct.isEmpty()) {
      return List.of();
    }
    return this == RACE ? List.of(distinct) : distinct.stream().map(List::of).toList();
  }

  private static List<Target> distinct(List<Target> targets) {
    Map<Target, Target> first = new LinkedHashMap<>();
    for (Target target : targets) {
      String id = RecordId.canonical(target.value()).orElse(target.value());
      first.putIfAbsent(new Target(target.type(), id), target);
    }
    return List.copyOf(new ArrayList<>(first.values()));
  }
}
