package dev.baton.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.BotAnswer;
import dev.baton.bots.BotId;
import dev.baton.bots.BotMessage;
import dev.baton.bots.EndReason;
import dev.baton.bots.SessionRef;
import dev.baton.bots.StartSession;
import dev.baton.bots.Target;
import dev.baton.bots.Variable;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.BotSession;
import dev.baton.conversation.BotSessions;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.InboxMessage;
import dev.baton.conversation.Token.Meaning;
import dev.baton.conversation.Token.NextBot;
import dev.baton.conversation.Transcript.Cause;
import dev.baton.transfer.Handover.Context;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.RecordId;
import dev.baton.transfer.Redaction;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Other bots of the org, to whom a bot hands over. No {@link dev.baton.transfer.TargetKind}: what
 * they get is not the session but one of their own, started in place of an offer, and the
 * conversation does not leave Baton but goes on in it, once the first bot's session is ended.
 */
final class OtherBots {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Bots bots;
  private final Conversations conversations;
  private final BotSessions sessions;
  private final Inbox inbox;
  private final BotAnswers answers;
  private final Handovers handovers;
  private final Redaction redaction;
  private final TransferSettings settings;

  OtherBots(
      Bots bots,
      Conversations conversations,
      BotSessions sessions,
      Inbox inbox,
      BotAnswers answers,
      Handovers handovers,
      Redaction redaction,
      TransferSettings settings) {
    this.bots = bots;
    this.conversations = conversations;
    this.sessions = sessions;
    this.inbox = inbox;
    this.answers = answers;
    this.handovers = handovers;
    this.redaction = redaction;
    this.settings = settings;
  }

  /** Whether the target is a bot, and bots are asked. */
  boolean serve(Target target) {
    return settings.otherBots() && target.type().equals(Target.BOT);
  }

  /**
   * Starts a session. A start that is repeated starts another: the one whose answer was lost cannot
   * be found, and expires.
   */
  CompletableFuture<BotAnswer> start(Target target, Conversation conversation) {
    if (!BotId.looksLikeOne(target.value())) {
      return over(Outcome.ERROR, "the target's value is no bot's id");
    }
    if (sessions.bots(conversation.key()) >= settings.maxBots()) {
      return over(
          Outcome.TOO_MANY_BOTS,
          "baton.transfer.max-bots allows %d in a conversation".formatted(settings.maxBots()));
    }
    Context context = redaction.redact(target, handovers.of(conversation)).context();
    StartSession start =
        new StartSession(
            RecordId.canonical(target.value()).orElse(target.value()),
            TalkToBot.externalKey(conversation.key()),
            null,
            // Of a type that the bot before it made up: this one might refuse the whole session.
            context.variables().stream().filter(v -> !(v instanceof Variable.Unknown)).toList(),
            context.referrers(),
            null);
    return bots.start(start).thenCompose(OtherBots::unlessEnded);
  }

  private static CompletableFuture<BotAnswer> unlessEnded(BotAnswer answer) {
    return answer.messages().stream().anyMatch(BotMessage.SessionEnded.class::isInstance)
        ? over(Outcome.DECLINED, "the bot ended the session in its first answer")
        : CompletableFuture.completedFuture(answer);
  }

  private static CompletableFuture<BotAnswer> over(Outcome outcome, String detail) {
    return CompletableFuture.failedFuture(new OfferOverException(outcome, detail));
  }

  /** Keeps the session that was started for an offer. */
  void started(Attempt attempt, BotAnswer answer) {
    sessions.started(
        new BotSession(
            attempt.id(),
            attempt.target().value(),
            Objects.requireNonNull(answer.sessionId()),
            answer.runtimeCrc(),
            answer.json().toString()));
  }

  /** Ends the session that was started for an offer, if there is one. */
  CompletableFuture<OfferStatus> end(Attempt attempt, Conversation conversation) {
    Optional<BotSession> started = sessions.ofOffer(attempt.id());
    if (started.isEmpty()) {
      return CompletableFuture.completedFuture(new OfferStatus.Withdrawn());
    }
    SessionRef session = new SessionRef(started.get().sessionId(), started.get().runtimeCrc());
    EndReason reason = Objects.requireNonNullElse(conversation.endReason(), EndReason.OTHER);
    return bots.end(started.get().botId(), session, reason)
        .<OfferStatus>thenApply(answer -> new OfferStatus.Withdrawn())
        .exceptionally(e -> TalkToBot.ifGone(e, new OfferStatus.Withdrawn()));
  }

  /**
   * The conversation goes on with the bot that has it; the caller holds the conversation's lock.
   */
  NextBot goOn(String key, BotSession next) {
    for (InboxMessage message : inbox.waiting(key)) {
      if (message.choiceId() != null) {
        // An id of the menu of the bot before, which this one does not know.
        inbox.reword(message.id(), handovers.words(key, message));
      }
    }
    conversations.sessionSwitched(key, next.botId(), next.sessionId());
    BotAnswer first = read(next.answer(), next.runtimeCrc());
    Meaning meaning = answers.keep(key, first, Cause.NEXT_BOT, null);
    if (meaning == Meaning.ESCALATED) {
      answers.escalated(key, first);
    } else {
      conversations.goesOn(key, ConversationState.TALKING);
    }
    return new NextBot(next.botId(), meaning);
  }

  private static BotAnswer read(String json, @Nullable String runtimeCrc) {
    try {
      return BotAnswer.read((ObjectNode) JSON.readTree(json), runtimeCrc);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A bot's answer that was kept cannot be read.", e);
    }
  }
}
