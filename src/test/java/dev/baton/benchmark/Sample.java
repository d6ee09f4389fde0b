package dev.baton.benchmark;

import java.util.Map;
import java.util.Objects;

/** A slot of one variant in one round. */
record Sample(Map<Metric, Double> metrics) {

  double get(Metric metric) {
    return Objects.requireNonNull(metrics.get(metric));
  }
}
