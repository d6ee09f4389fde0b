package dev.baton.it.support;

import dev.baton.dispatch.RetryPolicy;
import java.time.Duration;
import java.util.Collections;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Four tries, soon after each other: a test need not wait for a service to recover. */
@Configuration(proxyBeanMethods = false)
public class ShortRetries {

  @Bean
  public RetryPolicy retriesOfTests() {
    return new RetryPolicy(Collections.nCopies(3, Duration.ofMillis(50)));
  }
}
