package dev.baton.app;

import dev.baton.autoconfigure.BatonProperties;
import dev.baton.autoconfigure.Org;
import dev.baton.bots.BotsSettings;
import dev.baton.oauth.Grant;
import dev.baton.salesforce.SalesforceSettings;
import dev.baton.simulator.Simulator;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** While no real bot is configured, the simulated org stands in for one. */
@Configuration(proxyBeanMethods = false)
@Conditional(SimulatorConfiguration.NoRealBot.class)
class SimulatorConfiguration {

  @Bean(destroyMethod = "close")
  Simulator simulator(BatonProperties properties) {
    return Simulator.start(properties.simulator().port());
  }

  @Bean
  Org simulatedOrg(Simulator simulator, BatonProperties properties) {
    String bot = properties.bots().botId();
    return new Org(
        new BotsSettings(
            simulator.baseUrl(),
            Org.version(properties.bots().apiVersion()),
            Simulator.ORG_ID,
            simulator.baseUrl().toString(),
            false),
        new SalesforceSettings(null, "v" + properties.salesforce().apiVersion()),
        new Grant.ClientCredentials(simulator.baseUrl(), "baton", "trial"),
        bot == null ? Simulator.DEMO_BOT_ID : bot);
  }

  /** Conditions are asked before there are beans, so the properties are read for it. */
  static final class NoRealBot implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return Binder.get(context.getEnvironment())
          .bindOrCreate("baton", BatonProperties.class)
          .simulated();
    }
  }
}
