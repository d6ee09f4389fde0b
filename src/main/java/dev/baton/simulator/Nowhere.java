package dev.baton.simulator;

import org.jspecify.annotations.Nullable;

/** Answers what no endpoint serves. */
enum Nowhere implements Endpoint {
  INSTANCE;

  @Override
  public boolean serves(Call call) {
    return true;
  }

  @Override
  public Reply handle(Call call, Journal.Entry entry) {
    return Reply.now(error(call, 404, null, null));
  }

  @Override
  public Answer error(Call call, int status, @Nullable String code, @Nullable String message) {
    String words = message == null ? "The simulator serves nothing at " + call.path() : message;
    return Answer.json(status, Json.object().put("message", words));
  }
}
