package dev.baton.app;

import org.camunda.bpm.engine.ProcessEngine;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Refuses to start with trial credentials where they could do harm. */
@Configuration(proxyBeanMethods = false)
class TrialConfiguration {

  /** Looks at the configuration before the engine, and with it the user, is made. */
  @Bean
  static BeanFactoryPostProcessor trialCredentialsInConfiguration(Environment environment) {
    return factory -> TrialCredentials.of(environment).checkConfiguration();
  }

  /** Looks at the users before the web server opens. */
  @Bean
  SmartInitializingSingleton trialCredentialsInDatabase(
      Environment environment, ProcessEngine engine) {
    return () -> TrialCredentials.of(environment).checkUsers(engine.getIdentityService());
  }

  @Bean
  ApplicationListener<ApplicationReadyEvent> trialNotice(Environment environment) {
    return event -> TrialCredentials.of(environment).sayIfTrial();
  }
}
