/**
 * Everything that touches Camunda's public API: the contracts of the processes in {@code bpmn/},
 * what their steps do, and who moves their token. What needs the engine's internals stands in
 * {@code engine.plugin}.
 */
@NullMarked
package dev.baton.engine;

import org.jspecify.annotations.NullMarked;
