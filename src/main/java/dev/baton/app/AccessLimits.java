package dev.baton.app;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How much callers may ask of one node; what is beyond is refused.
 *
 * @param loginsPerMinute passwords that are tried from one address; those that were right last time
 *     do not count
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
