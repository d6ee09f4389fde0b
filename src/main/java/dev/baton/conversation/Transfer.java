package dev.baton.conversation;

import dev.baton.bots.Target;
import dev.baton.transfer.Plan;
import dev.baton.transfer.Survey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An escalate of the bot and what became of it.
 *
 * @param escalateId the id of the bot's escalate message; null if it has none
 * @param targets as the bot listed them
 * @param survey who was available when that was asked; empty before
 * @param plan how it is routed; null before that is decided
 * @param round rounds that were begun
 * @param winner the offer that was accepted; null while none is
 * @param cancelled whether the customer would rather go on with the bot
 * @param report what the bot was told, as {@link Transfers#reported} has it; null while it was not
 * @param overAt when nobody could accept any more; null while somebody can
 */
public record Transfer(
    long id,
    String conversationKey,
    @Nullable String escalateId,
    List<Target> targets,
    Instant escalatedAt,
    Survey survey,
    @Nullable Plan plan,
    int round,
    @Nullable Long winner,
    boolean cancelled,
    @Nullable String report,
    @Nullable String reportReason,
    @Nullable String reportDescription,
    @Nullable Instant overAt) {

  static Transfer begun(
      long id, String key, @Nullable String escalateId, List<Target> targets, Instant at) {
    return new Transfer(
        id,
        key,
        escalateId,
        targets,
        at,
        new Survey(Map.of()),
        null,
        0,
        null,
        false,
        null,
        null,
        null,
        null);
  }

  Transfer routedBy(Plan its) {
    return with(survey, its, round, winner);
  }

  Transfer surveyed(Survey its) {
    return with(its, plan, round, winner);
  }

  Transfer inRound(int next) {
    return with(survey, plan, next, winner);
  }

  Transfer wonBy(long offer) {
    return with(survey, plan, round, offer);
  }

  private Transfer with(
      Survey itsSurvey, @Nullable Plan itsPlan, int itsRound, @Nullable Long itsWinner) {
    return new Transfer(
        id,
        conversationKey,
        escalateId,
        targets,
        escalatedAt,
        itsSurvey,
        itsPlan,
        itsRound,
        itsWinner,
        cancelled,
        report,
        reportReason,
        reportDescription,
        overAt);
  }

  Transfer reported(String how, @Nullable String why, @Nullable String words) {
    return new Transfer(
        id,
        conversationKey,
        escalateId,
        targets,
        escalatedAt,
        survey,
        plan,
        round,
        winner,
        cancelled,
        how,
        why,
        words,
        Instant.now());
  }
}
