package dev.baton.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.baton.conversation.Turns;
import java.util.List;

/**
 * What the bot said to a customer's message, as a channel is told.
 *
 * @param state the conversation's
 * @param messages as the Bots API has them
 * @param pending whether the bot's answer is still to come
 */
record Turn(String state, List<RawValue> messages, @JsonIgnore boolean pending) {

  /** What the bot said, as soon as it said it. */
  static Turn of(Turns.Reply reply) {
    return new Turn(
        reply.state().code(), reply.messages().stream().map(RawValue::new).toList(), false);
  }
}
