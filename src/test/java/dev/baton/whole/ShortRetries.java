package dev.baton.whole;

import dev.baton.dispatch.RetryPolicy;
import java.time.Duration;
import java.util.Collections;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Four tries, soon after each other: a test need not wait for a service to recover. */
@Configuration(proxyBeanMethods = false)
class ShortRetries {

  @Bean
  RetryPolicy retriesOfTests() {
    return new RetryPolicy(Collections.nCopies(3, Duration.ofMillis(50)));
  }
}
