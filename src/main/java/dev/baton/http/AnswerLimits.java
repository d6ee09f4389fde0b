package dev.baton.http;

/**
 * How large an answer of another system may be, whoever it is.
 *
 * <p>Every part that the other side can repeat has a limit, since each of them ends up in the heap.
 * {@link TimeLimits} bounds how long an answer takes, {@link RemoteJson} what its JSON holds.
 */
final class AnswerLimits {

  /** Bytes of the status line, of a header or trailer, or of a chunk's head. */
  static final int MAX_LINE_LENGTH = 16 << 10;

  /** Headers, and as many trailers again. */
  static final int MAX_HEADER_COUNT = 100;

  /** Bytes of the body. It is never decompressed, so this is also what the heap holds. */
  static final int MAX_BODY_SIZE = 4 << 20;

  /**
   * Bytes of all that is read for one answer: the body, its framing, and informational responses.
   */
  static final int MAX_TRANSFER_SIZE = 2 * MAX_BODY_SIZE;

  /** Bytes of all bodies that one host is sending at a time. */
  static final int MAX_BODY_SIZE_PER_HOST = 32 << 20;

  private AnswerLimits() {}
}
