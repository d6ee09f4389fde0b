package dev.baton.salesforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaWatchTest {

  private final QuotaWatch watch = new QuotaWatch();

  private List<String> warnings(int... used) {
    return Arrays.stream(used)
        .mapToObj(u -> watch.see("api-usage=" + u + "/100"))
        .flatMap(Optional::stream)
        .toList();
  }

  @Test
  void oneWarningPerThresholdAndNotPerCall() {
    assertThat(warnings(0, 79)).isEmpty();
    assertThat(warnings(80, 81, 89))
        .containsExactly("80 % of the org's API calls of 24 hours are used up: 80 of 100, 20 left");
    assertThat(warnings(90, 90, 94)).hasSize(1);
    assertThat(warnings(95, 99, 100, 120)).hasSize(1);
  }

  @Test
  void aJumpOverTwoThresholdsWarnsOnce() {
    assertThat(warnings(10, 97)).hasSize(1);
  }

  @Test
  void theNextDayWarnsAgain() {
    assertThat(warnings(96, 3, 96)).hasSize(2);
  }

  @Test
  void whatTheAppUsedIsNotTakenForWhatTheOrgUsed() {
    watch.see("per-app-api-usage=17/250(appName=baton); api-usage=25/5000");

    assertThat(watch.last()).contains(new ApiUsage(25, 5000));
    assertThat(watch.last().map(ApiUsage::left)).contains(4975L);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "api-usage=", "api-usage=1/0", "per-app-api-usage=249/250", "x"})
  void whatTellsNothingChangesNothing(String header) {
    watch.see("api-usage=1/100");

    assertThat(watch.see(header)).isEmpty();
    assertThat(watch.last()).contains(new ApiUsage(1, 100));
  }

  @Test
  void moreThanAllowedLeavesNothingAndNotLess() {
    assertThat(new ApiUsage(120, 100).left()).isZero();
  }
}
