/** The way from the bot to whoever takes the conversation. */
@NullMarked
package dev.baton.it.transfer;

import org.jspecify.annotations.NullMarked;
