package dev.baton.app;

import dev.baton.autoconfigure.Loopback;
import dev.baton.autoconfigure.UnusableConfigurationException;
import org.camunda.bpm.engine.IdentityService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Keeps the trial user demo, password demo, to trials: with a real bot, or where others reach the
 * application, it does not start with that user.
 *
 * @param serious why this is no trial, as the end of a sentence; empty when it is one
 */
record TrialCredentials(String adminId, String adminPassword, String address, String serious) {

  private static final Logger LOG = LoggerFactory.getLogger(TrialCredentials.class);
  private static final String DEMO = "demo";
  private static final String ID = "camunda.bpm.admin-user.id";
  private static final String PASSWORD = "camunda.bpm.admin-user.password";
  private static final String BASE_URL = "baton.bots.base-url";
  private static final String ADDRESS = "server.address";

  static TrialCredentials of(Environment environment) {
    String address = environment.getProperty(ADDRESS, "");
    String serious = "";
    if (StringUtils.hasText(environment.getProperty(BASE_URL))) {
      serious = BASE_URL + " names a real bot";
    } else if (!Loopback.is(address)) {
      serious = ADDRESS + " lets other machines in";
    }
    return new TrialCredentials(
        environment.getProperty(ID, ""), environment.getProperty(PASSWORD, ""), address, serious);
  }

  /** Whether neither a real bot nor another machine is involved. */
  boolean isTrial() {
    return serious.isEmpty();
  }

  /** Refuses a configuration without an administrator, or with the trial one where it matters. */
  void checkConfiguration() {
    if (adminId.isBlank() || adminPassword.isBlank()) {
      throw new UnusableConfigurationException(
          "No administrator is configured, so the first visitor could make himself one.",
          "Set %s and %s.".formatted(ID, PASSWORD));
    }
    if (isTrialUser() && !serious.isEmpty()) {
      throw new UnusableConfigurationException(
          "The administrator is still the trial user demo with the password demo, although %s."
              .formatted(serious),
          "Set %s and %s to a user and a password of your own.".formatted(ID, PASSWORD));
    }
  }

  /** Refuses a database that a trial left its user in. */
  void checkUsers(IdentityService users) {
    if (serious.isEmpty() || users.createUserQuery().userId(DEMO).count() == 0) {
      return;
    }
    if (users.checkPassword(DEMO, DEMO)) {
      throw new UnusableConfigurationException(
          "The database still has the trial user demo with the password demo, although %s."
              .formatted(serious),
          "Start with a new database, or once more as a trial and then remove the user demo, or"
              + " change its password, at /camunda/app/admin.");
    }
    // The check counts as a failed login, and some starts later the user would be locked.
    users.unlockUser(DEMO);
  }

  /** One line for whoever tries the application. */
  void sayIfTrial() {
    if (isTrialUser()) {
      LOG.info("For trial: reachable at {} only, user demo with the password demo.", address);
    }
  }

  private boolean isTrialUser() {
    return adminId.equals(DEMO) && adminPassword.equals(DEMO);
  }

  @Override
  public String toString() {
    return "TrialCredentials[serious=" + serious + "]";
  }
}
