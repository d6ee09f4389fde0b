package dev.baton.salesforce;

import dev.baton.transfer.TargetException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call to the org failed. The class says what may be done about it; nobody else looks at statuses
 * and error codes to find that out.
 */
public abstract sealed class SalesforceException extends TargetException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final List<String> codes;
  private final boolean mayHaveBeenProcessed;

  private SalesforceException(
      String message,
      @Nullable Throwable cause,
      int status,
      List<String> codes,
      boolean mayHaveBeenProcessed) {
    super(message, cause);
    this.status = status;
    this.codes = List.copyOf(codes);
    this.mayHaveBeenProcessed = mayHaveBeenProcessed;
  }

  /** The HTTP status; 0 when there was no answer. */
  public int status() {
    return status;
  }

  /** Salesforce's error codes in the order of the answer; empty when it named none. */
  public List<String> codes() {
    return codes;
  }

  @Override
  public boolean mayHaveBeenProcessed() {
    return mayHaveBeenProcessed;
  }

  @Override
  public Health health() {
    return status == 0 ? Health.UNKNOWN : Health.UP;
  }

  /** The org understood and says no: the same request will get the same answer. */
  public static final class Rejected extends SalesforceException {
    private static final long serialVersionUID = 1;

    Rejected(String message, int status, List<String> codes) {
      super(message, null, status, codes, false);
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The record does not exist (any more), or the object is not visible to our user. */
  public static final class NotFound extends SalesforceException {
    private static final long serialVersionUID = 1;

    NotFound(String message, int status, List<String> codes) {
      super(message, null, status, codes, false);
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** A token that was fetched just now was refused as well. */
  public static final class NotAuthorised extends SalesforceException {
    private static final long serialVersionUID = 1;

    NotAuthorised(String message, int status, List<String> codes) {
      super(message, null, status, codes, false);
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /**
   * The org's allowance of API calls is used up: the one of the day, or the one of calls that run
   * at the same time. Comes as a 403 and is no matter of permissions. Every further call makes it
   * worse, hence minutes.
   */
  public static final class QuotaExceeded extends SalesforceException {
    private static final long serialVersionUID = 1;
    private static final Duration PAUSE = Duration.ofMinutes(5);

    QuotaExceeded(String message, int status, List<String> codes) {
      super(message, null, status, codes, false);
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public Optional<Duration> retryAfter() {
      return Optional.of(PAUSE);
    }

    @Override
    public Health health() {
      return Health.DOWN;
    }
  }

  /** Something that passes: a locked row, an org in maintenance, a server's own fault. */
  public static final class Passing extends SalesforceException {
    private static final long serialVersionUID = 1;

    Passing(String message, int status, List<String> codes, boolean mayHaveBeenProcessed) {
      super(message, null, status, codes, mayHaveBeenProcessed);
    }

    /** A locked row, or a key that is taken, is one record's matter. */
    @Override
    public Health health() {
      return codes().contains(RestFault.ROW_LOCKED) || codes().contains(RestFault.KEY_TAKEN)
          ? Health.UP
          : Health.DOWN;
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /**
   * No answer, or a success whose body cannot be read, as from a proxy in between. A write may have
   * happened.
   */
  public static final class NoAnswer extends SalesforceException {
    private static final long serialVersionUID = 1;

    NoAnswer(String message, @Nullable Throwable cause, int status, boolean mayHaveBeenProcessed) {
      super(message, cause, status, List.of(), mayHaveBeenProcessed);
    }

    @Override
    public Health health() {
      return Health.DOWN;
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /**
   * An offer failed half way, and what it had made so far could not be removed. The repeat finds
   * it, and removes it.
   */
  public static final class LeftBehind extends SalesforceException {
    private static final long serialVersionUID = 1;

    LeftBehind(SalesforceException fault) {
      super(
          fault.getMessage() + "; what was made before that is still there",
          fault,
          fault.status(),
          fault.codes(),
          true);
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** Nothing was sent, and nothing will be before somebody has changed the set-up. */
  public static final class Misconfigured extends SalesforceException {
    private static final long serialVersionUID = 1;

    Misconfigured(String message, @Nullable Throwable cause) {
      super(message, cause, 0, List.of(), false);
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }
}
