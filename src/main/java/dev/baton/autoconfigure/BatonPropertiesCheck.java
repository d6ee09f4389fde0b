package dev.baton.autoconfigure;

import dev.baton.autoconfigure.BatonProperties.Bots;
import dev.baton.autoconfigure.BatonProperties.GrantType;
import dev.baton.autoconfigure.BatonProperties.Oauth;
import dev.baton.autoconfigure.BatonProperties.TargetType;
import dev.baton.bots.BotId;
import dev.baton.salesforce.FlowSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Stops the start with one sentence when {@link BatonProperties} cannot work. It looks at them as
 * they are made: nobody can get them unchecked.
 */
final class BatonPropertiesCheck implements BeanPostProcessor {

  private static final Pattern BOTS_VERSION = Pattern.compile("5\\.[0-3]\\.0");
  private static final Pattern REST_VERSION = Pattern.compile("[1-9][0-9]{1,2}\\.0");
  private static final Pattern ORG_ID = recordId("00D");
  private static final Pattern CHANNEL_ID = recordId("0N9");
  private static final Pattern FLOW_ID = recordId("30[01]");
  private static final Pattern FIELD = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");
  private static final int SHORTEST_SECRET = 16;
  private static final int MAX_PORT = 65_535;

  private final boolean simulatorPresent;

  /**
   * Checks for an application.
   *
   * @param simulatorPresent whether the simulator is on the class path; the plugin's jar has none
   */
  BatonPropertiesCheck(boolean simulatorPresent) {
    this.simulatorPresent = simulatorPresent;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String beanName) {
    if (bean instanceof BatonProperties properties) {
      check(properties);
    }
    return bean;
  }

  /**
   * Checks the settings.
   *
   * @throws UnusableConfigurationException when they cannot work
   */
  void check(BatonProperties properties) {
    checkLimits(properties);
    checkVersions(properties);
    checkTargets(properties);
    URI baseUrl = properties.bots().baseUrl();
    if (properties.simulated()) {
      checkSimulator(properties, baseUrl);
    } else if (baseUrl == null) {
      throw refused(
          "baton.bots.base-url is not set, and the simulator is switched off by"
              + " baton.simulator.enabled.",
          "Set baton.bots.base-url to the bot's Runtime Base URL, or take baton.simulator.enabled"
              + " out.");
    } else {
      checkBots(properties.bots(), baseUrl);
      checkOauth(properties.oauth());
    }
    ifPresent("baton.salesforce.instance-url", properties.salesforce().instanceUrl());
  }

  private static void checkLimits(BatonProperties properties) {
    positive("baton.transfer.deadline", properties.transfer().deadline());
    positive("baton.transfer.reserve", properties.transfer().reserve());
    positive("baton.transfer.patience", properties.transfer().patience());
    positive("baton.transfer.watch-every", properties.transfer().watchEvery());
    positive("baton.conversation.silence", properties.conversation().silence());
    positive("baton.conversation.keep", properties.conversation().keep());
    positive("baton.api.answer-limit", properties.api().answerLimit());
    positive("baton.api.event-heartbeat", properties.api().eventHeartbeat());
    Duration drain = properties.health().drain();
    if (drain.isNegative()) {
      throw refused(
          "baton.health.drain is %s, which is no time.".formatted(drain),
          "Set it to a duration such as 5s, or take it out.");
    }
    positive("baton.outage.probe-every", properties.outage().probeEvery());
    atLeastOne("baton.outage.calls", properties.outage().calls());
    atLeastOne("baton.outage.drain-per-second", properties.outage().drainPerSecond());
    atLeastOne("baton.bots.calls-at-once", properties.bots().callsAtOnce());
    atLeastOne("baton.salesforce.calls-at-once", properties.salesforce().callsAtOnce());
    atLeastOne("baton.salesforce.calls-per-second", properties.salesforce().callsPerSecond());
    int streams = properties.api().eventStreams();
    if (streams < 1) {
      throw refused(
          "baton.api.event-streams is %d, so nobody could follow a conversation."
              .formatted(streams),
          "Set it to how many event streams one node may have open, for instance 10000.");
    }
    int bots = properties.transfer().maxBots();
    if (bots < 1) {
      throw refused(
          "baton.transfer.max-bots is %d, so no bot could have a conversation.".formatted(bots),
          "Set it to how many bots may have a conversation one after the other, for instance 3.");
    }
    int port = properties.simulator().port();
    if (port < 0 || port > MAX_PORT) {
      throw refused(
          "baton.simulator.port is %d, which is no port.".formatted(port),
          "Set it to a free port, or to 0 for any.");
    }
  }

