package dev.baton.salesforce;

import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The channel by which Omni-Channel takes cases. Thread-safe. */
final class ServiceChannel {

  private final SalesforceClient salesforce;
  private final @Nullable String configured;
  private final Cached<String> found;

  ServiceChannel(SalesforceClient salesforce, @Nullable String configured, Clock clock) {
    this.salesforce = salesforce;
    this.configured = configured;
    this.found = new Cached<>(clock);
  }

  /** Its id. Fails with {@link SalesforceException.Misconfigured} when the org has none. */
  CompletableFuture<String> id() {
    String given = configured;
    return given == null
        ? found.get("Case", this::lookUp)
        : CompletableFuture.completedFuture(given);
  }

  private CompletableFuture<String> lookUp() {
    return salesforce
        .query(
            "SELECT Id,DeveloperName,RelatedEntity FROM ServiceChannel WHERE RelatedEntity='Case'")
        .thenApply(
            channels ->
                channels.stream()
                    .map(row -> row.path("Id").asText())
                    .filter(SalesforceClient::isId)
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new SalesforceException.Misconfigured(
                                "the org has no service channel for Case, or our user cannot see"
                                    + " it",
                                null)));
  }
}
