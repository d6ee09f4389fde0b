package dev.baton.http;

/** A call that brought no complete answer. */
public abstract sealed class NoAnswerException extends RuntimeException
    permits NotSentException, UnknownOutcomeException {

  private static final long serialVersionUID = 1;

  NoAnswerException(String message, Throwable cause) {
    super(message, cause);
  }

  /** False only if no byte of the request can have reached the server. */
  public abstract boolean mayHaveBeenProcessed();
}
