package dev.baton.http;

import org.jspecify.annotations.Nullable;

/** A call that brought no complete answer. */
public abstract sealed class NoAnswerException extends RuntimeException
    permits NotSentException, NotTriedException, UnknownOutcomeException {

  private static final long serialVersionUID = 1;

  NoAnswerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** False only if no byte of the request can have reached the server. */
  public abstract boolean mayHaveBeenProcessed();
}
