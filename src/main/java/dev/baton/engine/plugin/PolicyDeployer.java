package dev.baton.engine.plugin;

import dev.baton.engine.RoutingPolicy.Output;
import dev.baton.engine.RoutingPolicy.Table;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.impl.persistence.deploy.Deployer;
import org.camunda.bpm.engine.impl.persistence.entity.DeploymentEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ResourceEntity;
import org.camunda.bpm.model.dmn.Dmn;
import org.camunda.bpm.model.dmn.DmnModelInstance;
import org.camunda.bpm.model.dmn.HitPolicy;
import org.camunda.bpm.model.dmn.instance.Decision;
import org.camunda.bpm.model.dmn.instance.DecisionTable;
import org.camunda.bpm.model.dmn.instance.InputEntry;
import org.camunda.bpm.model.dmn.instance.InputExpression;
import org.camunda.bpm.model.dmn.instance.LiteralExpression;
import org.camunda.bpm.model.dmn.instance.OutputEntry;
import org.camunda.bpm.model.dmn.instance.Rule;
import org.camunda.feel.api.EvaluationResult;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;
import org.camunda.feel.api.ParseResult;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a routing policy that certainly does not work, when it is deployed: the next customer
 * would be the one to find out. Looks only at files that have a decision of the policy. The words
 * are for whoever wrote it.
 */
final class PolicyDeployer implements Deployer {

  private static final Set<HitPolicy> ONE_RULE =
      EnumSet.of(HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.ANY);

  private final FeelEngineApi feel = FeelEngineBuilder.forJava().build();

  @Override
  public void deploy(DeploymentEntity deployment) {
    // What was deployed once must stay readable, whatever rules came since.
    if (!deployment.isNew()) {
      return;
    }
    List<String> mistakes = new ArrayList<>();
    for (ResourceEntity resource : deployment.getResources().values()) {
      if (resource.getName().endsWith(".dmn") || resource.getName().endsWith("dmn11.xml")) {
        check(Dmn.readModelFromStream(new ByteArrayInputStream(resource.getBytes())), mistakes);
      }
    }
    if (!mistakes.isEmpty()) {
      throw new BadUserRequestException(
          "The routing policy would not work: " + String.join(" ", mistakes));
    }
  }

  private void check(DmnModelInstance model, List<String> mistakes) {
    Collection<Decision> decisions = model.getModelElementsByType(Decision.class);
    boolean policy = false;
    for (Decision decision : decisions) {
      Optional<Table> table = Table.of(decision.getId());
      if (table.isPresent()) {
        policy = true;
        check(table.get(), decision, mistakes);
      }
    }
    if (policy) {
      checkSyntax(model, mistakes);
    }
  }

  private void check(Table table, Decision decision, List<String> mistakes) {
    if (!(decision.getExpression() instanceof DecisionTable rules)) {
      mistakes.add("'%s' has to be a decision table.".formatted(table.id()));
      return;
    }
    if (!ONE_RULE.contains(rules.getHitPolicy())) {
      mistakes.add(
          "The hit policy of '%s' has to be one by which one rule matches: FIRST, UNIQUE or ANY."
              .formatted(table.id()));
    }
    List<String> names = new ArrayList<>();
    rules.getOutputs().forEach(output -> names.add(String.valueOf(output.getName())));
    for (String name : names) {
      if (table.output(name).isEmpty()) {
        mistakes.add(
            "'%s' has no output '%s'; it may have %s."
                .formatted(table.id(), name, table.outputs().stream().map(Output::name).toList()));
      }
    }
    for (Rule rule : rules.getRules()) {
      int column = 0;
      for (OutputEntry entry : rule.getOutputEntries()) {
        checkConstant(table, names.get(column++), rule, entry, mistakes);
      }
    }
  }

  /** What depends on a variable shows only when it is asked. */
  private void checkConstant(
      Table table, String name, Rule rule, OutputEntry entry, List<String> mistakes) {
    Optional<Output<?>> output = table.output(name);
    String text = text(entry);
    if (output.isEmpty() || text.isBlank() || !isFeel(entry)) {
      return;
    }
    EvaluationResult constant = feel.evaluateExpression(text, Map.<String, Object>of());
    if (constant.isSuccess()
        && !constant.hasSuppressedFailures()
        && !output.get().accepts(constant.result())) {
      mistakes.add(
          "In the rule '%s' of '%s' the output '%s' has to be %s."
              .formatted(rule.getId(), table.id(), name, output.get().expects()));
    }
  }

  private void checkSyntax(DmnModelInstance model, List<String> mistakes) {
    for (LiteralExpression e : model.getModelElementsByType(LiteralExpression.class)) {
      checkExpression(e, mistakes);
    }
    for (InputExpression e : model.getModelElementsByType(InputExpression.class)) {
      checkExpression(e, mistakes);
    }
    for (OutputEntry e : model.getModelElementsByType(OutputEntry.class)) {
      checkExpression(e, mistakes);
    }
    for (InputEntry e : model.getModelElementsByType(InputEntry.class)) {
      String text = e.getText() == null ? "" : e.getText().getTextContent().strip();
      if (!text.isEmpty() && isFeel(e.getExpressionLanguage())) {
        report(e.getId(), feel.parseUnaryTests(text), mistakes);
      }
    }
  }

  private void checkExpression(LiteralExpression expression, List<String> mistakes) {
    if (!text(expression).isEmpty() && isFeel(expression)) {
      report(expression.getId(), feel.parseExpression(text(expression)), mistakes);
    }
  }

  private static void report(String id, ParseResult parsed, List<String> mistakes) {
    if (!parsed.isSuccess()) {
      mistakes.add("'%s' is no FEEL: %s.".formatted(id, parsed.failure().message()));
    }
  }

  private static String text(LiteralExpression expression) {
    return expression.getText() == null ? "" : expression.getText().getTextContent().strip();
  }

  private static boolean isFeel(LiteralExpression expression) {
    return isFeel(expression.getExpressionLanguage());
  }

  private static boolean isFeel(@Nullable String language) {
    return language == null || language.toLowerCase(Locale.ROOT).contains("feel");
  }
}
