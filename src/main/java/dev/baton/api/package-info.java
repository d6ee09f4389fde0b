/**
 * The REST interface for channels: begin a conversation, say something, see how it stands, leave.
 * It turns HTTP into calls of {@link dev.baton.conversation.Reception} and waits for answers
 * without holding a thread or a connection.
 */
@NullMarked
package dev.baton.api;

import org.jspecify.annotations.NullMarked;
