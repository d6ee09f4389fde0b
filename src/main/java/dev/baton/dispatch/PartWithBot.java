package dev.baton.dispatch;

import dev.baton.bots.BotAnswer;
import dev.baton.bots.BotsClient;
import dev.baton.bots.EndReason;
import dev.baton.bots.FailureReason;
import dev.baton.bots.SessionMessage.TransferFailed;
import dev.baton.bots.SessionMessage.TransferSucceeded;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Token.Meaning;
import dev.baton.conversation.Token.StepResult.Done;
import dev.baton.conversation.Token.StepResult.FailureTold;
import dev.baton.conversation.Transcript.Cause;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.transfer.FailureReport;
import dev.baton.transfer.Outcome;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The bot's answer to its escalate, and the end of its session. */
final class PartWithBot {

  private final BotsClient bots;
  private final Conversations conversations;
  private final Transfers transfers;
  private final BotAnswers answers;
  private final TransferSettings settings;

  PartWithBot(
      BotsClient bots,
      Conversations conversations,
      Transfers transfers,
      BotAnswers answers,
      TransferSettings settings) {
    this.bots = bots;
    this.conversations = conversations;
    this.transfers = transfers;
    this.answers = answers;
    this.settings = settings;
  }

  List<Performer> performers() {
    return List.of(new ReportSuccess(), new ReportFailure(), new End());
  }

  private final class ReportSuccess implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.BOT_TRANSFER_SUCCEEDED;
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      Transfer transfer = transfers.current(conversation.key());
      long sequenceId = Objects.requireNonNull(order.sequenceId());
      return bots.send(
              TalkToBot.session(conversation),
              new TransferSucceeded(sequenceId, transfer.escalateId()),
              UUID.randomUUID())
          .<Settlement>thenApply(answer -> (locked, awaited) -> told(locked, transfer, answer))
          .exceptionally(e -> TalkToBot.ifGone(e, (locked, awaited) -> notTold(transfer, order)));
    }

    @Override
    public Optional<Settlement> givenUp(Order order, Fault fault) {
      return fault.kind() == Fault.Kind.REPETITION_REFUSED
          ? Optional.of((locked, awaited) -> countsAsTold(locked.key()))
          : Optional.empty();
    }

    private Done countsAsTold(String key) {
      answers.lost(key, null);
      transfers.reported(transfers.current(key), "unconfirmed", null, null);
      return new Done();
    }

    private Done told(Conversation conversation, Transfer transfer, BotAnswer answer) {
      answers.keep(conversation.key(), answer, Cause.REPORT, null);
      transfers.reported(transfer, "succeeded", null, null);
      return new Done();
    }

    private Done notTold(Transfer transfer, Order order) {
      transfers.reported(transfer, sessionGone(order), null, null);
      return new Done();
    }
  }

  private final class ReportFailure implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.BOT_TRANSFER_FAILED;
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      Transfer transfer = transfers.current(conversation.key());
      FailureReport report = FailureReport.of(outcomes(transfer));
      TransferFailed message =
          new TransferFailed(
              Objects.requireNonNull(order.sequenceId()),
              transfer.escalateId(),
              report.reason(),
              report.description());
      return bots.send(TalkToBot.session(conversation), message, UUID.randomUUID())
          .<Settlement>thenApply(
              answer ->
                  (locked, awaited) -> {
                    Meaning meaning = answers.keep(locked.key(), answer, Cause.REPORT, null);
                    return told(locked, new Told(report, "failed", meaning, answer), awaited);
                  })
          .exceptionally(
              e ->
                  TalkToBot.ifGone(
                      e,
                      (locked, awaited) ->
                          told(
                              locked,
                              new Told(report, sessionGone(order), Meaning.GONE, null),
                              awaited)));
    }

    @Override
    public Optional<Settlement> givenUp(Order order, Fault fault) {
      if (fault.kind() != Fault.Kind.REPETITION_REFUSED) {
        return Optional.empty();
      }
      FailureReport report = FailureReport.of(outcomes(transfers.current(order.conversationKey())));
      return Optional.of(
          (locked, awaited) -> {
            answers.lost(locked.key(), null);
            return told(locked, new Told(report, "unconfirmed", Meaning.GOES_ON, null), awaited);
          });
    }

    /**
     * How the telling went.
     *
     * @param answer null when there was none to be had
     */
    private record Told(
        FailureReport report, String how, Meaning meaning, @Nullable BotAnswer answer) {}

    private FailureTold told(Conversation conversation, Told told, boolean awaited) {
      String key = conversation.key();
      Meaning meaning = told.meaning;
      Transfer transfer = transfers.current(key);
      FailureReport report = told.report;
      transfers.reported(transfer, told.how, report.reason().wireName(), report.description());
      int failures = conversation.failedTransfers() + 1;
      conversations.failedTransfers(key, failures);
      boolean again = meaning != Meaning.ESCALATED || failures < settings.maxFailuresInARow();
      boolean wished = settings.backToBot() || transfer.cancelled();
      boolean back = wished && again && meaning != Meaning.GONE;
      if (awaited) {
        goOn(key, meaning, back, report.reason(), told.answer);
      }
      return new FailureTold(meaning, back);
    }

    private void goOn(
        String key,
        Meaning meaning,
        boolean back,
        FailureReason reason,
        @Nullable BotAnswer answer) {
      if (!back || meaning == Meaning.ENDED) {
        EndReason end = reason == FailureReason.ERROR ? EndReason.ERROR : EndReason.OTHER;
        conversations.over(key, ConversationState.ENDED, end);
      } else if (meaning == Meaning.ESCALATED && answer != null) {
        answers.escalated(key, answer);
      } else {
        conversations.goesOn(key, ConversationState.TALKING);
      }
    }
  }

  /** What is noted where the session is gone: an earlier try may itself have ended it. */
  private static String sessionGone(Order order) {
    return order.repeated() ? "unconfirmed" : "session-gone";
  }

  private List<Outcome> outcomes(Transfer transfer) {
    return transfers.offers(transfer).stream()
        .map(Attempt::outcome)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }

  private final class End implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.BOT_END;
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      EndReason reason = reason(conversation);
      if (conversation.sessionId() == null || conversation.sessionOver()) {
        return CompletableFuture.completedFuture((locked, awaited) -> over(locked, reason));
      }
      return bots.end(TalkToBot.session(conversation), reason, UUID.randomUUID())
          .<Settlement>thenApply(answer -> (locked, awaited) -> ended(locked, reason, answer))
          .exceptionally(e -> TalkToBot.ifGone(e, (locked, awaited) -> gone(locked, reason)));
    }

    private EndReason reason(Conversation conversation) {
      EndReason reason = conversation.endReason();
      if (reason != null) {
        return reason;
      }
      return transfers.handedOver(conversation.key()) ? EndReason.TRANSFER : EndReason.OTHER;
    }

    private Done ended(Conversation conversation, EndReason reason, BotAnswer answer) {
      answers.keep(conversation.key(), answer, Cause.END, null);
      return gone(conversation, reason);
    }

    private Done gone(Conversation conversation, EndReason reason) {
      conversations.sessionOver(conversation.key());
      return over(conversation, reason);
    }

    /** Without its session the conversation is over, whatever else its process has to do. */
    private Done over(Conversation conversation, EndReason reason) {
      if (!conversation.state().over()) {
        conversations.over(
            conversation.key(),
            reason == EndReason.TRANSFER ? ConversationState.TRANSFERRED : ConversationState.ENDED,
            reason);
      }
      return new Done();
    }
  }
}
