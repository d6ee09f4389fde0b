package dev.baton.transfer;

/** Why no target took a session, in the two words the Bots API has for it. */
public enum FailureReason {
  /** Somebody could have taken the session, and nobody did. */
  NO_AGENT_AVAILABLE("NoAgentAvailable"),
  /** Nobody could be asked at all. */
  ERROR("Error");

  private final String wireName;

  FailureReason(String wireName) {
    this.wireName = wireName;
  }

  /** The word as {@code transferFailed.reason} carries it. */
  public String wireName() {
    return wireName;
  }
}
