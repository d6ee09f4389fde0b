package dev.baton.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoginThrottleTest {

  private final LoginThrottle throttle = new LoginThrottle(2);

  @Test
  void wrongPasswordsUseUpTheAddress() {
    throttle.wasWrong("192.0.2.1");
    assertThat(throttle.mayCheck("olga", "guess", "192.0.2.1")).isTrue();
    throttle.wasWrong("192.0.2.1");
    assertThat(throttle.mayCheck("olga", "guess", "192.0.2.1")).isFalse();
    assertThat(throttle.mayCheck("olga", "guess", "192.0.2.2")).isTrue();
  }

  @Test
  void credentialsThatWereRightAreExempt() {
    throttle.wasRight("olga", "secret");
    throttle.wasWrong("192.0.2.1");
    throttle.wasWrong("192.0.2.1");
    assertThat(throttle.mayCheck("olga", "secret", "192.0.2.1")).isTrue();
    assertThat(throttle.mayCheck("olga", "secret ", "192.0.2.1")).isFalse();
    throttle.wasRight("olga", "changed");
    assertThat(throttle.mayCheck("olga", "secret", "192.0.2.1")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true",
    "2001:db8:1:2::1, 2001:db8:1:3::1, false",
    "2001:db8:1:2:0:0:0:1, 2001:db8:1:2::7%eth0, true",
    "::ffff:192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false"
  })
  void anIpv6AddressCountsByItsNetwork(String one, String other, boolean same) {
    assertThat(LoginThrottle.network(one).equals(LoginThrottle.network(other))).isEqualTo(same);
  }

  @Test
  void theNumberOfRememberedNamesIsLimited() {
    Allowance allowance = new Allowance(1, Duration.ofHours(1));
    assertThat(allowance.use("first")).isTrue();
    assertThat(allowance.use("first")).isFalse();
    for (int i = 0; i < Allowance.REMEMBERED; i++) {
      assertThat(allowance.use("other" + i)).isTrue();
    }
    assertThat(allowance.use("other" + (Allowance.REMEMBERED - 1))).isFalse();
    assertThat(allowance.use("first")).as("forgotten since").isTrue();
  }
}
