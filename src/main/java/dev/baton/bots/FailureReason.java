package dev.baton.bots;

/** Why a transfer failed, as the bot hears it. */
public enum FailureReason {
  NO_AGENT_AVAILABLE("NoAgentAvailable"),
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
