package dev.baton.salesforce;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.bots.Target;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.RecordId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An autolaunched flow. What becomes of the session is the flow's business: it names a work item
 * whose acceptance is awaited, or finishes and has thereby taken the session, or pauses and may
 * still do something.
 *
 * <p>Running a flow twice is two transfers. After an unknown outcome it is not run again: only a
 * Case that the flow gave the subject of ours can be found, everything else stays in doubt.
 */
final class FlowRoute implements Route {

  private static final Logger log = LoggerFactory.getLogger(FlowRoute.class);

  private static final String DEFINITION = "300";
  private static final String VERSION = "301";
  private static final String FINISHED = "flow:finished:";
  private static final String PAUSED = "flow:paused:";
  private static final int LONGEST_GUID = 200;

  private final SalesforceClient salesforce;
  private final Cases cases;
  private final Map<String, FlowSettings> settings;
  private final Cached<Flow> flows;
  private final Cached<JsonNode> descriptions;

  FlowRoute(
      SalesforceClient salesforce, Cases cases, Map<String, FlowSettings> settings, Clock clock) {
    this.salesforce = salesforce;
    this.cases = cases;
    Map<String, FlowSettings> byId = new HashMap<>();
    settings.forEach((id, flow) -> byId.put(OmniRecords.canonical(id), flow));
    this.settings = Map.copyOf(byId);
    this.flows = new Cached<>(clock);
    this.descriptions = new Cached<>(clock);
  }

  /**
   * A flow of the org.
   *
   * @param problem why it cannot be run; null when it can
   */
  private record Flow(String apiName, @Nullable String problem) {}

  /** Whether the flow exists, is active, and asks for nothing that we do not have. */
  @Override
  public CompletableFuture<Availability> availability(Target target) {
    if (!isFlowId(target.value())) {
      return CompletableFuture.completedFuture(
          Route.notUsable("the target's value is no id of a flow"));
    }
    return flow(target)
        .thenCompose(
            flow -> {
              String problem = flow.problem();
              return problem != null
                  ? CompletableFuture.completedFuture(Route.notUsable(problem))
                  : describe(flow.apiName())
                      .thenApply(description -> judge(target, description))
                      .exceptionallyCompose(
                          Recovery.after(
                              SalesforceException.NotFound.class::isInstance,
                              missing ->
                                  CompletableFuture.completedFuture(
                                      Route.notUsable(
                                          "there is no active autolaunched flow of that name"))));
            });
  }

  private Availability judge(Target target, JsonNode description) {
    Map<String, String> given = sources(target, description);
    for (JsonNode input : description.path("inputs")) {
      String name = input.path("name").asText();
      if (input.path("required").asBoolean() && !given.containsKey(name)) {
        return Route.notUsable("the flow requires an input that is not configured: " + name);
      }
    }
    return new Availability.Available();
  }

  private CompletableFuture<JsonNode> describe(String apiName) {
    return descriptions.get(apiName, () -> salesforce.describeFlow(apiName));
  }

  private FlowSettings settings(Target target) {
    return settings.getOrDefault(OmniRecords.canonical(target.value()), FlowSettings.DEFAULT);
  }

  private CompletableFuture<Flow> flow(Target target) {
    String configured = settings(target).apiName();
    if (configured != null) {
      return CompletableFuture.completedFuture(new Flow(configured, null));
    }
    String id = OmniRecords.canonical(target.value());
    return flows.get(id, () -> lookUp(id));
  }

  /** Whether a target carries the id of the definition or of a version is written nowhere. */
  private CompletableFuture<Flow> lookUp(String id) {
    List<String> fields =
        id.startsWith(DEFINITION)
            ? List.of("DurableId")
            : List.of("ActiveVersionId", "LatestVersionId");
    return lookUp(id, fields)
        .thenApply(
            row ->
                row.map(FlowRoute::read)
                    .orElseGet(
                        () -> new Flow("", "there is no such flow, or our user cannot see it")));
  }

