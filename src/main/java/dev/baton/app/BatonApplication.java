package dev.baton.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the application. */
@SpringBootApplication(proxyBeanMethods = false)
public class BatonApplication {

  /** Starts it with Spring Boot's command line. */
  public static void main(String[] arguments) {
    SpringApplication application = new SpringApplication(BatonApplication.class);
    application.addListeners(new StopLimit());
    application.run(arguments);
  }
}
