package dev.baton.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ClassUtils;

/** Reads and checks {@code baton.*}, before anything is made of it. */
@AutoConfiguration
@EnableConfigurationProperties(BatonProperties.class)
public class BatonPropertiesAutoConfiguration {

  /** Static, so that it is there before the properties are. */
  @Bean
  static BatonPropertiesCheck batonPropertiesCheck() {
    return new BatonPropertiesCheck(
        ClassUtils.isPresent(
            "dev.baton.simulator.Simulator",
            BatonPropertiesAutoConfiguration.class.getClassLoader()));
  }
}
