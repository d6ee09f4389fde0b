package dev.baton.bots;

import org.jspecify.annotations.Nullable;

/**
 * An open session.
 *
 * @param runtimeCrc what the last answer that had one carried in {@code X-Runtime-CRC}
 */
public record SessionRef(String sessionId, @Nullable String runtimeCrc) {}
