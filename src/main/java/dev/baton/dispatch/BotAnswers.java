package dev.baton.dispatch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.baton.bots.BotAnswer;
import dev.baton.bots.BotMessage;
import dev.baton.bots.Variable;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Token.Meaning;
import dev.baton.conversation.Transcript;
import dev.baton.conversation.Transcript.Cause;
import dev.baton.conversation.Transcript.Speaker;
import dev.baton.conversation.Transfers;
import dev.baton.conversation.Turns.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes down what the bot answered, and tells what it means. */
final class BotAnswers {

  private final Conversations conversations;
  private final Transcript transcript;
  private final Transfers transfers;

  BotAnswers(Conversations conversations, Transcript transcript, Transfers transfers) {
    this.conversations = conversations;
    this.transcript = transcript;
    this.transfers = transfers;
  }

  /** Keeps an answer, and takes up what it asks for; the caller holds the conversation's lock. */
  Meaning take(String key, BotAnswer answer, Cause cause, @Nullable Long inboxId) {
    Meaning meaning = meaning(answer);
    if (meaning == Meaning.ESCALATED) {
      Reply reply = reply(answer);
      transcript.add(key, Speaker.BOT, cause, inboxId, reply.messages());
      escalated(key, answer);
      conversations.escalated(key, reply.runtimeCrc());
    } else {
      keep(key, answer, cause, inboxId);
    }
    if (meaning == Meaning.ENDED) {
      conversations.over(key, ConversationState.ENDED, null);
    }
    return meaning;
  }

  /** Keeps an answer; the caller holds the conversation's lock. */
  Meaning keep(String key, BotAnswer answer, Cause cause, @Nullable Long inboxId) {
    Reply reply = reply(answer);
    transcript.add(key, Speaker.BOT, cause, inboxId, reply.messages());
    Meaning meaning = meaning(answer);
    String crc = reply.runtimeCrc();
    if (meaning == Meaning.ENDED) {
      // Nothing that would need the checksum is sent any more.
      conversations.sessionOver(key);
    } else if (crc != null && cause != Cause.START) {
      // The one that came with the session is written with it.
      conversations.runtimeCrc(key, crc);
    }
    return meaning;
  }

  static Reply reply(BotAnswer answer) {
    return new Reply(
        meaning(answer) == Meaning.ESCALATED
            ? ConversationState.TRANSFERRING
            : ConversationState.TALKING,
        answer.messages().stream()
            .filter(BotAnswers::isSaid)
            .map(message -> message.json().toString())
            .toList(),
        answer.runtimeCrc());
  }

  /** After transferSucceeded a bot has nothing to say, and may say so by an empty text. */
  private static boolean isSaid(BotMessage message) {
    return !(message instanceof BotMessage.Text text) || !text.text().isEmpty();
  }

  static Meaning meaning(BotAnswer answer) {
    if (has(answer.messages(), BotMessage.SessionEnded.class)) {
      return Meaning.ENDED;
    }
    return has(answer.messages(), BotMessage.Escalate.class) ? Meaning.ESCALATED : Meaning.GOES_ON;
  }

  /**
   * What the bot answered is lost, and it does not say it again. Its answer had a new checksum too:
   * the one that we know would be refused by a bot that looks at it, and it may be left out.
   *
   * @param inboxId the customer's message that was answered; null for none
   */
  void lost(String key, @Nullable Long inboxId) {
    conversations.runtimeCrc(key, null);
    transcript.add(
        key,
        Speaker.BATON,
        Cause.NOTE,
        inboxId,
        "{\"text\":\"The bot's answer was lost. Whether the bot was reached is not known.\"}");
  }

  /** Takes up the escalate of an answer: a transfer begins, with what the bot has found out. */
  void escalated(String key, BotAnswer answer) {
    if (!answer.variables().isEmpty()) {
      String known = conversations.find(key).orElseThrow().variables();
      conversations.variables(key, merged(known, answer.variables()));
    }
    answer.messages().stream()
        .filter(BotMessage.Escalate.class::isInstance)
        .map(BotMessage.Escalate.class::cast)
        .findFirst()
        .ifPresent(escalate -> transfers.escalated(key, escalate.id(), escalate.targets()));
  }

  private static String merged(String known, List<Variable> told) {
    Map<String, Variable> merged = new LinkedHashMap<>();
    TalkToBot.variables(known).forEach(variable -> merged.put(variable.name(), variable));
    told.forEach(variable -> merged.put(variable.name(), variable));
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    merged.values().forEach(variable -> json.add(variable.toJson()));
    return json.toString();
  }

  private static boolean has(List<BotMessage> messages, Class<? extends BotMessage> kind) {
    return messages.stream().anyMatch(kind::isInstance);
  }
}
