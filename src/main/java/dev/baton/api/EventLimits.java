package dev.baton.api;

import java.time.Duration;

/**
 * What a node gives to those who follow conversations.
 *
 * @param streams how many event streams are open at once; further ones are refused
 * @param heartbeat how long a stream is silent at most. A listener that has not taken what was sent
 *     after twice that time is dropped
 */
public record EventLimits(int streams, Duration heartbeat) {}
