package dev.baton.simulator;

/** The answers that scripted faults give instead of the endpoint's own. */
final class FaultAnswers {

  private FaultAnswers() {}

  static Answer of(Script.Then then, Endpoint endpoint, Call call) {
    int status = then.status() == null ? 500 : then.status();
    String raw = then.raw();
    Answer answer = raw == null ? standard(then, status, endpoint, call) : Answer.raw(status, raw);
    return then.retryAfter() == null ? answer : answer.with("Retry-After", then.retryAfter());
  }

  private static Answer standard(Script.Then then, int status, Endpoint endpoint, Call call) {
    return switch (then.body()) {
      case JSON -> endpoint.error(call, status, then.error(), then.message());
      case HTML ->
          Answer.html(status, then.message() == null ? "fault filter abort" : then.message());
      case NONE -> Answer.empty(status);
    };
  }
}
