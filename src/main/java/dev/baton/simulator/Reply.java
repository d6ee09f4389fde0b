package dev.baton.simulator;

/**
 * What an endpoint made of a request.
 *
 * @param delayMs how long the answer is held back; no thread waits meanwhile
 * @param beforeSending runs once, after the delay and before the client can see the answer
 */
record Reply(Answer answer, long delayMs, Runnable beforeSending) {

  static Reply now(Answer answer) {
    return new Reply(answer, 0, () -> {});
  }
}
