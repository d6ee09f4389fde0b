package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.bots.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

class StrategyTest {

  private static final String QUEUE = "Salesforce:Core:Queue:Id";
  private static final Target FIRST = new Target(QUEUE, "00Gxx0000012345EAA");
  private static final Target SECOND = new Target(QUEUE, "00Gxx0000012346EAA");

  @Test
  void orderedAsksOneAfterTheOtherInTheBotsOrder() {
    assertThat(Strategy.ORDERED.rounds(List.of(SECOND, FIRST)))
        .containsExactly(List.of(SECOND), List.of(FIRST));
  }

  @Test
  void raceAsksAllAtOnce() {
    assertThat(Strategy.RACE.rounds(List.of(FIRST, SECOND)))
        .containsExactly(List.of(FIRST, SECOND));
  }

  @Test
  void aTargetNamedInBothSpellingsIsAskedOnceAndAsTheBotSpeltItFirst() {
    Target shortSpelling = new Target(QUEUE, "00Gxx0000012345");

    assertThat(Plan.distinct(List.of(shortSpelling, SECOND, FIRST, shortSpelling)))
        .containsExactly(shortSpelling, SECOND);
    assertThat(Plan.distinct(List.of(FIRST, FIRST))).containsExactly(FIRST);
  }

  @Test
  void theSameValueUnderAnotherTypeIsAnotherTarget() {
    Target other = new Target("Salesforce:Core:Skill:Id", FIRST.value());

    assertThat(Plan.distinct(List.of(FIRST, other))).containsExactly(FIRST, other);
  }

  @Test
  void valuesThatAreNoRecordIdsAreComparedAsTheyAre() {
    Target a = new Target("acme:desk", "front");
    Target b = new Target("acme:desk", "Front");

    assertThat(Plan.distinct(List.of(a, b, a))).containsExactly(a, b);
  }

  @Test
  void noTargetsMakeNoRoundEvenInARace() {
    assertThat(Strategy.RACE.<Target>rounds(List.of())).isEmpty();
    assertThat(Strategy.ORDERED.<Target>rounds(List.of())).isEmpty();
  }
}