  /** One field at a time: the view does not promise to take OR. */
  private CompletableFuture<Optional<JsonNode>> lookUp(String id, List<String> fields) {
    if (fields.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    String soql =
        "SELECT DurableId,ApiName,NamespacePrefix,ProcessType,IsActive,ActiveVersionId,"
            + "LatestVersionId FROM FlowDefinitionView WHERE "
            + fields.get(0)
            + " IN "
            + Soql.list(List.of(id, id.substring(0, 15)));
    return salesforce
        .query(soql)
        .thenCompose(
            rows ->
                rows.isEmpty()
                    ? lookUp(id, fields.subList(1, fields.size()))
                    : CompletableFuture.completedFuture(Optional.of(rows.get(0))));
  }

  private static Flow read(JsonNode row) {
    String namespace = row.path("NamespacePrefix").asText("");
    String name = row.path("ApiName").asText("");
    String apiName =
        namespace.isEmpty() || row.path("NamespacePrefix").isNull()
            ? name
            : namespace + "__" + name;
    if (!apiName.matches("[A-Za-z][A-Za-z0-9_]*")) {
      return new Flow("", "the flow has no API name");
    }
    return new Flow(apiName, row.path("IsActive").asBoolean() ? null : "the flow is not active");
  }

  private Map<String, String> sources(Target target, JsonNode description) {
    Map<String, String> configured = settings(target).inputs();
    if (!configured.isEmpty()) {
      return configured;
    }
    List<String> declared = new ArrayList<>();
    description.path("inputs").forEach(input -> declared.add(input.path("name").asText()));
    return FlowInputs.standard(declared);
  }

  @Override
  public CompletableFuture<String> offer(Offer offer) {
    Target target = offer.target();
    if (!isFlowId(target.value())) {
      return CompletableFuture.failedFuture(
          new SalesforceException.Misconfigured("The target's value is no id of a flow", null));
    }
    return flow(target)
        .thenCompose(
            flow -> {
              String problem = flow.problem();
              if (problem != null) {
                throw new OfferOverException(Outcome.ERROR, problem);
              }
              return describe(flow.apiName())
                  .thenCompose(
                      description ->
                          salesforce.runFlow(
                              flow.apiName(), FlowInputs.of(offer, sources(target, description))));
            })
        .thenApply(result -> reference(result.path("outputValues"), settings(target)));
  }

  private static String reference(JsonNode outputs, FlowSettings settings) {
    String item = outputs.path(settings.workItemOutput()).asText();
    if (SalesforceClient.isId(item)) {
      return item;
    }
    if (!item.isEmpty() && !outputs.path(settings.workItemOutput()).isNull()) {
      log.warn("The output {} of a flow is no id of a record", settings.workItemOutput());
    }
    String guid = outputs.path("Flow__InterviewGuid").asText();
    guid = guid.substring(0, Math.min(guid.length(), LONGEST_GUID));
    return switch (outputs.path("Flow__InterviewStatus").asText()) {
      case "Finished" -> FINISHED + guid;
      case "Error" -> throw new OfferOverException(Outcome.ERROR, "the flow ended with an error");
      default -> PAUSED + guid; // "Waiting", and whatever else does not say that it is done
    };
  }

  @Override
  public CompletableFuture<Optional<String>> find(Offer offer) {
    return cases
        .find(offer)
        .thenApply(
            found ->
                Optional.of(
                    found.stream()
                        .findFirst()
                        .orElseThrow(
                            () ->
                                new OfferOverException(
                                    Outcome.IN_DOUBT,
                                    "the answer of the flow was lost, and it is not run twice"))));
  }

  @Override
  public Optional<OfferStatus> known(String reference) {
    if (reference.startsWith(FINISHED)) {
      return Optional.of(new OfferStatus.Accepted(null));
    }
    return reference.startsWith(PAUSED) ? Optional.of(new OfferStatus.Waiting()) : Optional.empty();
  }

  private static boolean isFlowId(String value) {
    return RecordId.canonical(value)
        .filter(id -> id.startsWith(DEFINITION) || id.startsWith(VERSION))
        .isPresent();
  }
}
