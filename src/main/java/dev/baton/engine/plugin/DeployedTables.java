package dev.baton.engine.plugin;

import dev.baton.engine.DecisionTables;
import dev.baton.engine.RoutingPolicy.Table;
import dev.baton.engine.RoutingPolicy.Unusable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.camunda.bpm.dmn.engine.DmnDecision;
import org.camunda.bpm.dmn.engine.DmnDecisionResult;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.dmn.entity.repository.DecisionDefinitionEntity;
import org.camunda.bpm.engine.variable.Variables;
import org.jspecify.annotations.Nullable;

/**
 * The tables in the engine, always their latest version. Asked without a command of its own: an
 * engine's command that fails would take the whole transaction with it, and the conversation could
 * not go on without the policy.
 */
public final class DeployedTables implements DecisionTables {

  @Override
  public Optional<Map<String, @Nullable Object>> ask(
      Table table, Map<String, @Nullable Object> input) {
    ProcessEngineConfigurationImpl engine = Context.getProcessEngineConfiguration();
    DecisionDefinitionEntity latest =
        Context.getCommandContext()
            .getDecisionDefinitionManager()
            .findLatestDecisionDefinitionByKey(table.id());
    if (latest == null) {
      return Optional.empty();
    }
    try {
      DmnDecision decision = engine.getDeploymentCache().resolveDecisionDefinition(latest);
      DmnDecisionResult result =
          engine.getDmnEngine().evaluateDecision(decision, Variables.fromMap(input));
      List<Map<String, Object>> rules = result.getResultList();
      if (rules.size() > 1) {
        throw new Unusable("More than one rule of '%s' matches.".formatted(table.id()));
      }
      return rules.stream().findFirst().map(rule -> new HashMap<>(rule));
    } catch (Unusable e) {
      throw e;
    } catch (RuntimeException e) {
      throw new Unusable(
          "The decision '%s' cannot be evaluated: %s".formatted(table.id(), words(e)), e);
    }
  }

  /** Behind the first colon the engine shows the values that it stumbled over. */
  private static String words(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    int colon = message.indexOf(':');
    return colon < 0 ? message : message.substring(0, colon);
  }
}
