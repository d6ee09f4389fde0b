/** What Baton adds to the engine's own REST API, where the application has it. */
@NullMarked
package dev.baton.engine.rest;

import org.jspecify.annotations.NullMarked;