  private static void atLeastOne(String property, int value) {
    if (value < 1) {
      throw refused(
          "%s is %d, so nothing could be called.".formatted(property, value),
          "Set it to at least 1, or take it out.");
    }
  }

  private static void positive(String property, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw refused(
          "%s is %s, which leaves no time at all.".formatted(property, value),
          "Set %s to a positive duration such as 30s or 5m.".formatted(property));
    }
  }

  private static void checkVersions(BatonProperties properties) {
    String bots = properties.bots().apiVersion();
    if (!BOTS_VERSION.matcher(bots).matches()) {
      throw refused(
          "baton.bots.api-version is '%s', a version that Baton does not speak.".formatted(bots),
          "Set it to 5.0.0, 5.1.0, 5.2.0 or 5.3.0, or take it out for 5.3.0.");
    }
    boolean tells = properties.transfer().variables().any();
    if (tells && (bots.startsWith("5.0") || bots.startsWith("5.1"))) {
      throw refused(
          "baton.transfer.variables is set, but version %s of the Bots API has no setVariables."
              .formatted(bots),
          "Set baton.bots.api-version to 5.2.0 or 5.3.0, or take the variables out.");
    }
    String rest = properties.salesforce().apiVersion();
    if (!REST_VERSION.matcher(rest).matches()) {
      throw refused(
          "baton.salesforce.api-version is '%s', which is no version of the REST API."
              .formatted(rest),
          "Set it to a version such as 63.0, or take it out.");
    }
  }

  private static void checkTargets(BatonProperties properties) {
    BatonProperties.Salesforce rest = properties.salesforce();
    ifPresent("baton.salesforce.service-channel-id", rest.serviceChannelId(), CHANNEL_ID, "0N9...");
    ifPresent("baton.salesforce.case-key-field", rest.caseKeyField(), FIELD, "Transfer_Key__c");
    ifPresent(
        "baton.salesforce.case-handover-field", rest.caseHandoverField(), FIELD, "Handover__c");
    BatonProperties.Targets targets = properties.targets();
    if (!targets.flow().isEmpty() && !targets.enabled().contains(TargetType.FLOW)) {
      throw refused(
          "baton.targets.flow has flows, but flows are not served.",
          "Add flow to baton.targets.enabled, or take the flows out.");
    }
    targets.flow().forEach(BatonPropertiesCheck::checkFlow);
    targets.webhook().forEach(BatonPropertiesCheck::checkWebhook);
  }

  private static void checkFlow(String name, BatonProperties.Flow flow) {
    String property = "baton.targets.flow." + name;
    String id = needed(property + ".id", flow.id(), property + " is there", "the flow's id");
    if (!FLOW_ID.matcher(id).matches()) {
      throw refused(
          "%s.id is '%s', which is no flow's id.".formatted(property, id),
          "Set it to the 15 or 18 characters that start with 300 or 301.");
    }
    try {
      new FlowSettings(flow.apiName(), flow.inputs(), flow.workItemOutput());
    } catch (IllegalArgumentException e) {
      throw refused(
          "%s cannot be called as configured: %s.".formatted(property, e.getMessage()),
          "Correct %s.api-name or %s.inputs.".formatted(property, property));
    }
  }

  private static void checkWebhook(String name, BatonProperties.Webhook webhook) {
    String property = "baton.targets.webhook." + name;
    String because = property + " is there";
    safe(property + ".url", needed(property + ".url", webhook.url(), because, "its address"));
    String secret =
        needed(property + ".secret", webhook.secret(), because, "what both sides sign with");
    if (secret.length() < SHORTEST_SECRET) {
      throw refused(
          property + ".secret is too short to sign with.",
          "Set it to at least %d random characters.".formatted(SHORTEST_SECRET));
    }
  }

  private static void ifPresent(
      String property, @Nullable String value, Pattern form, String example) {
    if (value != null && !form.matcher(value).matches()) {
      throw refused(
          "%s is '%s', which cannot be one.".formatted(property, value),
          "Set it to something like %s, or take it out.".formatted(example));
    }
  }

  private void checkSimulator(BatonProperties properties, @Nullable URI baseUrl) {
    if (baseUrl != null) {
      throw refused(
          "baton.simulator.enabled is true although baton.bots.base-url names a bot.",
          "Take one of the two out: either the simulator answers, or that bot.");
    }
    if (!simulatorPresent) {
      throw refused(
          Boolean.TRUE.equals(properties.simulator().enabled())
              ? "baton.simulator.enabled is true, but the simulator is part of the application"
                  + " only and not of the plugin."
              : "baton.bots.base-url is not set, so there is no bot to talk with.",
          "Set baton.bots.base-url to the bot's Runtime Base URL.");
    }
  }

  private static void checkBots(Bots bots, URI baseUrl) {
    safe("baton.bots.base-url", baseUrl);
    String orgId =
        needed(
            "baton.bots.org-id",
            bots.orgId(),
            "baton.bots.base-url is set",
            "the id of the bot's org (Setup, Company Information)");
    if (!ORG_ID.matcher(orgId).matches()) {
      throw refused(
          "baton.bots.org-id is '%s', which is no org's id.".formatted(orgId),
          "Set it to the 15 or 18 characters that start with 00D.");
    }
    String botId = bots.botId();
    if (botId != null && !BotId.looksLikeOne(botId)) {
      throw refused(
          "baton.bots.bot-id is '%s', which is no bot's id.".formatted(botId),
          "Set it to the 15 or 18 characters that start with 0Xx, from the address of the bot's"
              + " overview page.");
    }
    safe(
        "baton.bots.force-config-endpoint",
        needed(
            "baton.bots.force-config-endpoint",
            bots.forceConfigEndpoint(),
            "baton.bots.base-url is set",
            "the org's My Domain URL"));
  }

  private static void checkOauth(Oauth oauth) {
    GrantType grant =
        needed(
            "baton.oauth.grant",
            oauth.grant(),
            "baton.bots.base-url is set",
            "jwt-bearer, client-credentials or token");
    String because =
        "baton.oauth.grant is " + grant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    switch (grant) {
      case JWT_BEARER -> {
        needed("baton.oauth.client-id", oauth.clientId(), because, "the app's consumer key");
        needed("baton.oauth.username", oauth.username(), because, "the pre-authorised user");
        String key =
            needed(
                "baton.oauth.private-key",
                oauth.privateKey(),
                because,
                "the key's PEM text, or to file: and the PEM file's path");
        PrivateKeys.read(key);
        ifPresent("baton.oauth.login-url", oauth.loginUrl());
      }
      case CLIENT_CREDENTIALS -> {
        needed("baton.oauth.client-id", oauth.clientId(), because, "the app's consumer key");
        needed("baton.oauth.client-secret", oauth.clientSecret(), because, "the app's secret");
        // The common login hosts refuse this grant, so there is no default to fall back on.
        safe(
            "baton.oauth.login-url",
            needed("baton.oauth.login-url", oauth.loginUrl(), because, "the org's My Domain URL"));
      }
      case TOKEN -> needed("baton.oauth.token", oauth.token(), because, "a valid access token");
    }
  }

  private static <T> T needed(String property, @Nullable T value, String because, String what) {
    if (value == null || value.toString().isBlank()) {
      throw refused(
          "%s is not set, although %s.".formatted(property, because),
          "Set %s to %s.".formatted(property, what));
    }
    return value;
  }

  private static void ifPresent(String property, @Nullable URI url) {
    if (url != null) {
      safe(property, url);
    }
  }

  /** Tokens and what customers say travel there: nothing but https leaves this machine. */
  private static void safe(String property, URI url) {
    boolean usable = url.getHost() != null && url.getUserInfo() == null;
    boolean https = "https".equalsIgnoreCase(url.getScheme());
    boolean local = "http".equalsIgnoreCase(url.getScheme()) && Loopback.is(url.getHost());
    if (!usable || !(https || local)) {
      throw refused(
          "%s is not an https address.".formatted(property),
          "Set %s to a whole address such as https://example.my.salesforce.com; http is accepted"
                  .formatted(property)
              + " for this machine's loopback address only.");
    }
  }

  private static Pattern recordId(String prefix) {
    return Pattern.compile(prefix + "[A-Za-z0-9]{12}([A-Za-z0-9]{3})?");
  }

  private static UnusableConfigurationException refused(String problem, String remedy) {
    return new UnusableConfigurationException(problem, remedy);
  }
}
