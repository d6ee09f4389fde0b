/**
 * The Spring Boot wiring: reads {@code baton.*}, refuses what cannot work, and makes the beans. The
 * one place that knows every other package.
 */
@NullMarked
package dev.baton.autoconfigure;

import org.jspecify.annotations.NullMarked;
