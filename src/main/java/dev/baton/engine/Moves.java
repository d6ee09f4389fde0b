package dev.baton.engine;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the engine's part of a move is made. Thread-safe. */
public interface Moves {

  /** What the engine does in the course of this work is written at its end, in one go. */
  <T> T together(Supplier<T> work);

  /** The executions of a process instance that is being moved which wait for a message. */
  List<String> waiting(String processInstanceId, String message);

  /**
   * Begins a process instance that history will have somebody begin, whatever that one may do now.
   *
   * @param begunBy null for nobody
   */
  <T> T begin(@Nullable String begunBy, Supplier<T> begins);

  /** Who is logged in on the current thread. */
  @Nullable String caller();

  /** Moves a process instance, of which the engine reads everything at once. */
  <T> T of(String processInstanceId, Supplier<T> move);
}
