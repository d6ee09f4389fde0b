package dev.baton.bots;

import org.jspecify.annotations.Nullable;

/**
 * A version the server offers.
 *
 * @param number such as {@code 5.3.0}
 * @param status {@code ACTIVE} or {@code DEPRECATED}
 */
public record OfferedVersion(@Nullable String number, @Nullable String status) {}
