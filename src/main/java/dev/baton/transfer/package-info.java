/**
 * Offering an escalated session to its targets: what an offer is, how it can end and what the bot
 * hears about that. Knows no particular kind of target; a kind joins in by implementing {@link
 * dev.baton.transfer.TargetKind}.
 */
@NullMarked
package dev.baton.transfer;

import org.jspecify.annotations.NullMarked;
