package dev.baton.api;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Order;
import dev.baton.conversation.Transcript;
import dev.baton.conversation.Transfer;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.Plan;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as a channel is shown it. Times are ISO 8601 in UTC.
 *
 * @param underWay the calls that are to be made, or are being made, for the conversation
 * @param waiting for what it waits, when the bot or a target is down; null when it does not
 * @param undelivered how many of the customer's messages reached nobody
 */
record ConversationView(
    String key,
    String state,
    List<LineView> transcript,
    List<TransferView> transfers,
    List<CallView> underWay,
    @Nullable WaitingView waiting,
    int undelivered) {

  /**
   * A call.
   *
   * @param call what it does: the topic of its step, such as {@code bot-message}
   * @param since when it was ordered
   * @param failed how many tries of it have failed
   */
  record CallView(String call, String since, int failed) {

    static CallView of(Order order) {
      return new CallView(order.kind().code(), order.orderedAt().toString(), order.attempts());
    }
  }

  /**
   * The other side is down.
   *
   * @param system what is down: {@code bot} and its id, {@code org}, or {@code webhook} and its
   *     name
   * @param since when the conversation began to wait
   * @param askedAgainAt when it is asked again whether it answers
   */
  record WaitingView(String system, String since, String askedAgainAt) {

    static WaitingView of(Order.Parked parked) {
      return new WaitingView(
          parked.system(), parked.since().toString(), parked.askedAgainAt().toString());
    }
  }

  /**
   * A line of the transcript.
   *
   * @param from customer, bot or baton
   * @param message of the bot: as the Bots API has it; of others: with a text or a choiceId
   */
  record LineView(String at, String from, RawValue message) {

    static LineView of(Transcript.Line line) {
      return new LineView(
          line.at().toString(),
          line.speaker().name().toLowerCase(Locale.ROOT),
          new RawValue(line.body()));
    }
  }

  /**
   * A transfer.
   *
   * @param answerBy when the bot is told at the latest; null before the routing policy has decided
   * @param policyFault why the routing policy could not be applied; null when it was
   * @param report as {@link Transfer#report} has it
   */
  record TransferView(
      @Nullable String escalateId,
      @Nullable String answerBy,
      @Nullable String policyFault,
      @Nullable String report,
      @Nullable String reason,
      @Nullable String description,
      List<AttemptView> attempts) {

    static TransferView of(Transfer transfer, List<Attempt> offers) {
      Plan plan = transfer.plan();
      return new TransferView(
          transfer.escalateId(),
          plan == null ? null : transfer.escalatedAt().plus(plan.limits().deadline()).toString(),
          plan == null ? null : plan.fault(),
          transfer.report(),
          transfer.reportReason(),
          transfer.reportDescription(),
          offers.stream().map(AttemptView::of).toList());
    }
  }

  /**
   * An offer to one target.
   *
   * @param outcome the outcome's code; like its label and text null while nobody has answered
   * @param detail what the target's side said, where it said more
   */
  record AttemptView(
      TargetView target,
      int round,
      @Nullable String outcome,
      @Nullable String label,
      @Nullable String text,
      @Nullable String detail,
      String from,
      @Nullable String until) {

    static AttemptView of(Attempt offer) {
      Outcome outcome = offer.outcome();
      Instant until = offer.overAt();
      return new AttemptView(
          new TargetView(offer.target().type(), offer.target().value()),
          offer.round(),
          outcome == null ? null : outcome.code(),
          outcome == null ? null : outcome.label(),
          outcome == null ? null : outcome.sentence(),
          offer.detail(),
          offer.offeredAt().toString(),
          until == null ? null : until.toString());
    }
  }

  /** A target, as the bot names it. */
  record TargetView(String type, String value) {}
}
