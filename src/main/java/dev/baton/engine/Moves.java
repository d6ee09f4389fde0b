package dev.baton.engine;

import java.util.function.Supplier;

/** How the engine's part of a move is made. Thread-safe. */
public interface Moves {

  /** What the engine does in the course of this work is written at its end, in one go. */
  <T> T together(Supplier<T> work);

  /** Moves a process instance, of which the engine reads everything at once. */
  <T> T of(String processInstanceId, Supplier<T> move);
}
