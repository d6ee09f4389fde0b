package dev.baton.engine;

import dev.baton.conversation.Refusal;
import java.util.Objects;
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

  /**
   * The value, or null when there is none.
   *
   * @throws Refusal when it has another type: passing it over would lose what somebody sent
   */
  @Nullable T get(VariableScope scope) {
    Object value = scope.getVariable(name);
    if (value != null && !type.isInstance(value)) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "The variable %s is of type %s; send it as %s."
              .formatted(name, value.getClass().getSimpleName(), type.getSimpleName()));
    }
    return type.cast(value);
  }

  void set(VariableScope scope, @Nullable T value) {
    // The engine would write what it has already.
    if (transientOnly
        || !scope.hasVariable(name)
        || !Objects.equals(scope.getVariable(name), value)) {
      scope.setVariable(name, value(value));
    }
  }

  TypedValue value(@Nullable T value) {
    return Variables.untypedValue(value, transientOnly);
  }
}
