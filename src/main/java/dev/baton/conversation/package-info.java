/**
 * Baton's own memory of a conversation: its row, inbox, orders, offers and transcript, in tables of
 * its own inside the engine's transactions. Knows nothing of Camunda; {@link
 * dev.baton.conversation.Token} is the seam to whoever moves the process.
 */
@NullMarked
package dev.baton.conversation;

import org.jspecify.annotations.NullMarked;
