package dev.baton.simulator;

/** Ends the handling of a request with an error answer. */
final class Refusal extends RuntimeException {

  private final transient Answer answer;

  Refusal(Answer answer) {
    super("refused with " + answer.status(), null, false, false);
    this.answer = answer;
  }

  Answer answer() {
    return answer;
  }
}
