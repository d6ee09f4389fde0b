package dev.baton.dispatch;

import dev.baton.transfer.FailureVariables;

/**
 * What happens when nobody takes a session.
 *
 * @param backToBot whether the customer goes on talking with the bot; otherwise the session is
 *     ended
 * @param maxFailuresInARow how many transfers may fail one after another without a word of the
 *     customer, until the session is ended all the same: a bot may escalate again in its answer to
 *     transferFailed, for ever
 * @param variables what the bot is told before transferFailed
 */
public record TransferSettings(
    boolean backToBot, int maxFailuresInARow, FailureVariables variables) {}
