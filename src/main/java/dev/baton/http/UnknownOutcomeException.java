package dev.baton.http;

/** The request was at least begun (then reset, silence, time limit, broken or oversized answer). */
public final class UnknownOutcomeException extends NoAnswerException {

  private static final long serialVersionUID = 1;

  UnknownOutcomeException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean mayHaveBeenProcessed() {
    return true;
  }
}
