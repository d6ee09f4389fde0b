package dev.baton.dispatch;

import dev.baton.bots.BotsException;
import dev.baton.conversation.Order;
import dev.baton.http.NoAnswerException;
import dev.baton.http.NotTriedException;
import dev.baton.http.SystemFault.Health;
import dev.baton.oauth.OAuthException;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.TargetException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed, as far as it decides what happens next. The text is for operators: no message
 * texts, no secrets.
 *
 * @param retryAfter the wait that the fault itself asks for
 * @param down whether it is the other side's system that is down, and not this call that failed
 */
record Fault(
    String text,
    boolean retryable,
    boolean mayHaveBeenProcessed,
    @Nullable Duration retryAfter,
    boolean down,
    Fault.Kind kind) {

  /** What kind of fault it is. */
  enum Kind {
    FAILED,
    /** Not a failure: something else has to finish first. */
    NOT_YET,
    /** The system is known to be down, so it was not asked. */
    NOT_TRIED,
    /** Nodes died of it, as far as one can know: it is not made again without an operator. */
    POSSIBLY_HARMFUL,
    /** An earlier try may have been processed, and the bot refuses to be told again. */
    REPETITION_REFUSED
  }

  /** Thrown when an order may hold up the conversation no longer. */
  static final class TookTooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Thrown in place of a call that was in flight at too many deaths of nodes. */
  static final class PossiblyHarmfulException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PossiblyHarmfulException(int deaths) {
      super(
          "Possibly harmful answer: %d nodes died while this call was in flight, so it is not repeated."
                  .formatted(deaths)
              + " Check what the other side answers, then retry.");
    }
  }

  /** Thrown when an order has to wait for another. */
  static final class NotYet extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The fault of an order's call. What the sequence id is for is nowhere documented: a server may
   * refuse the repetition of a request that it had processed. No further try can change that, and
   * under a new sequence id the bot might act twice.
   */
  static Fault of(@Nullable Throwable failure, Order order) {
    Fault fault = of(failure);
    boolean refused = cause(failure) instanceof BotsException.Rejected e && e.status() == 400;
    if (!refused || !order.repeated() || order.sequenceId() == null) {
      return fault;
    }
    return new Fault(
        "The answer to an earlier try was lost, and the bot refuses the repetition: it counts as sent."
            + " The bot's event log tells whether it arrived. ("
            + fault.text()
            + ")",
        false,
        true,
        null,
        false,
        Kind.REPETITION_REFUSED);
  }

  private static @Nullable Throwable cause(@Nullable Throwable failure) {
    Throwable e = failure;
    while (e instanceof CompletionException && e.getCause() != null) {
      e = e.getCause();
    }
    return e;
  }

  /** The end of the offer, when that is what the failed call found. */
  static Optional<OfferOverException> offerOver(Throwable failure) {
    return cause(failure) instanceof OfferOverException over ? Optional.of(over) : Optional.empty();
  }

  static Fault of(@Nullable Throwable failure) {
    Throwable e = cause(failure);
    if (e instanceof NotYet) {
      return new Fault("Waits for another call", true, false, null, false, Kind.NOT_YET);
    }
    if (e instanceof TookTooLong) {
      return new Fault("It took too long", true, true, null, false, Kind.FAILED);
    }
    if (e instanceof PossiblyHarmfulException) {
      return new Fault(words(e), false, true, null, false, Kind.POSSIBLY_HARMFUL);
    }
    if (e instanceof BotsException fault) {
      return new Fault(
          words(fault),
          fault.retry() != BotsException.Retry.NEVER,
          fault.mayHaveBeenProcessed(),
          fault.retryAfter().orElse(null),
          fault.health() == Health.DOWN,
          NotTriedException.causes(fault) ? Kind.NOT_TRIED : Kind.FAILED);
    }
    if (e instanceof TargetException fault) {
      return new Fault(
          words(fault),
          fault.retryable(),
          fault.mayHaveBeenProcessed(),
          fault.retryAfter().orElse(null),
          fault.health() == Health.DOWN,
          NotTriedException.causes(fault) ? Kind.NOT_TRIED : Kind.FAILED);
    }
    if (e instanceof OAuthException fault) {
      return new Fault(
          words(fault),
          !(fault instanceof OAuthException.Misconfigured),
          false,
          null,
          false,
          Kind.FAILED);
    }
    if (e instanceof NoAnswerException fault) {
      return new Fault(
          words(fault),
          true,
          fault.mayHaveBeenProcessed(),
          null,
          true,
          fault instanceof NotTriedException ? Kind.NOT_TRIED : Kind.FAILED);
    }
    // Our own mistake, or a target kind's: it will not get better by itself.
    String what = e == null ? "no outcome" : e.getClass().getSimpleName();
    return new Fault(
        "The call could not be made because of a fault in the program: " + what,
        false,
        true,
        null,
        false,
        Kind.FAILED);
  }

  private static String words(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
