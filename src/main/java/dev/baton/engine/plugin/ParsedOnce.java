package dev.baton.engine.plugin;

import camundajar.impl.scala.util.Either;
import java.util.List;
import org.camunda.bpm.dmn.engine.impl.DefaultDmnEngineConfiguration;
import org.camunda.bpm.dmn.feel.impl.scala.ScalaFeelEngine;
import org.camunda.bpm.dmn.feel.impl.scala.function.CustomFunctionTransformer;
import org.camunda.bpm.dmn.feel.impl.scala.function.FeelCustomFunctionProvider;
import org.camunda.feel.FeelEngine;
import org.camunda.feel.FeelEngine.Failure;
import org.camunda.feel.syntaxtree.ParsedExpression;
import org.camunda.feel.valuemapper.ValueMapper.CompositeValueMapper;
import org.springframework.util.ConcurrentLruCache;

/**
 * Camunda's FEEL, except that it remembers what it has parsed: else it parses each expression of a
 * decision each time that the decision is evaluated, which takes longer than all the rest. What an
 * expression is parsed to depends on nothing but its text. Thread-safe.
 */
final class ParsedOnce extends ScalaFeelEngine {

  /** Of each kind; many times what a policy has. */
  private static final int EXPRESSIONS = 1_000;

  private ParsedOnce(List<FeelCustomFunctionProvider> functions) {
    super(functions);
  }

  /** Of a DMN engine that has not been told which FEEL to use. */
  static final class Decisions extends DefaultDmnEngineConfiguration {

    @Override
    protected void initFeelEngine() {
      if (feelEngineFactory == null && !enableFeelLegacyBehavior) {
        feelEngineFactory = () -> new ParsedOnce(feelCustomFunctionProviders);
      }
      super.initFeelEngine();
    }
  }

  @Override
  protected FeelEngine buildFeelEngine(
      CustomFunctionTransformer functions, CompositeValueMapper values) {
    return new Remembering(super.buildFeelEngine(functions, values));
  }

  @SuppressWarnings("deprecation") // It is what Camunda calls.
  private static final class Remembering extends FeelEngine {

    private final ConcurrentLruCache<String, Either<Failure, ParsedExpression>> expressions =
        new ConcurrentLruCache<>(EXPRESSIONS, super::parseExpression);
    private final ConcurrentLruCache<String, Either<Failure, ParsedExpression>> tests =
        new ConcurrentLruCache<>(EXPRESSIONS, super::parseUnaryTests);

    Remembering(FeelEngine as) {
      super(as.functionProvider(), as.valueMapper(), as.configuration(), as.clock());
    }

    @Override
    public Either<Failure, ParsedExpression> parseExpression(String text) {
      return expressions.get(text);
    }

    @Override
    public Either<Failure, ParsedExpression> parseUnaryTests(String text) {
      return tests.get(text);
    }
  }
}
