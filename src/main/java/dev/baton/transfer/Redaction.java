package dev.baton.transfer;

import dev.baton.bots.Target;
import dev.baton.transfer.Handover.Context;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a target must not get to know about a conversation; asked before every offer. Must be
 * thread-safe and quick, and fails an offer when it throws.
 */
@FunctionalInterface
public interface Redaction {

  /** Everything is handed over. */
  Redaction NOTHING = (target, handover) -> handover;

  /** What is handed over to the target. */
  Handover redact(Target target, Handover handover);

  /** A part of a handover that can be left out. */
  enum Part {
    TRANSCRIPT,
    VARIABLES,
    SUMMARY
  }

  /**
   * Leaves out parts.
   *
   * @param parts by type of target
   */
  static Redaction dropping(Map<String, Set<Part>> parts) {
    Map<String, Set<Part>> byType = Map.copyOf(parts);
    return (target, handover) -> without(byType.getOrDefault(target.type(), Set.of()), handover);
  }

  private static Handover without(Set<Part> parts, Handover whole) {
    Context context = whole.context();
    return new Handover(
        whole.conversationKey(),
        whole.sessionId(),
        parts.contains(Part.TRANSCRIPT) ? List.of() : whole.transcript(),
        new Context(
            context.botId(),
            context.escalateId(),
            parts.contains(Part.VARIABLES) ? List.of() : context.variables(),
            parts.contains(Part.SUMMARY) ? null : context.summary(),
            context.referrers(),
            context.tried()));
  }
}
