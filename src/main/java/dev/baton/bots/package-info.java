/** The Einstein Bots API, versions 5.0 to 5.3. */
@NullMarked
package dev.baton.bots;

import org.jspecify.annotations.NullMarked;
