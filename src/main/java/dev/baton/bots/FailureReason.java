package dev.baton.bots;

/** Why a transfer failed, as the bot hears it. */
public enum FailureReason {
  NO_AGENT_AVAILABLE("NoAgentAvailable"),
  ERROR("Error");

  final String wire;

  FailureReason(String wire) {
    this.wire = wire;
  }
}
