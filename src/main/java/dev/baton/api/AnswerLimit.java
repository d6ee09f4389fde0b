package dev.baton.api;

import java.time.Duration;

/**
 * How long a request waits for the bot's answer.
 *
 * @param limit then it is answered 202
 */
public record AnswerLimit(Duration limit) {}
