package dev.baton.engine;

import java.util.List;
import java.util.function.Supplier;

/** How the engine's part of a move is made. Thread-safe. */
public interface Moves {

  /** What the engine does in the course of this work is written at its end, in one go. */
  <T> T together(Supplier<T> work);

  /** The executions of a process instance that is being moved which wait for a message. */
  List<String> waiting(String processInstanceId, String message);

  /** Moves a process instance, of which the engine reads everything at once. */
  <T> T of(String processInstanceId, Supplier<T> move);
}
