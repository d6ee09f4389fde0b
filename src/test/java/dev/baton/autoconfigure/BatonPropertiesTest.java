package dev.baton.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.autoconfigure.BatonProperties.AfterFailure;
import dev.baton.bots.Target;
import dev.baton.salesforce.AgentRouting;
import dev.baton.salesforce.CaseSettings;
import dev.baton.salesforce.FlowSettings;
import dev.baton.salesforce.TargetSettings;
import dev.baton.transfer.Redaction;
import dev.baton.transfer.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class BatonPropertiesTest {

  private static final List<String> REAL =
      List.of(
          "baton.bots.base-url=https://runtime-api-na-west.prod.chatbots.sfdc.sh",
          "baton.bots.org-id=00Dxx0000006GprEAE",
          "baton.bots.bot-id=0XxSB00000006rp0AA",
          "baton.bots.force-config-endpoint=https://example.my.salesforce.com");

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(BatonPropertiesAutoConfiguration.class));

  @Test
  void nothingHasToBeSet() {
    application.run(
        context -> {
          BatonProperties properties = context.getBean(BatonProperties.class);
          assertThat(properties.simulated()).isTrue();
          assertThat(properties.simulator().port()).isEqualTo(8089);
          assertThat(properties.bots().apiVersion()).isEqualTo("5.3.0");
          assertThat(properties.salesforce().apiVersion()).isEqualTo("63.0");
          assertThat(properties.transfer().strategy()).isEqualTo(Strategy.ORDERED);
          assertThat(properties.transfer().patience()).isEqualTo(Duration.ofMinutes(5));
          assertThat(properties.transfer().afterFailure()).isEqualTo(AfterFailure.END);
          assertThat(properties.transfer().maxBots()).isEqualTo(3);
          assertThat(properties.conversation().silence()).isEqualTo(Duration.ofMinutes(30));
          assertThat(properties.conversation().keep()).isEqualTo(Duration.ofDays(30));
          assertThat(properties.health().drain()).isZero();
          assertThat(properties.library().deploy()).isFalse();
          assertThat(properties.api().enabled()).isFalse();
          assertThat(properties.api().answerLimit()).isEqualTo(Duration.ofSeconds(25));
        });
  }

  @Test
  void isReadAsTheDocumentationSpellsIt() {
    real(
            "baton.oauth.grant=client-credentials",
            "baton.oauth.client-id=id",
            "baton.oauth.client-secret=hush",
            "baton.oauth.login-url=https://example.my.salesforce.com",
            "baton.transfer.strategy=race",
            "baton.transfer.after-failure=back-to-bot",
            "baton.transfer.patience=90s")
        .run(
            context -> {
              BatonProperties properties = context.getBean(BatonProperties.class);
              assertThat(properties.simulated()).isFalse();
              assertThat(properties.transfer().strategy()).isEqualTo(Strategy.RACE);
              assertThat(properties.transfer().afterFailure()).isEqualTo(AfterFailure.BACK_TO_BOT);
              assertThat(properties.transfer().patience()).isEqualTo(Duration.ofSeconds(90));
              assertThat(properties.toString()).doesNotContain("hush");
            });
  }

  @Test
  void aBlankAddressIsNone() {
    with("baton.bots.base-url=")
        .run(context -> assertThat(context.getBean(BatonProperties.class).simulated()).isTrue());
  }

  @ParameterizedTest
  @CsvSource({
    "baton.transfer.patience, 0s",
    "baton.transfer.max-bots, 0",
    "baton.conversation.silence, -1m",
    "baton.conversation.keep, 0s",
    "baton.health.drain, -1s",
    "baton.api.answer-limit, 0s",
    "baton.simulator.port, 70000",
    "baton.bots.api-version, 4.0.0",
    "baton.salesforce.api-version, v63",
    "baton.salesforce.instance-url, http://example.com",
    "baton.salesforce.service-channel-id, 0NAxx0000000001",
    "baton.salesforce.case-key-field, Transfer Key",
    "baton.salesforce.case-handover-field, ../x",
    "baton.simulator.enabled, false"
  })
  void namesTheSettingThatCannotWork(String property, String value) {
    assertRefused(with(property + "=" + value), property);
  }

  @ParameterizedTest
  @CsvSource({
    "baton.targets.flow.returns.id, ''",
    "baton.targets.flow.returns.id, 0Xxxx0000000001",
    "baton.targets.flow.returns.api-name, Two Words",
    "baton.targets.flow.returns.inputs.topic, everything",
    "baton.targets.webhook.desk.url, ''",
    "baton.targets.webhook.desk.url, http://desk.example.com",
    "baton.targets.webhook.desk.secret, hush"
  })
  void namesWhatATargetLacks(String property, String value) {
    assertRefused(
        with(
            "baton.targets.enabled=flow",
            "baton.targets.flow.returns.id=300xx0000000001",
            "baton.targets.webhook.desk.url=https://desk.example.com",
            "baton.targets.webhook.desk.secret=sixteen characters",
            property + "=" + value),
        property.substring(0, property.indexOf('.', "baton.targets.webhook".length())));
  }

  @Test
  void aFlowThatWouldNeverBeCalledIsNotConfigured() {
    assertRefused(with("baton.targets.flow.returns.id=300xx0000000001"), "baton.targets.flow");
  }

  @Test
  void onlyQueuesAreServedUnlessMoreIsAskedFor() {
    application.run(
        context -> {
          BatonProperties properties = context.getBean(BatonProperties.class);
          assertThat(TargetWiring.salesforce(properties)).isEqualTo(TargetSettings.DEFAULT);
          assertThat(TargetWiring.webhooks(properties.targets())).isEmpty();
        });
  }

  @Test
  void targetsAreReadAsTheDocumentationSpellsThem() {
    with(
            "baton.salesforce.service-channel-id=0N9xx0000000001",
            "baton.salesforce.case-key-field=Transfer_Key__c",
            "baton.salesforce.case-handover-field=Handover__c",
            "baton.targets.enabled=queue,skill,agent,flow",
            "baton.targets.agent.routing=external",
            "baton.targets.flow.returns.id=300xx0000000001",
            "baton.targets.flow.returns.api-name=ns__Route_Returns",
            "baton.targets.flow.returns.inputs.topic=variable:Topic",
            "baton.targets.flow.returns.inputs.[Case_Text]=transcript",
            "baton.targets.flow.returns.work-item-output=caseId",
            "baton.targets.webhook.front-desk.url=https://desk.example.com/baton",
            "baton.targets.webhook.front-desk.secret=do not tell anybody",
            "baton.targets.redact.webhook=transcript,variables")
        .run(
            context -> {
              BatonProperties properties = context.getBean(BatonProperties.class);
              assertThat(TargetWiring.salesforce(properties))
                  .isEqualTo(
                      new TargetSettings(
                          Set.of(Target.QUEUE, Target.SKILL, Target.FLOW, TargetSettings.AGENT),
                          new CaseSettings(
                              "Chat", "New", "Closed", "Transfer_Key__c", "Handover__c"),
                          "0N9xx0000000001",
                          AgentRouting.EXTERNAL,
                          Map.of(
                              "300xx0000000001",
                              new FlowSettings(
                                  "ns__Route_Returns",
                                  Map.of("topic", "variable:Topic", "Case_Text", "transcript"),
                                  "caseId"))));
              assertThat(TargetWiring.webhooks(properties.targets()))
                  .containsOnlyKeys("front-desk");
              assertThat(properties.targets().redact())
                  .isEqualTo(
                      Map.of(
                          BatonProperties.TargetType.WEBHOOK,
                          Set.of(Redaction.Part.TRANSCRIPT, Redaction.Part.VARIABLES)));
              assertThat(properties.toString()).doesNotContain("do not tell");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "baton.bots.base-url, http://bots.example.com",
    "baton.bots.base-url, bots.example.com",
    "baton.bots.base-url, https://user:word@bots.example.com",
    "baton.bots.org-id, ''",
    "baton.bots.org-id, 0XxSB00000006rp0AA",
    "baton.bots.bot-id, 0XxSB",
    "baton.bots.force-config-endpoint, ''",
    "baton.oauth.grant, ''",
    "baton.simulator.enabled, true"
  })
  void namesWhatARealBotLacks(String property, String value) {
    assertRefused(real(property + "=" + value), property);
  }

  @ParameterizedTest
  @CsvSource({
    "jwt-bearer, baton.oauth.client-id",
    "jwt-bearer, baton.oauth.username",
    "jwt-bearer, baton.oauth.private-key",
    "client-credentials, baton.oauth.client-id",
    "client-credentials, baton.oauth.client-secret",
    "client-credentials, baton.oauth.login-url",
    "token, baton.oauth.token"
  })
  void namesWhatTheGrantLacks(String grant, String missing) {
    assertRefused(
        real(
            "baton.oauth.grant=" + grant,
            "baton.oauth.client-id=id",
            "baton.oauth.client-secret=secret",
            "baton.oauth.username=user",
            "baton.oauth.private-key=not looked at",
            "baton.oauth.login-url=https://example.my.salesforce.com",
            "baton.oauth.token=token",
            missing + "="),
        missing);
  }

  @Test
  void thisMachineMayBeSpokenToWithoutHttps() {
    real(
            "baton.bots.base-url=http://127.0.0.1:8089",
            "baton.bots.force-config-endpoint=http://localhost:8089",
            "baton.oauth.grant=token",
            "baton.oauth.token=t")
        .run(context -> assertThat(context).hasNotFailed());
  }

  /** A token that is given says nothing of the org: without an address every offer would fail. */
  @Test
  void theOrgIsAtItsMyDomainUnlessItIsSaidToBeElsewhere() {
    assertInstance("https://example.my.salesforce.com");
    assertInstance(
        "https://elsewhere.example.com",
        "baton.salesforce.instance-url=https://elsewhere.example.com");
  }

  private void assertInstance(String url, String... properties) {
    real("baton.oauth.grant=token", "baton.oauth.token=t")
        .withPropertyValues(properties)
        .run(
            context -> {
              Org org = Org.of(context.getBean(BatonProperties.class));
              assertThat(org.salesforce().instanceUrl()).hasToString(url);
            });
  }

  @Test
  void thePrivateKeyMayBeTextOrAFile(@TempDir Path folder)
      throws IOException, NoSuchAlgorithmException {
    String pem = pem();
    Path file = Files.writeString(folder.resolve("key.pem"), pem);
    for (String key : List.of(pem, "file:" + file, "file://" + file)) {
      jwt(key).run(context -> assertThat(context).hasNotFailed());
    }
  }

  @Test
  void doesNotQuoteAKeyThatIsNone(@TempDir Path folder) {
    assertRefused(jwt("hush"), "baton.oauth.private-key");
    assertRefused(jwt("file:" + folder.resolve("none.pem")), "baton.oauth.private-key");
  }

  private ApplicationContextRunner jwt(String key) {
    return real(
        "baton.oauth.grant=jwt-bearer",
        "baton.oauth.client-id=id",
        "baton.oauth.username=user",
        "baton.oauth.private-key=" + key);
  }

  private ApplicationContextRunner with(String... properties) {
    return application.withPropertyValues(properties);
  }

  private ApplicationContextRunner real(String... properties) {
    List<String> all = new ArrayList<>(REAL);
    all.addAll(List.of(properties));
    return application.withPropertyValues(all.toArray(String[]::new));
  }

  private static void assertRefused(ApplicationContextRunner runner, String property) {
    runner.run(
        context -> {
          assertThat(context).hasFailed();
          FailureAnalysis analysis =
              new UnusableConfigurationAnalyzer().analyze(context.getStartupFailure());
          assertThat(analysis).isNotNull();
          assertThat(analysis.getDescription())
              .contains(property)
              .endsWith(".")
              .doesNotContain("hush");
          assertThat(analysis.getAction()).isNotBlank();
        });
  }

  private static String pem() throws NoSuchAlgorithmException {
    byte[] key = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
    return "-----BEGIN PRIVATE KEY-----\\n"
        + Base64.getEncoder().encodeToString(key)
        + "\\n-----END PRIVATE KEY-----";
  }
}
