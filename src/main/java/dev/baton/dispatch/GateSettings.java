package dev.baton.dispatch;

import java.time.Duration;

/**
 * How much a system is asked, and how an outage is noticed and outlasted.
 *
 * @param calls of so many calls, the last ones, four of five have failed when the system counts as
 *     down. More than one conversation makes in all its tries: what only one of them meets is its
 *     own incident
 * @param probeEvery how often a system that is down is asked whether it answers again
 * @param drainPerSecond how much of what waited is let go a second once it does
 * @param callsAtOnce calls under way to one bot, or to one webhook
 * @param orgCallsAtOnce calls under way to the org
 * @param orgCallsPerSecond calls begun to the org within a second
 */
public record GateSettings(
    int calls,
    Duration probeEvery,
    int drainPerSecond,
    int callsAtOnce,
    int orgCallsAtOnce,
    int orgCallsPerSecond) {}
