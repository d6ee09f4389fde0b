/**
 * Makes the calls that were ordered: to the bot and to targets, with no transaction and no
 * connection held, and settles what came of them under the conversation's lock. Watches open offers
 * and takes over what a dead node left. Knows nothing of Camunda.
 */
@NullMarked
package dev.baton.dispatch;

import org.jspecify.annotations.NullMarked;
