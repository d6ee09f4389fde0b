package dev.baton.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Date;
import org.camunda.bpm.engine.impl.calendar.DurationBusinessCalendar;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timers are due when the engine has them due. */
class PlainDurationsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PT30M",
        "PT72H",
        "PT1H2M3S",
        "PT0S",
        "PT90S",
        "P1D",
        "P1M",
        "P2W",
        "P1DT2H",
        "PT1.5S",
        "PT12345678S",
        "R3/PT10M",
        "PT10M/2026-03-29T12:00:00Z"
      })
  void isWhatTheEngineSays(String duration) {
    Date start = Date.from(Instant.parse("2026-03-28T23:30:00.123Z"));
    assertThat(new PlainDurations().resolveDuedate(duration, start))
        .isEqualTo(new DurationBusinessCalendar().resolveDuedate(duration, start));
  }
}
