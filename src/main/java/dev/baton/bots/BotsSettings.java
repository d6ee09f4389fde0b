package dev.baton.bots;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where the bots of one org are.
 *
 * @param baseUrl "Runtime Base URL" of the bot's Add Connection dialog; it cannot be derived
 * @param orgId 18 characters; null takes the one the token answer names
 * @param forceConfigEndpoint My Domain URL of the org
 * @param withVariables whether the bot shall tell all its variables in every answer
 */
public record BotsSettings(
    URI baseUrl,
    ApiVersion version,
    @Nullable String orgId,
    String forceConfigEndpoint,
    boolean withVariables) {}
