package dev.baton.simulator;

import java.util.List;

/**
 * A scripted agent: what one does with an offer, and whether one can be offered anything.
 *
 * @param capacity from {@link #UNLIMITED} on it is not counted
 */
record Person(
    String name,
    Script.Does does,
    long delayMs,
    boolean online,
    String status,
    boolean away,
    long capacity,
    List<Skilled> skills) {

  static final long UNLIMITED = 100_000;

  /** Who is named in a queue only. */
  static final Person IN_A_QUEUE =
      new Person(
          "Agent",
          Script.Does.WAIT,
          0,
          true,
          Simulator.AVAILABLE_STATUS_ID,
          false,
          UNLIMITED,
          List.of());

  record Skilled(String id, long level) {}

  static Person read(StrictObject in) {
    return new Person(
        in.text("name", "Agent"),
        in.oneOf("does", Script.Does.class, Script.Does.WAIT),
        in.notNegative("delayMs", 0),
        in.flag("online", true),
        in.text("status", Simulator.AVAILABLE_STATUS_ID),
        in.flag("away", false),
        in.notNegative("capacity", 5),
        in.list(
            "skills",
            List.of(),
            item -> {
              StrictObject skill = StrictObject.of(item, "skills[]");
              Skilled skilled = new Skilled(skill.text("id"), skill.notNegative("level", 100));
              skill.end();
              return skilled;
            }));
  }

  boolean present(OrgQuirks quirks) {
    return online && !away && quirks.channelStatuses().contains(status);
  }

  boolean has(String skillId, double level) {
    return skills.stream().anyMatch(s -> Ids.same(s.id(), skillId) && s.level() >= level);
  }

  Script.Agent as(String id) {
    return new Script.Agent(id, name, does, delayMs);
  }
}
