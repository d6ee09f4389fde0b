package dev.baton.dispatch;

import dev.baton.transfer.FailureVariables;

/**
 * To which bots a session goes, and what happens when nobody takes it.
 *
 * @param backToBot whether the customer goes on talking with the bot; otherwise the session is
 *     ended
 * @param maxFailuresInARow how many transfers may fail one after another without a word of the
 *     customer, until the session is ended all the same: a bot may escalate again in its answer to
 *     transferFailed, for ever
 * @param otherBots whether a session goes to another bot
 * @param maxBots how many bots a conversation may be with, one after the other: two may hand it to
 *     each other, for ever
 * @param variables what the bot is told before transferFailed
 */
public record TransferSettings(
    boolean backToBot,
    int maxFailuresInARow,
    boolean otherBots,
    int maxBots,
    FailureVariables variables) {}
