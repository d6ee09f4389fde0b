package dev.baton.conversation;

/**
 * What the caller of the current thread may do with conversations. The engine's own ways in check
 * for themselves; ways in beside the engine ask here. Thread-safe.
 */
public interface Rights {

  /** Something to be done with any conversation. */
  enum Right {
    BEGIN,
    READ,
    /** To write, to leave and to cancel. */
    WRITE,
    /** To remove what is kept of one that is over. */
    ERASE
  }

  /**
   * Lets a caller pass who has all these rights.
   *
   * @throws Refusal that says what is missing
   */
  void require(Right... rights);
}
