package dev.baton.bots;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client says within a session. Sequence ids must grow within it; a repeat of the same
 * message carries the same id. {@code inReplyTo} is the id of a bot's message, if it answers one.
 */
public sealed interface SessionMessage {

  long sequenceId();

  record Text(long sequenceId, @Nullable String inReplyTo, String text) implements SessionMessage {
    @Override
    public String toString() {
      return "Text[" + sequenceId + "]";
    }
  }

  record Choice(long sequenceId, @Nullable String inReplyTo, String choiceId)
      implements SessionMessage {}

  /**
   * For channels that know no choice ids.
   *
   * @param position from 0, in every version
   */
  record ChoiceAt(long sequenceId, @Nullable String inReplyTo, int position)
      implements SessionMessage {}

  record Redirect(long sequenceId, String dialogId) implements SessionMessage {}

  record TransferSucceeded(long sequenceId, @Nullable String inReplyTo) implements SessionMessage {}

  record TransferFailed(
      long sequenceId,
      @Nullable String inReplyTo,
      FailureReason reason,
      @Nullable String description)
      implements SessionMessage {}

  /** From 5.2. */
  record SetVariables(long sequenceId, List<Variable> variables) implements SessionMessage {
    public SetVariables {
      variables = List.copyOf(variables);
    }
  }
}
