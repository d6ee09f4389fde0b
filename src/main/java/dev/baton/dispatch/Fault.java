package dev.baton.dispatch;

import dev.baton.bots.BotsException;
import dev.baton.conversation.Order;
import dev.baton.http.NoAnswerException;
import dev.baton.oauth.OAuthException;
import dev.baton.transfer.TargetException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed, as far as it decides what happens next. The text is for operators: no message
 * texts, no secrets.
 *
 * @param retryAfter the wait that the fault itself asks for
 * @param notYet not a failure: something else has to finish first
 */
record Fault(
    String text,
    boolean retryable,
    boolean mayHaveBeenProcessed,
    @Nullable Duration retryAfter,
    boolean notYet) {

  /** Thrown when an order may hold up the conversation no longer. */
  static final class TookTooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Thrown when an order has to wait for another. */
  static final class NotYet extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The fault of an order's call. What the sequence id is for is nowhere documented: a server may
   * refuse the repetition of a request that it had processed, and that is no mistake of ours.
   */
  static Fault of(@Nullable Throwable failure, Order order) {
    Fault fault = of(failure);
    boolean refused = cause(failure) instanceof BotsException.Rejected e && e.status() == 400;
    if (!refused || !order.repeated() || order.sequenceId() == null) {
      return fault;
    }
    return new Fault(
        "May have been processed: an earlier try had no answer, and now the bot refuses its"
            + " repetition. It is not sent under a new sequence id, since the bot might act on it"
            + " twice; a retry sends the same again. The bot's event log tells whether it arrived."
            + " ("
            + fault.text()
            + ")",
        false,
        true,
        null,
        false);
  }

  private static @Nullable Throwable cause(@Nullable Throwable failure) {
    Throwable e = failure;
    while (e instanceof CompletionException && e.getCause() != null) {
      e = e.getCause();
    }
    return e;
  }

  static Fault of(@Nullable Throwable failure) {
    Throwable e = cause(failure);
    if (e instanceof NotYet) {
      return new Fault("Waits for another call", true, false, null, true);
    }
    if (e instanceof TookTooLong) {
      return new Fault("It took too long", false, true, null, false);
    }
    if (e instanceof BotsException fault) {
      return new Fault(
          words(fault),
          fault.retry() != BotsException.Retry.NEVER,
          fault.mayHaveBeenProcessed(),
          fault.retryAfter().orElse(null),
          false);
    }
    if (e instanceof TargetException fault) {
      return new Fault(
          words(fault),
          fault.retryable(),
          fault.mayHaveBeenProcessed(),
          fault.retryAfter().orElse(null),
          false);
    }
    if (e instanceof OAuthException fault) {
      return new Fault(
          words(fault), !(fault instanceof OAuthException.Misconfigured), false, null, false);
    }
    if (e instanceof NoAnswerException fault) {
      return new Fault(words(fault), true, fault.mayHaveBeenProcessed(), null, false);
    }
    // Our own mistake, or a target kind's: it will not get better by itself.
    String what = e == null ? "no outcome" : e.getClass().getSimpleName();
    return new Fault(
        "The call could not be made because of a fault in the program: " + what,
        false,
        true,
        null,
        false);
  }

  private static String words(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
