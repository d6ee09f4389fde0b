package dev.baton.engine;

import dev.baton.conversation.Conversations;
import dev.baton.conversation.Refusal;
import java.util.function.Consumer;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.JavaDelegate;

/**
 * The conversation that an execution belongs to, with its lock: every transaction that moves a
 * conversation holds it, also one that begins with a timer or with a user task of somebody's own
 * process. Thread-safe.
 */
final class HeldConversation {

  private final Conversations conversations;

  HeldConversation(Conversations conversations) {
    this.conversations = conversations;
  }

  /**
   * Takes the lock for the rest of the transaction.
   *
   * @return the conversation's key
   * @throws Refusal when the execution's process has no conversation
   */
  String by(DelegateExecution execution) {
    String key = execution.getProcessBusinessKey();
    if (key == null) {
      throw invalid(
          "The process has no conversation yet: it has to reach ${batonOpenConversation} first.");
    }
    if (!conversations.hold(key).equals(execution.getProcessInstanceId())) {
      throw new Refusal(
          Refusal.Kind.OVER, "The key '%s' is taken: another conversation has it.".formatted(key));
    }
    return key;
  }

  /** A step whose refusals reach the caller as bad requests, in words. */
  static JavaDelegate refusing(Consumer<DelegateExecution> step) {
    return execution -> inWords(() -> step.accept(execution));
  }

  /** Does what may be refused: the caller is told in words. */
  static void inWords(Runnable step) {
    try {
      step.run();
    } catch (Refusal e) {
      throw new BadUserRequestException(e.getMessage(), e);
    }
  }

  static Refusal invalid(String words) {
    return new Refusal(Refusal.Kind.INVALID, words);
  }
}
