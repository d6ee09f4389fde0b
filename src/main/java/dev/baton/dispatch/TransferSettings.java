package dev.baton.dispatch;

/**
 * What happens when nobody takes a session.
 *
 * @param backToBot whether the customer goes on talking with the bot; otherwise the session is
 *     ended
 * @param maxFailuresInARow how many transfers may fail one after another without a word of the
 *     customer, until the session is ended all the same: a bot may escalate again in its answer to
 *     transferFailed, for ever
 */
public record TransferSettings(boolean backToBot, int maxFailuresInARow) {}
