package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.simulator.Simulator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Queues, skills, agents and flows, and what is particular about each. */
class KindsTest extends EveryKind {

  @Override
  String[] settings() {
    return new String[] {"baton.targets.enabled=queue,skill,agent,flow"};
  }

  @Override
  Stream<Kind> kinds() {
    return Stream.of(Kind.QUEUE, Kind.SKILL, Kind.AGENT, Kind.FLOW);
  }

  @Test
  void anAgentWhoDeclinedIsNotWaitedForAlthoughTheItemStaysInTheLine() {
    String key = escalate(Kind.AGENT, "stays");
    trial.decline(trial.awaitCase(key, 1));
    OrgTrail trail = over(key, "ended");
    assertThat(trail.writes()).containsExactly(Kind.AGENT.offer, Kind.LEAVE_LINE, Kind.CLOSE);
    assertThat(transfer(key)).isEqualTo("failed NoAgentAvailable: declined");
    assertThat(openCases()).isEmpty();
  }

  @Test
  void aSkillItemThatOneDeclinedIsTheNextAgentsAlthoughTheFirstOwnsTheCase() {
    String key =
        escalate(
            Kind.SKILL,
            "next",
            "'agents':{'%s':{'skills':[{'id':'%s'}]}}".formatted(BEN, Simulator.DEMO_SKILL_ID));
    String offered = trial.awaitCase(key, 1);
    trial.decline(offered);
    trial.accept(offered);
    OrgTrail trail = over(key, "transferred");
    assertThat(trail.writes()).containsExactly(Kind.SKILL.offer);
    assertThat(openCases()).containsExactly(BEN);
  }
}
