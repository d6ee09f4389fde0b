/** What happens when something fails. */
@NullMarked
package dev.baton.it.failure;

import org.jspecify.annotations.NullMarked;
