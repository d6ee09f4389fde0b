package dev.baton.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Baton migrates its tables with Flyway, which is therefore on the class path of every application
 * that has Baton. Spring Boot would take that as a wish, find the engine's tables without a history
 * of its own, and refuse to start. So it gets Flyway only where the application asks for it: with
 * {@code spring.flyway.enabled} or {@code spring.flyway.locations}, or with scripts in {@code
 * db/migration}.
 */
final class FlywayOnlyOnRequest
    implements AutoConfigurationImportFilter, EnvironmentAware, BeanClassLoaderAware {

  private static final String FLYWAY =
      "org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration";

  private @Nullable Environment environment;
  private @Nullable ClassLoader classLoader;

  @Override
  public void setEnvironment(Environment environment) {
    this.environment = environment;
  }

  @Override
  public void setBeanClassLoader(ClassLoader classLoader) {
    this.classLoader = classLoader;
  }

  @Override
  public boolean[] match(
      @Nullable String[] autoConfigurations, AutoConfigurationMetadata metadata) {
    boolean[] wanted = new boolean[autoConfigurations.length];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = !FLYWAY.equals(autoConfigurations[i]) || isAskedFor();
    }
    return wanted;
  }

  private boolean isAskedFor() {
    return environment == null
        || environment.containsProperty("spring.flyway.enabled")
        || environment.containsProperty("spring.flyway.locations")
        || hasScripts();
  }

  private boolean hasScripts() {
    try {
      return new PathMatchingResourcePatternResolver(classLoader)
              .getResources("classpath*:db/migration/**/*.*")
              .length
          > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
