package dev.baton.autoconfigure;

import dev.baton.engine.rest.RefusedStartMapper;
import org.camunda.bpm.engine.rest.exception.RestException;
import org.glassfish.jersey.spi.ExtendedExceptionMapper;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.jersey.ResourceConfigCustomizer;
import org.springframework.context.annotation.Bean;

/** What Baton adds to the engine's own REST API, where the application has it. */
@AutoConfiguration
@ConditionalOnClass({
  RestException.class,
  ExtendedExceptionMapper.class,
  ResourceConfigCustomizer.class
})
public class EngineRestAutoConfiguration {

  @Bean
  ResourceConfigCustomizer batonRefusedStarts() {
    return resources -> resources.register(RefusedStartMapper.class);
  }
}
