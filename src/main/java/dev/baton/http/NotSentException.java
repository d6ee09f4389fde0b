package dev.baton.http;

/** No connection came about (name, lease, connect, TLS): the server saw nothing of the request. */
public final class NotSentException extends NoAnswerException {

  private static final long serialVersionUID = 1;

  NotSentException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean mayHaveBeenProcessed() {
    return false;
  }
}
