package dev.baton.app;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How much callers may ask of one node; what is beyond is refused.
 *
 * @param loginsPerMinute wrong passwords from one address, and all that are tried at a login; those
 *     that were right last time are let in all the same
 * @param requestsPerSecond of one user
 * @param messagesPerMinute in one conversation
 * @param body of a request
 * @param deployment a request that deploys
 */
@ConfigurationProperties("baton.limits")
record AccessLimits(
    @DefaultValue("30") int loginsPerMinute,
    @DefaultValue("1000") int requestsPerSecond,
    @DefaultValue("300") int messagesPerMinute,
    @DefaultValue("1MB") DataSize body,
    @DefaultValue("20MB") DataSize deployment) {}
