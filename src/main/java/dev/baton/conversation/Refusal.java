package dev.baton.conversation;

/** A request was refused and nothing was changed. The message says why, in words for the caller. */
public final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why, as a program may want to know it. */
  public enum Kind {
    /** The request itself is wrong. */
    INVALID,
    /** There is no such conversation, or no such offer. */
    UNKNOWN,
    /** The conversation is over, or the offer. */
    OVER,
    /** Too early: something else has to finish first, and soon does. */
    NOT_YET,
    /** The conversation is not over. */
    UNFINISHED,
    /** The caller lacks a right. */
    FORBIDDEN,
    /** The conversation's process has no way for it. */
    NOT_MODELLED
  }

  private final Kind kind;

  /** A refusal of a kind, in words. */
  public Refusal(Kind kind, String words) {
    super(words);
    this.kind = kind;
  }

  /** Why. */
  public Kind kind() {
    return kind;
  }
}
