package dev.baton.it.support;

import dev.baton.dispatch.RetryPolicy;
import java.time.Duration;
import java.util.Collections;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Four tries, soon after each other, however long a service asks to be left alone. */
@Configuration(proxyBeanMethods = false)
public class ShortestRetries {

  @Bean
  public RetryPolicy retriesOfTests() {
    return new RetryPolicy(Collections.nCopies(3, Duration.ofMillis(50)), Duration.ofMillis(100));
  }
}
