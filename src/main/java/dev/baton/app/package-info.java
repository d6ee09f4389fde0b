/**
 * The application: an embedded Camunda engine with Baton, Cockpit and REST, secure as it comes. Not
 * part of the plugin.
 */
@NullMarked
package dev.baton.app;

import org.jspecify.annotations.NullMarked;
