package dev.baton.api;

/**
 * A request that is turned away before it is read, with an HTTP status and words for the caller.
 */
final class UnreadableRequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;

  UnreadableRequestException(int status, String words) {
    super(words);
    this.status = status;
  }

  int status() {
    return status;
  }
}
