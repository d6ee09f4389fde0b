package dev.baton.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.baton.conversation.Turns;
import java.util.List;

/**
 * What the bot said first, as a channel is told.
 *
 * @param key the conversation's
 * @param state the conversation's
 * @param messages as the Bots API has them
 * @param pending whether the bot's answer is still to come
 */
record Greeting(String key, String state, List<RawValue> messages, @JsonIgnore boolean pending) {

  /** What the bot said, as soon as it said it. */
  static Greeting of(String key, Turns.Reply reply) {
    return new Greeting(
        key, reply.state().code(), reply.messages().stream().map(RawValue::new).toList(), false);
  }
}
