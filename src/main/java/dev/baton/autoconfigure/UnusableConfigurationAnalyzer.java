package dev.baton.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows an {@link UnusableConfigurationException} in place of a stack trace. */
final class UnusableConfigurationAnalyzer
    extends AbstractFailureAnalyzer<UnusableConfigurationException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, UnusableConfigurationException cause) {
    return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
  }
}
