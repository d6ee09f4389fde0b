/**
 * Who may reach Baton's addresses: path rules, passwords against the engine's users, and the
 * engine's current user. Used by the plugin in any web application, and by the application for all
 * its addresses.
 */
@NullMarked
package dev.baton.access;

import org.jspecify.annotations.NullMarked;
