package dev.baton.app;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What callers may ask of one node; the rest is refused.
 *
 * @param loginsPerMinute wrong passwords from one address (IPv6: from one /64 network), and all
 *     that are tried at a login; credentials that were right last time are exempt
 * @param requestsPerSecond of one user
 * @param messagesPerMinute in one conversation
 * @param body of a request of a user
 * @param deployment of a request of a user that deploys
 */
@ConfigurationProperties("baton.limits")
record AccessLimits(
    @DefaultValue("30") int loginsPerMinute,
    @DefaultValue("1000") int requestsPerSecond,
    @DefaultValue("300") int messagesPerMinute,
    @DefaultValue("1MB") DataSize body,
    @DefaultValue("20MB") DataSize deployment) {}
