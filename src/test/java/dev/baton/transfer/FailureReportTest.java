package dev.baton.transfer;

import static dev.baton.bots.FailureReason.ERROR;
import static dev.baton.bots.FailureReason.NO_AGENT_AVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureReportTest {

  @Test
  void noTargetAtAllIsAnErrorAndNotAMissingAgent() {
    assertThat(FailureReport.of(List.of())).isEqualTo(new FailureReport(ERROR, "no target to ask"));
  }

  @Test
  void onlyUnsupportedAndBrokenTargetsAreAnError() {
    assertThat(FailureReport.of(List.of(Outcome.ERROR, Outcome.UNSUPPORTED)))
        .isEqualTo(new FailureReport(ERROR, "2 targets: 1 unsupported target, 1 technical error"));
  }

  @Test
  void oneBrokenTargetDoesNotHideThatAgentsWereAsked() {
    assertThat(
            FailureReport.of(
                List.of(Outcome.ERROR, Outcome.DECLINED, Outcome.DECLINED, Outcome.TIMED_OUT)))
        .isEqualTo(
            new FailureReport(
                NO_AGENT_AVAILABLE, "4 targets: 2 declined, 1 timed out, 1 technical error"));
  }

  @Test
  void aSingleTargetIsNotSpokenOfInThePlural() {
    assertThat(FailureReport.of(List.of(Outcome.NO_AGENT)).description())
        .isEqualTo("1 target: 1 no agent available");
  }

  @ParameterizedTest
  @EnumSource(value = Outcome.class, mode = EnumSource.Mode.EXCLUDE, names = "ACCEPTED")
  void oneOutcomeAloneIsReportedWithItsOwnReason(Outcome outcome) {
    assertThat(outcome.reason()).contains(FailureReport.of(List.of(outcome)).reason());
  }

  @Test
  void anAcceptedSessionIsNeverReportedAsFailed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FailureReport.of(List.of(Outcome.DECLINED, Outcome.ACCEPTED)));
    assertThat(Outcome.ACCEPTED.reason()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void storedCodesLeadBackToTheirOutcome(Outcome outcome) {
    assertThat(Outcome.ofCode(outcome.code())).isSameAs(outcome);
    assertThat(outcome.code()).matches("[a-z]+(-[a-z]+)*");
    assertThat(outcome.label()).isNotBlank();
    assertThat(outcome.sentence()).endsWith(".");
  }

  @Test
  void storedCodesHaveNotChanged() {
    assertThat(Arrays.stream(Outcome.values()).map(Outcome::code))
        .containsExactly(
            "accepted",
            "no-agent",
            "closed",
            "queue-full",
            "declined",
            "timed-out",
            "withdrawn",
            "withdrawn-by-customer",
            "cancelled",
            "skipped",
            "out-of-time",
            "unsupported",
            "too-many-bots",
            "in-doubt",
            "error");
    assertThatIllegalArgumentException().isThrownBy(() -> Outcome.ofCode("Declined"));
  }
}
