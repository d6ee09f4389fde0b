package dev.baton.app;

import org.camunda.bpm.engine.ProcessEngine;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/** Nothing answers without credentials, and no trial credentials where they could do harm. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AccessLimits.class)
class SecurityConfiguration {

  @Bean
  FilterRegistrationBean<BasicAuthentication> basicAuthentication(
      ObjectProvider<ProcessEngine> engine, Environment environment, AccessLimits limits) {
    String webapps = environment.getProperty("camunda.bpm.webapp.application-path", "/camunda");
    FilterRegistrationBean<BasicAuthentication> filter =
        new FilterRegistrationBean<>(
            new BasicAuthentication(engine, webapps, new Logins(limits.loginsPerMinute())));
    filter.setInitParameters(BasicAuthentication.PARAMETERS);
    filter.addUrlPatterns("/*");
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return filter;
  }

  @Bean
  FilterRegistrationBean<RequestLimits> requestLimits(AccessLimits limits) {
    FilterRegistrationBean<RequestLimits> filter =
        new FilterRegistrationBean<>(new RequestLimits(limits));
    filter.addUrlPatterns("/*");
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return filter;
  }

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
