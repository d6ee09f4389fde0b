/** The whole application, started as users start it, against the simulated org over real HTTP. */
@NullMarked
package dev.baton.whole;

import org.jspecify.annotations.NullMarked;
