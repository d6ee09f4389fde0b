package dev.baton.conversation;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A conversation that has begun: all that the call for its session needs is known, unread.
 *
 * @param order that a session be started
 * @param greeting completes with the commit of what the bot said first if the talk goes on or is
 *     transferred with that, and empty when something else has come of it
 */
public record Beginning(
    Order order, Conversation conversation, CompletableFuture<Optional<Turns.Reply>> greeting) {}
