package dev.baton.transfer;

import dev.baton.bots.FailureReason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How asking one target ended. The {@linkplain #code() codes} are stored and shown by other
 * software: they never change.
 */
public enum Outcome {
  ACCEPTED("accepted", "Accepted", "Somebody took over the conversation.", null),
  NO_AGENT(
      "no-agent",
      "No agent available",
      "Nobody is there to take the conversation.",
      FailureReason.NO_AGENT_AVAILABLE),
  CLOSED("closed", "Closed", "Nobody works there at this time.", FailureReason.NO_AGENT_AVAILABLE),
  QUEUE_FULL(
      "queue-full",
      "Queue full",
      "Whoever is there has no room for another conversation.",
      FailureReason.NO_AGENT_AVAILABLE),
  DECLINED(
      "declined",
      "Declined",
      "Everybody who was asked declined the conversation.",
      FailureReason.NO_AGENT_AVAILABLE),
  TIMED_OUT(
      "timed-out",
      "Timed out",
      "Nobody took the conversation before the deadline.",
      FailureReason.NO_AGENT_AVAILABLE),
  WITHDRAWN(
      "withdrawn",
      "Withdrawn",
      "The offer was taken back before anybody took the conversation.",
      FailureReason.NO_AGENT_AVAILABLE),
  WITHDRAWN_BY_CUSTOMER(
      "withdrawn-by-customer",
      "Withdrawn by customer",
      "The customer did not want to wait any longer.",
      FailureReason.NO_AGENT_AVAILABLE),
  CANCELLED(
      "cancelled",
      "Cancelled",
      "The conversation was removed from the target's waiting line before anybody took it.",
      FailureReason.NO_AGENT_AVAILABLE),
  SKIPPED(
      "skipped",
      "Skipped",
      "The routing policy left this target out.",
      FailureReason.NO_AGENT_AVAILABLE),
  OUT_OF_TIME(
      "out-of-time",
      "Out of time",
      "The customer's deadline was used up before this target could be asked.",
      FailureReason.NO_AGENT_AVAILABLE),
  UNSUPPORTED(
      "unsupported",
      "Unsupported target",
      "No part of this installation can ask a target of this type.",
      FailureReason.ERROR),
  TOO_MANY_BOTS(
      "too-many-bots",
      "Too many bots",
      "As many bots as allowed have had the conversation already.",
      FailureReason.ERROR),
  IN_DOUBT(
      "in-doubt",
      "In doubt",
      "Nobody can tell whether the target has got the conversation.",
      FailureReason.ERROR),
  ERROR(
      "error",
      "Technical error",
      "The target could not be asked because of a technical fault.",
      FailureReason.ERROR);

  private final String code;
  private final String label;
  private final String sentence;
  private final @Nullable FailureReason reason;

  Outcome(String code, String label, String sentence, @Nullable FailureReason reason) {
    this.code = code;
    this.label = label;
    this.sentence = sentence;
    this.reason = reason;
  }

  /** Stable kebab-case name for tables, process variables and APIs. */
  public String code() {
    return code;
  }

  /** One to three words for people. */
  public String label() {
    return label;
  }

  /** One sentence for people; never contains data of a customer. */
  public String sentence() {
    return sentence;
  }

  /** What the bot hears when this was the only outcome; empty for {@link #ACCEPTED} alone. */
  public Optional<FailureReason> reason() {
    return Optional.ofNullable(reason);
  }

  /**
   * The outcome with this code.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Outcome ofCode(String code) {
    for (Outcome outcome : values()) {
      if (outcome.code.equals(code)) {
        return outcome;
      }
    }
    throw new IllegalArgumentException("There is no outcome with the code " + code);
  }
}
