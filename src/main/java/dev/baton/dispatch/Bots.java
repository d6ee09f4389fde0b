package dev.baton.dispatch;

import dev.baton.bots.BotAnswer;
import dev.baton.bots.BotsClient;
import dev.baton.bots.EndReason;
import dev.baton.bots.SessionMessage;
import dev.baton.bots.SessionRef;
import dev.baton.bots.StartSession;
import dev.baton.bots.Target;
import dev.baton.conversation.Conversation;
import dev.baton.transfer.RecordId;
import dev.baton.transfer.TargetKinds;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The bots, each behind a gate of its own: one that is down, or slow, is no matter of the others.
 */
final class Bots {

  private final BotsClient client;
  private final Gates gates;

  Bots(BotsClient client, Gates gates) {
    this.client = client;
    this.gates = gates;
  }

  /** The name of the system that a bot is. */
  static String system(String botId) {
    return "bot " + RecordId.canonical(botId).orElse(botId);
  }

  /** The name of the system behind a target: what is of no kind is a bot. */
  static String system(TargetKinds kinds, Target target) {
    return kinds
        .of(target)
        .map(kind -> kind.system(target))
        .orElseGet(() -> system(target.value()));
  }

  CompletableFuture<BotAnswer> start(StartSession start) {
    return gates.before(system(start.botId())).call(() -> client.start(start, UUID.randomUUID()));
  }

  /** Sends a message in the session of a conversation that has one. */
  CompletableFuture<BotAnswer> send(Conversation conversation, SessionMessage message) {
    return gates
        .before(system(conversation.botId()))
        .call(() -> client.send(session(conversation), message, UUID.randomUUID()));
  }

  /** Ends the session of a conversation that has one. */
  CompletableFuture<BotAnswer> end(Conversation conversation, EndReason reason) {
    return end(conversation.botId(), session(conversation), reason);
  }

  /** Ends a session. */
  CompletableFuture<BotAnswer> end(String botId, SessionRef session, EndReason reason) {
    return gates.before(system(botId)).call(() -> client.end(session, reason, UUID.randomUUID()));
  }

  private static SessionRef session(Conversation conversation) {
    return new SessionRef(
        Objects.requireNonNull(conversation.sessionId()), conversation.runtimeCrc());
  }
}
