package dev.baton.it.support;

import dev.baton.app.BatonApplication;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.annotation.DirtiesContext;

/**
 * The whole application, with a database in memory and the simulated org. It ends with the class:
 * Camunda's web applications keep their engine in static fields, so that a second application in
 * the same JVM takes the first one's away.
 */
@DirtiesContext
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
    classes = {BatonApplication.class, SharedStatements.class},
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:${random.uuid};LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1",
      "baton.simulator.port=0",
      "baton.api.answer-limit=3s"
    })
public @interface ApplicationTest {}
