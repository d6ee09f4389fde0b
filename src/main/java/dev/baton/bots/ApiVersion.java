package dev.baton.bots;

/**
 * All that differs between the versions of the API. (5.3 also adds {@code feedbackId} to the bot's
 * messages, and 5.0 has {@code messageDefinition}: both reach the channel in {@link
 * BotMessage#json}.)
 */
public enum ApiVersion {
  V5_0("v5.0.0", 0, false),
  V5_1("v5.1.0", 1, false),
  V5_2("v5.2.0", 1, true),
  V5_3("v5.3.0", 1, true);

  final String pathSegment;
  final int firstChoiceIndex;
  final boolean takesSetVariables;

  ApiVersion(String pathSegment, int firstChoiceIndex, boolean takesSetVariables) {
    this.pathSegment = pathSegment;
    this.firstChoiceIndex = firstChoiceIndex;
    this.takesSetVariables = takesSetVariables;
  }
}
