package dev.baton.webhook;

import dev.baton.transfer.TargetException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A webhook could not be asked, or did not answer what it should. */
public final class WebhookException extends TargetException {

  private static final long serialVersionUID = 1;

  private final boolean retryable;
  private final boolean mayHaveBeenProcessed;
  private final @Nullable Duration retryAfter;

  WebhookException(
      String message,
      @Nullable Throwable cause,
      boolean retryable,
      boolean mayHaveBeenProcessed,
      @Nullable Duration retryAfter) {
    super(message, cause);
    this.retryable = retryable;
    this.mayHaveBeenProcessed = mayHaveBeenProcessed;
    this.retryAfter = retryAfter;
  }

  @Override
  public boolean retryable() {
    return retryable;
  }

  @Override
  public boolean mayHaveBeenProcessed() {
    return mayHaveBeenProcessed;
  }

  @Override
  public Health health() {
    return retryable ? Health.DOWN : Health.UP;
  }

  @Override
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
