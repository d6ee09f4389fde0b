package dev.baton.transfer;

import dev.baton.http.SystemFault;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call to a target failed. Says what the caller needs to decide what comes next; messages are
 * free of tokens and of customers' texts.
 */
public abstract class TargetException extends RuntimeException implements SystemFault {

  protected TargetException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether the same call may succeed later without anybody changing anything. */
  public abstract boolean retryable();

  /**
   * Whether the target may have done what it was asked although the call failed. An offer is then
   * to be repeated with {@link Offer#repeated()}, or withdrawn.
   */
  public abstract boolean mayHaveBeenProcessed();

  @Override
  public Health health() {
    return Health.UNKNOWN;
  }

  /** How long to wait before the next try, when the fault itself tells. */
  @Override
  public Optional<Duration> retryAfter() {
    return Optional.empty();
  }
}
