package dev.baton.engine;

import org.camunda.bpm.engine.delegate.VariableScope;
import org.camunda.bpm.engine.variable.Variables;
import org.camunda.bpm.engine.variable.value.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * A process variable by name and type.
 *
 * @param transientOnly whether it lives only until the next wait state: for gateways that directly
 *     follow the step which decides
 */
public record ProcessVariable<T>(String name, Class<T> type, boolean transientOnly) {

  static <T> ProcessVariable<T> kept(String name, Class<T> type) {
    return new ProcessVariable<>(name, type, false);
  }

  static <T> ProcessVariable<T> passing(String name, Class<T> type) {
    return new ProcessVariable<>(name, type, true);
  }

  /** The value, or null when there is none of this type. */
  @Nullable T get(VariableScope scope) {
    Object value = scope.getVariable(name);
    return type.isInstance(value) ? type.cast(value) : null;
  }

  void set(VariableScope scope, @Nullable T value) {
    scope.setVariable(name, value(value));
  }

  TypedValue value(@Nullable T value) {
    return Variables.untypedValue(value, transientOnly);
  }
}
