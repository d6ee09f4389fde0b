package dev.baton.bots;

/** Why the client ends a session. */
public enum EndReason {
  USER_REQUEST("UserRequest"),
  TRANSFER("Transfer"),
  EXPIRATION("Expiration"),
  ERROR("Error"),
  OTHER("Other");

  final String wire;

  EndReason(String wire) {
    this.wire = wire;
  }
}
