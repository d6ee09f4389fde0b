/**
 * What a conversation costs: the same eleven calls and the same customer, on Baton, on the engine
 * as it is commonly used, and without either. docs/performance.md has the method.
 */
@NullMarked
package dev.baton.benchmark;

import org.jspecify.annotations.NullMarked;
