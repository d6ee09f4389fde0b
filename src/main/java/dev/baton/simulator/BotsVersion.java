package dev.baton.simulator;

import java.util.Arrays;
import java.util.Optional;

/** The served versions of the Bots API and all that differs between them. */
enum BotsVersion {
  V5_0("5.0.0", 0, true, false, false),
  V5_1("5.1.0", 1, false, false, false),
  V5_2("5.2.0", 1, false, true, false),
  V5_3("5.3.0", 1, false, true, true);

  final String number;
  final int firstChoiceIndex;
  final boolean richContent;
  final boolean setVariables;
  final boolean feedbackIds;

  BotsVersion(
      String number,
      int firstChoiceIndex,
      boolean richContent,
      boolean setVariables,
      boolean feedbackIds) {
    this.number = number;
    this.firstChoiceIndex = firstChoiceIndex;
    this.richContent = richContent;
    this.setVariables = setVariables;
    this.feedbackIds = feedbackIds;
  }

  /** By path segment, such as {@code v5.3.0}. */
  static Optional<BotsVersion> of(String segment) {
    return Arrays.stream(values()).filter(v -> segment.equals("v" + v.number)).findFirst();
  }
}
