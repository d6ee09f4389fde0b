package dev.baton.bots;

import dev.baton.http.NoAnswerException;
import dev.baton.http.SystemFault;
import dev.baton.oauth.OAuthException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call without a usable answer. The one place that says what may be tried again, always with the
 * same body and sequence id. The text holds status, error name, request id and the server's words,
 * never a token or what was said in the conversation.
 */
public abstract sealed class BotsException extends RuntimeException implements SystemFault {

  /** Whether trying again makes sense. */
  public enum Retry {
    NEVER,
    /** May be a matter of set-up: a few tries, then somebody has to look. */
    FEW_TIMES,
    /** Passes by itself: with growing pauses, as long as the conversation can wait. */
    YES
  }

  private static final long serialVersionUID = 1;

  private final Retry retry;
  private final boolean mayHaveBeenProcessed;
  private final int status;
  private final @Nullable Duration retryAfter;
  private final @Nullable UUID requestId;

  private BotsException(Report report, Retry retry, boolean mayHaveBeenProcessed) {
    super(report.text, report.cause);
    this.retry = retry;
    this.mayHaveBeenProcessed = mayHaveBeenProcessed;
    this.status = report.status;
    this.retryAfter = report.retryAfter;
    this.requestId = report.requestId;
  }

  public final Retry retry() {
    return retry;
  }

  /** Whether the bot may have acted on the request. Then a repeat may find the session ended. */
  public final boolean mayHaveBeenProcessed() {
    return mayHaveBeenProcessed;
  }

  /** HTTP status; 0 if there was none. */
  public final int status() {
    return status;
  }

  @Override
  public Health health() {
    return status == 0 ? Health.UNKNOWN : Health.UP;
  }

  /** The shortest pause before a retry, if one is known. */
  @Override
  public final Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** For Salesforce's support; empty for calls that carry none. */
  public final Optional<UUID> requestId() {
    return Optional.ofNullable(requestId);
  }

  record Report(
      String text,
      int status,
      @Nullable UUID requestId,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {

    Report(String text, @Nullable UUID requestId, @Nullable Throwable cause) {
      this(text, 0, requestId, null, cause);
    }
  }

  static BotsException ofStatus(Report report, boolean inSession) {
    return switch (report.status) {
      case 401 -> new Unauthorized(report);
      case 403 -> new Forbidden(report);
      case 404, 410 -> inSession ? new SessionGone(report) : new NotFound(report);
      case 422 -> new NotProcessable(report);
      case 423 -> new Busy(report);
      case 429 -> new TooManyRequests(report);
      default ->
          report.status >= 500 || report.status == 408
              ? new ServerFault(report)
              : new Rejected(report);
    };
  }

  /** 400, or another status that no repeat will change: a fault of ours or of the base URL. */
  public static final class Rejected extends BotsException {
    private static final long serialVersionUID = 1;

    Rejected(Report report) {
      super(report, Retry.NEVER, false);
    }
  }

  /** 401, to a new token as well. */
  public static final class Unauthorized extends BotsException {
    private static final long serialVersionUID = 1;

    private Unauthorized(Report report) {
      super(report, Retry.FEW_TIMES, false);
    }
  }

  /** 403: scopes, or the user's rights. */
  public static final class Forbidden extends BotsException {
    private static final long serialVersionUID = 1;

    private Forbidden(Report report) {
      super(report, Retry.NEVER, false);
    }
  }

  /** 404 or 410 within a session: it has ended or expired. */
  public static final class SessionGone extends BotsException {
    private static final long serialVersionUID = 1;

    private SessionGone(Report report) {
      super(report, Retry.NEVER, false);
    }
  }

  /** 404 or 410 outside a session: no such bot or org. */
  public static final class NotFound extends BotsException {
    private static final long serialVersionUID = 1;

    private NotFound(Report report) {
      super(report, Retry.NEVER, false);
    }
  }

  /** 422, such as a bot without an active version. */
  public static final class NotProcessable extends BotsException {
    private static final long serialVersionUID = 1;

    private NotProcessable(Report report) {
      super(report, Retry.FEW_TIMES, false);
    }
  }

  /** 423: the session is at work on another request. */
  public static final class Busy extends BotsException {
    private static final long serialVersionUID = 1;

    private Busy(Report report) {
      super(report, Retry.YES, false);
    }
  }

  /** 429. */
  public static final class TooManyRequests extends BotsException {
    private static final long serialVersionUID = 1;

    private TooManyRequests(Report report) {
      super(report, Retry.YES, false);
    }

    @Override
    public Health health() {
      return Health.DOWN;
    }
  }

  /** 5xx, or 408 from a gateway. Apex or a flow of the bot may have run. */
  public static final class ServerFault extends BotsException {
    private static final long serialVersionUID = 1;

    private ServerFault(Report report) {
      super(report, Retry.YES, true);
    }

    @Override
    public Health health() {
      return Health.DOWN;
    }
  }

  /**
   * A complete 2xx that is no answer of the API. The bot may have acted, and a repeat would act
   * again; except for the end of a session, which happens once only.
   */
  public static final class Unreadable extends BotsException {
    private static final long serialVersionUID = 1;

    Unreadable(Report report, boolean harmless) {
      super(report, harmless ? Retry.YES : Retry.NEVER, true);
    }
  }

  /** No complete answer. */
  public static final class NoAnswer extends BotsException {
    private static final long serialVersionUID = 1;

    NoAnswer(Report report, NoAnswerException cause) {
      super(report, Retry.YES, cause.mayHaveBeenProcessed());
    }

    @Override
    public Health health() {
      return Health.DOWN;
    }
  }

  /** No token to send the request with. */
  public static final class NoToken extends BotsException {
    private static final long serialVersionUID = 1;

    NoToken(Report report, OAuthException cause) {
      super(report, cause instanceof OAuthException.Misconfigured ? Retry.NEVER : Retry.YES, false);
    }

    /** Without a token the bot is as good as down. */
    @Override
    public Health health() {
      return retry() == Retry.YES ? Health.DOWN : Health.UNKNOWN;
    }
  }
}
