package dev.baton.dispatch;

import dev.baton.bots.BotAnswer;
import dev.baton.bots.EndReason;
import dev.baton.bots.FailureReason;
import dev.baton.bots.SessionMessage.SetVariables;
import dev.baton.bots.SessionMessage.TransferFailed;
import dev.baton.bots.SessionMessage.TransferSucceeded;
import dev.baton.bots.Variable;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Offers;
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
import dev.baton.transfer.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tells the bot what came of its escalate. */
final class ReportToBot {

  private final Bots bots;
  private final Conversations conversations;
  private final Transfers transfers;
  private final Offers offers;
  private final BotAnswers answers;
  private final TransferSettings settings;

  ReportToBot(
      Bots bots,
      Conversations conversations,
      Transfers transfers,
      Offers offers,
      BotAnswers answers,
      TransferSettings settings) {
    this.bots = bots;
    this.conversations = conversations;
    this.transfers = transfers;
    this.offers = offers;
    this.answers = answers;
    this.settings = settings;
  }

  List<Performer> performers() {
    return List.of(new ReportSuccess(), new TellVariables(), new ReportFailure());
  }

  private final class ReportSuccess implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.BOT_TRANSFER_SUCCEEDED;
    }

    @Override
    public Set<String> systems(Order order, Conversation conversation) {
      return Set.of(Bots.system(conversation.botId()));
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      Transfer transfer = transfers.current(conversation.key());
      long sequenceId = Objects.requireNonNull(order.sequenceId());
      return bots.send(conversation, new TransferSucceeded(sequenceId, transfer.escalateId()))
          .<Settlement>thenApply(answer -> (locked, awaited) -> told(locked, transfer, answer))
          .exceptionally(e -> TalkToBot.ifGone(e, (locked, awaited) -> notTold(transfer, order)));
    }

    @Override
    public Optional<Settlement> givenUp(Order order, Fault fault) {
      return fault.kind() == Fault.Kind.REPETITION_REFUSED
          ? Optional.of((locked, awaited) -> countsAsTold(locked.key()))
          : Optional.empty();
    }

    @Override
    public void leftInDoubt(Order order) {
      reportInDoubt(order);
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

  /**
   * Sets variables of the bot before it hears that the transfer failed. If it does not have them,
   * or takes too long, it hears of the failure all the same.
   */
  private final class TellVariables implements Performer {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Override
    public OrderKind kind() {
      return OrderKind.BOT_VARIABLES;
    }

    @Override
    public Set<String> systems(Order order, Conversation conversation) {
      return Set.of(Bots.system(conversation.botId()));
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      Transfer transfer = transfers.current(conversation.key());
      Plan plan = transfer.plan();
      List<Variable> variables =
          settings.variables().of(outcomes(transfer), plan == null ? null : plan.opensAt());
      if (variables.isEmpty()) {
        return CompletableFuture.completedFuture((locked, awaited) -> null);
      }
      return bots.send(
              conversation, new SetVariables(Objects.requireNonNull(order.sequenceId()), variables))
          .thenApply(
              answer ->
                  (locked, awaited) -> {
                    answers.keep(locked.key(), answer, Cause.REPORT, null);
                    return null;
                  });
    }

    /** The bot's answer to its escalate must not be late because of them. */
    @Override
    public Instant limit(Order order) {
      Plan plan = transfers.current(order.conversationKey()).plan();
      Duration half = plan == null ? PATIENCE : plan.limits().withdrawal().dividedBy(2);
      return order.orderedAt().plus(half.compareTo(PATIENCE) < 0 ? half : PATIENCE);
    }

    @Override
    public WhenDown whenDown(Order order) {
      return WhenDown.GIVE_UP;
    }

    @Override
    public boolean dispensable() {
      return true;
    }

    @Override
    public Optional<Settlement> givenUp(Order order, Fault fault) {
      return Optional.of((conversation, awaited) -> null);
    }
  }

  private final class ReportFailure implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.BOT_TRANSFER_FAILED;
    }

    @Override
    public Set<String> systems(Order order, Conversation conversation) {
      return Set.of(Bots.system(conversation.botId()));
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
      return bots.send(conversation, message)
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

    @Override
    public void leftInDoubt(Order order) {
      reportInDoubt(order);
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
      boolean wished = transfer.cancelled() || backToBot(transfer.plan());
      boolean back = wished && again && meaning != Meaning.GONE;
      if (awaited) {
        goOn(key, meaning, back, report.reason(), told.answer);
      }
      return new FailureTold(meaning, back);
    }

    private boolean backToBot(@Nullable Plan plan) {
      Boolean planned = plan == null ? null : plan.backToBot();
      return planned == null ? settings.backToBot() : planned;
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

  /** The customer left before it was known whether the bot has the report. */
  private void reportInDoubt(Order order) {
    transfers.reported(transfers.current(order.conversationKey()), "unconfirmed", null, null);
  }

  /** What is noted where the session is gone: an earlier try may itself have ended it. */
  private static String sessionGone(Order order) {
    return order.repeated() ? "unconfirmed" : "session-gone";
  }

  private List<Outcome> outcomes(Transfer transfer) {
    return offers.of(transfer).stream()
        .map(Attempt::outcome)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }
}
