/** Processes, the shipped and those of users, and the REST API of the engine. */
@NullMarked
package dev.baton.it.process;

import org.jspecify.annotations.NullMarked;
