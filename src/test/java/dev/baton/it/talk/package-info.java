/** The conversation of a customer with the bot. */
@NullMarked
package dev.baton.it.talk;

import org.jspecify.annotations.NullMarked;
