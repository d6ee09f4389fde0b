package dev.baton.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;

/** Starts the application. */
// Baton migrates its own tables, under a history of their own.
@SpringBootApplication(exclude = FlywayAutoConfiguration.class, proxyBeanMethods = false)
public class BatonApplication {

  /** Starts it with Spring Boot's command line. */
  public static void main(String[] arguments) {
    SpringApplication.run(BatonApplication.class, arguments);
  }
}
