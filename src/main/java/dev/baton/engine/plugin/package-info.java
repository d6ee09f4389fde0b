/**
 * The process-engine plugin: the one place that uses the engine's internals ({@code
 * org.camunda.bpm.engine.impl}).
 */
@NullMarked
package dev.baton.engine.plugin;

import org.jspecify.annotations.NullMarked;
