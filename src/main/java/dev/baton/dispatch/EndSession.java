package dev.baton.dispatch;

import dev.baton.bots.BotAnswer;
import dev.baton.bots.EndReason;
import dev.baton.conversation.BotSession;
import dev.baton.conversation.BotSessions;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Token.Meaning;
import dev.baton.conversation.Token.StepResult.SessionEnded;
import dev.baton.conversation.Transcript.Cause;
import dev.baton.conversation.Transfers;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Ends the bot's session. */
final class EndSession implements Performer {

  private final Bots bots;
  private final Conversations conversations;
  private final Transfers transfers;
  private final BotSessions sessions;
  private final OtherBots otherBots;
  private final BotAnswers answers;

  EndSession(
      Bots bots,
      Conversations conversations,
      Transfers transfers,
      BotSessions sessions,
      OtherBots otherBots,
      BotAnswers answers) {
    this.bots = bots;
    this.conversations = conversations;
    this.transfers = transfers;
    this.sessions = sessions;
    this.otherBots = otherBots;
    this.answers = answers;
  }

  @Override
  public OrderKind kind() {
    return OrderKind.BOT_END;
  }

  @Override
  public Set<String> systems(Order order, Conversation conversation) {
    return Set.of(Bots.system(conversation.botId()));
  }

  @Override
  public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
    EndReason reason = reason(conversation);
    if (conversation.sessionId() == null || conversation.sessionOver()) {
      return CompletableFuture.completedFuture(ended(reason, null));
    }
    return bots.end(conversation, reason)
        .thenApply(answer -> ended(reason, answer))
        .exceptionally(e -> TalkToBot.ifGone(e, ended(reason, null)));
  }

  private EndReason reason(Conversation conversation) {
    EndReason reason = conversation.endReason();
    if (reason != null) {
      return reason;
    }
    return transfers.handedOver(conversation.key()) || nextBot(conversation).isPresent()
        ? EndReason.TRANSFER
        : EndReason.OTHER;
  }

  private Optional<BotSession> nextBot(Conversation conversation) {
    return conversation.state().over()
        ? Optional.empty()
        : sessions.next(conversation, transfers.winner(conversation.key()));
  }

  /** The answer is null when there was no session to end. */
  private Settlement ended(EndReason reason, @Nullable BotAnswer answer) {
    return (conversation, awaited) -> {
      Optional<BotSession> next = awaited ? nextBot(conversation) : Optional.empty();
      if (next.isPresent()) {
        // That this bot's session is ended is no news for the customer, who goes on.
        return new SessionEnded(otherBots.goOn(conversation.key(), next.get()));
      }
      boolean told =
          answer != null
              && answers.keep(conversation.key(), answer, Cause.END, null) == Meaning.ENDED;
      over(conversation, reason, told);
      return new SessionEnded(null);
    };
  }

  /**
   * Without its session the conversation is over, whatever else its process has to do.
   *
   * @param told whether the bot said so itself, which is written down with its answer
   */
  private void over(Conversation conversation, EndReason reason, boolean told) {
    if (conversation.sessionId() != null && !told) {
      conversations.sessionOver(conversation.key());
    }
    if (!conversation.state().over()) {
      conversations.over(
          conversation.key(),
          reason == EndReason.TRANSFER ? ConversationState.TRANSFERRED : ConversationState.ENDED,
          reason);
    }
  }
}
