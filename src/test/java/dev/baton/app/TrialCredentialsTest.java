package dev.baton.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.autoconfigure.UnusableConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.env.MockEnvironment;

class TrialCredentialsTest {

  private final MockEnvironment environment =
      new MockEnvironment()
          .withProperty("server.address", "127.0.0.1")
          .withProperty("camunda.bpm.admin-user.id", "demo")
          .withProperty("camunda.bpm.admin-user.password", "demo");

  @Test
  void areForTrials() {
    assertThatCode(credentials()::checkConfiguration).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0.0.0.0", "192.168.0.7", "::", "example.com", "127.0.0.1.example.com"})
  void areRefusedWhereOthersGetIn(String address) {
    environment.setProperty("server.address", address);

    assertThatThrownBy(credentials()::checkConfiguration)
        .isInstanceOf(UnusableConfigurationException.class)
        .hasMessageContaining("server.address");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.1.2.3", "::1"})
  void areAcceptedOnLoopback(String address) {
    environment.setProperty("server.address", address);

    assertThatCode(credentials()::checkConfiguration).doesNotThrowAnyException();
  }

  @Test
  void areRefusedWithARealBot() {
    environment.setProperty("baton.bots.base-url", "https://bots.example.com");

    assertThatThrownBy(credentials()::checkConfiguration)
        .isInstanceOf(UnusableConfigurationException.class)
        .hasMessageContaining("baton.bots.base-url");
  }

  @Test
  void mayBeReplaced() {
    environment.setProperty("server.address", "0.0.0.0");
    environment.setProperty("camunda.bpm.admin-user.password", "of my own");

    assertThatCode(credentials()::checkConfiguration).doesNotThrowAnyException();
    assertThat(credentials().toString()).doesNotContain("of my own");
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "password"})
  void somebodyHasToBeAdministrator(String member) {
    environment.setProperty("camunda.bpm.admin-user." + member, " ");

    assertThatThrownBy(credentials()::checkConfiguration)
        .isInstanceOf(UnusableConfigurationException.class)
        .hasMessageContaining("No administrator");
  }

  private TrialCredentials credentials() {
    return TrialCredentials.of(environment);
  }
}
