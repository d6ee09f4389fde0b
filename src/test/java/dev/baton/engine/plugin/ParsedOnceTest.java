package dev.baton.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.camunda.bpm.dmn.engine.impl.DefaultDmnEngineConfiguration;
import org.camunda.bpm.dmn.feel.impl.FeelEngine;
import org.camunda.bpm.dmn.feel.impl.FeelException;
import org.camunda.bpm.dmn.feel.impl.scala.ScalaFeelEngine;
import org.camunda.bpm.dmn.feel.impl.scala.function.CustomFunction;
import org.camunda.bpm.dmn.feel.impl.scala.function.FeelCustomFunctionProvider;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.cfg.StandaloneInMemProcessEngineConfiguration;
import org.camunda.bpm.engine.variable.Variables;
import org.camunda.bpm.engine.variable.context.VariableContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decisions mean what they mean to Camunda's engine, however often they are asked. */
class ParsedOnceTest {

  private final ProcessEngineConfigurationImpl engine =
      new StandaloneInMemProcessEngineConfiguration();

  private final BatonEnginePlugin plugin =
      new BatonEnginePlugin(
          () -> {
            throw new AssertionError("No process runs.");
          },
          name -> false,
          false);

  ParsedOnceTest() {
    plugin.preInit(engine);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "x + 1",
        "if x > 2 then \"many\" else null",
        "{ a: x, f: function(y) y * a, b: f(2) }.b",
        "for i in 1..x return partial[-1]",
        "[3, 1, x][item > 1]",
        "date and time(\"2026-03-02T08:00:00\") + duration(\"PT5M\")",
        "missing.part",
        "no such function(1)",
        "1 + \"a\"",
        "assert(x, x > 5)",
        "external(1)",
        "((("
      })
  void anExpressionSaysTheSameEachTime(String text) {
    FeelEngine camundas = new ScalaFeelEngine(List.of());
    FeelEngine ours = feel();
    for (int x : List.of(1, 3, 3)) {
      assertThat(said(ours, text, x)).isEqualTo(said(camundas, text, x));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "not(3)", "[2..4]", "> 2, 1", "x = 3", "? = x", "\"a\"", "(((", "-"})
  void aTestSaysTheSameEachTime(String text) {
    FeelEngine camundas = new ScalaFeelEngine(List.of());
    FeelEngine ours = feel();
    for (int x : List.of(1, 3, 3)) {
      assertThat(tested(ours, text, x)).isEqualTo(tested(camundas, text, x));
    }
  }

  @Test
  void theSameTextIsAnotherThingAsATest() {
    FeelEngine ours = feel();
    assertThat(said(ours, "3", 1)).isEqualTo("3");
    assertThat(tested(ours, "3", 1)).isEqualTo("false");
  }

  @Test
  void functionsThatTheEngineAddsAreThere() {
    engine.setDmnFeelCustomFunctionProviders(
        List.of(
            new FeelCustomFunctionProvider() {
              @Override
              public Optional<CustomFunction> resolveFunction(String name) {
                return Optional.of(
                    CustomFunction.create()
                        .setParams("a")
                        .setFunction(args -> "twice " + args.get(0))
                        .build());
              }

              @Override
              public Set<String> getFunctionNames() {
                return Set.of("twice");
              }
            }));
    assertThat(said(feel(), "twice(\"a\")", 1)).isEqualTo("twice a");
  }

  @Test
  void anEngineThatAsksForItsOldLanguageGetsIt() {
    engine.setDmnFeelEnableLegacyBehavior(true);
    assertThat(feel()).isNotInstanceOf(ScalaFeelEngine.class);
  }

  @Test
  void whatAnEngineIsToldToUseItUses() {
    DefaultDmnEngineConfiguration own = new DefaultDmnEngineConfiguration();
    engine.setDmnEngineConfiguration(own);
    plugin.preInit(engine);
    assertThat(engine.getDmnEngineConfiguration()).isSameAs(own);
  }

  /** As the engine sets it up. */
  private FeelEngine feel() {
    DefaultDmnEngineConfiguration decisions = engine.getDmnEngineConfiguration();
    decisions.setFeelCustomFunctionProviders(engine.getDmnFeelCustomFunctionProviders());
    decisions.enableFeelLegacyBehavior(engine.isDmnFeelEnableLegacyBehavior());
    decisions.buildEngine();
    return decisions.getFeelEngine();
  }

  private static String said(FeelEngine feel, String text, int x) {
    try {
      return String.valueOf(feel.<Object>evaluateSimpleExpression(text, given(x)));
    } catch (FeelException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String tested(FeelEngine feel, String text, int x) {
    try {
      return String.valueOf(feel.evaluateSimpleUnaryTests(text, "cellInput", given(x)));
    } catch (FeelException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static VariableContext given(int x) {
    return Variables.fromMap(Map.of("x", x, "cellInput", x)).asVariableContext();
  }
}
