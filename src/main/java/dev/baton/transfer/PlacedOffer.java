package dev.baton.transfer;

import dev.baton.bots.Target;

/**
 * An offer that its target has got.
 *
 * @param key the offer's key
 * @param reference what {@link TargetKind#offer} answered; at most 255 characters
 */
public record PlacedOffer(String key, Target target, String reference) {}
