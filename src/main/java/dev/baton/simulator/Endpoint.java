package dev.baton.simulator;

import org.jspecify.annotations.Nullable;

/** One of the services behind the front. Thread-safe; never waits. */
interface Endpoint {

  boolean serves(Call call);

  /**
   * Processes a request.
   *
   * @throws Refusal for an error answer
   */
  Reply handle(Call call, Journal.Entry entry);

  /** An error as this service writes it, for scripted faults and for mistakes of the simulator. */
  Answer error(Call call, int status, @Nullable String code, @Nullable String message);
}
