package dev.baton.http;

/** The system that was to be called is known to be down: the call was not made. */
public final class NotTriedException extends NoAnswerException {

  private static final long serialVersionUID = 1;

  /**
   * A call that was not made.
   *
   * @param message which system is down, and since when
   */
  public NotTriedException(String message) {
    super(message, null);
  }

  /** Whether that is why a call failed. */
  public static boolean causes(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof NotTriedException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  @Override
  public boolean mayHaveBeenProcessed() {
    return false;
  }
}
