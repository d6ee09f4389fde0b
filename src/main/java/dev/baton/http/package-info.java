/**
 * The one place that sends HTTP: every call leaves here with explicit time limits and comes back as
 * an answer or as a statement of whether it may have been processed.
 */
@NullMarked
package dev.baton.http;

import org.jspecify.annotations.NullMarked;
