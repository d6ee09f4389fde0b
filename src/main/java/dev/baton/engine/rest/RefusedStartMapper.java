package dev.baton.engine.rest;

import dev.baton.conversation.Refusal;
import jakarta.annotation.Priority;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.stream.Stream;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.rest.exception.ExceptionHandlerHelper;
import org.camunda.bpm.engine.rest.exception.RestException;
import org.glassfish.jersey.spi.ExtendedExceptionMapper;

/**
 * Answers 400 to a start that Baton refuses. The engine's REST API answers 500 to every start that
 * fails, also to one that the engine calls a bad request.
 */
@Priority(1) // Before the engine's own mapper of this exception.
public final class RefusedStartMapper implements ExtendedExceptionMapper<RestException> {

  @Override
  public boolean isMappable(RestException e) {
    return refused(e).isPresent();
  }

  @Override
  public Response toResponse(RestException e) {
    return ExceptionHandlerHelper.getInstance().getResponse(refused(e).orElseThrow());
  }

  private static Optional<Throwable> refused(RestException e) {
    return Stream.iterate((Throwable) e, cause -> cause != null, Throwable::getCause)
        .filter(BadUserRequestException.class::isInstance)
        .filter(bad -> bad.getCause() instanceof Refusal)
        .findFirst();
  }
}
