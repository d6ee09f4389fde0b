package dev.baton.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.http.Gate;
import dev.baton.http.HttpCaller;
import dev.baton.http.NotTriedException;
import dev.baton.transfer.Availability;
import dev.baton.transfer.HandoverJson;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import dev.baton.transfer.TargetKind;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service of the user's own ({@value #TYPE}). The target's value is a name from the
 * configuration, never an address: what a bot says decides which of the known services is asked,
 * not where requests go.
 *
 * <p>Every request is a signed POST to the service's one address; the offer's key is in each, and
 * the service takes the same key as the same offer. docs/targets/webhook.md has the messages.
 *
 * <p>Thread-safe.
 */
public final class WebhookTarget implements TargetKind {

  public static final String TYPE = "Baton:Webhook";

  private static final Logger log = LoggerFactory.getLogger(WebhookTarget.class);

  private static final int LONGEST_HANDOVER = 200_000;
  private static final int LONGEST_NAME = 200;
  private static final Pattern UNREADABLE = Pattern.compile("[\\p{Cntrl}\\p{Cs}]+");
  private static final String WAITING = "waiting";
  private static final String ACCEPTED = "accepted";
  private static final String ACCEPTED_BY = ACCEPTED + ":";

  /** What a service can know about why nobody takes the conversation. */
  private static final Set<Outcome> REFUSALS =
      Set.of(
          Outcome.NO_AGENT,
          Outcome.CLOSED,
          Outcome.QUEUE_FULL,
          Outcome.DECLINED,
          Outcome.WITHDRAWN_BY_CUSTOMER,
          Outcome.CANCELLED,
          Outcome.ERROR);

  private final Map<String, WebhookClient> webhooks;

  /**
   * The services.
   *
   * @param webhooks by name
   * @param gates before each {@linkplain #system(Target) system}
   */
  public WebhookTarget(
      Map<String, Webhook> webhooks, HttpCaller http, Function<String, Gate> gates) {
    this(webhooks, http, gates, Clock.systemUTC());
  }

  WebhookTarget(
      Map<String, Webhook> webhooks, HttpCaller http, Function<String, Gate> gates, Clock clock) {
    this.webhooks =
        webhooks.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey,
                    entry ->
                        new WebhookClient(
                            entry.getKey(),
                            entry.getValue(),
                            http,
                            gates.apply(system(entry.getKey())),
                            clock)));
  }

  private static String system(String webhook) {
    return "webhook " + webhook;
  }

  @Override
  public String system(Target target) {
    return system(target.value());
  }

  /** Whatever has the type, so that a name that is not configured fails with a word about it. */
  @Override
  public boolean serves(Target target) {
    return target.type().equals(TYPE);
  }

  @Override
  public boolean tellsAvailability() {
    return false;
  }

  @Override
  public CompletableFuture<Availability> availability(Target target) {
    return CompletableFuture.completedFuture(
        webhooks.containsKey(target.value())
            ? new Availability.Unknown()
            : new Availability.Unavailable(Outcome.ERROR, "no webhook of that name is configured"));
  }

  @Override
  public CompletableFuture<String> offer(Offer offer) {
    WebhookClient webhook = webhooks.get(offer.target().value());
    if (webhook == null) {
      return notConfigured();
    }
    ObjectNode message = message("offer", offer.key());
    message.set("handover", HandoverJson.of(offer.handover(), LONGEST_HANDOVER));
    return webhook
        .send(message, true)
        .thenApply(
            answer -> {
              OfferStatus status =
                  answer.isEmpty() ? new OfferStatus.Waiting() : status(answer).orElse(null);
              if (status == null) {
                throw webhook.unreadable("offer", true);
              }
              return reference(status);
            });
  }

  /** An acceptance is final, so the reference remembers it: the service is not asked again. */
  private static String reference(OfferStatus status) {
    if (status instanceof OfferStatus.Refused refused) {
      throw new OfferOverException(refused.outcome(), "the webhook declined the offer");
    }
    if (status instanceof OfferStatus.Accepted accepted) {
      return accepted.by() == null ? ACCEPTED : ACCEPTED_BY + accepted.by();
    }
    return WAITING;
  }

  @Override
  public boolean acceptedAtOnce(String reference) {
    return reference.equals(ACCEPTED) || reference.startsWith(ACCEPTED_BY);
  }

  private static Optional<OfferStatus> known(PlacedOffer offer) {
    String reference = offer.reference();
    if (reference.startsWith(ACCEPTED_BY)) {
      return Optional.of(new OfferStatus.Accepted(reference.substring(ACCEPTED_BY.length())));
    }
    return reference.equals(ACCEPTED)
        ? Optional.of(new OfferStatus.Accepted(null))
        : Optional.empty();
  }

  @Override
  public CompletableFuture<Optional<String>> find(Offer offer) {
    WebhookClient webhook = webhooks.get(offer.target().value());
    if (webhook == null) {
      return notConfigured();
    }
    return ask(webhook, List.of(offer.key()))
        .thenApply(
            answer -> {
              JsonNode found = answer.path(offer.key());
              return isUnknown(found)
                  ? Optional.empty()
                  : Optional.of(
                      reference(
                          status(found).orElseThrow(() -> webhook.unreadable("status", false))));
            });
  }

  @Override
  public CompletableFuture<Map<String, OfferStatus>> status(List<PlacedOffer> offers) {
    Map<String, OfferStatus> statuses = new ConcurrentHashMap<>();
    Map<String, List<String>> open = new LinkedHashMap<>();
    for (PlacedOffer offer : offers) {
      Optional<OfferStatus> known = known(offer);
      if (known.isPresent()) {
        statuses.put(offer.key(), known.get());
      } else {
        open.computeIfAbsent(offer.target().value(), name -> new ArrayList<>()).add(offer.key());
      }
    }
    return CompletableFuture.allOf(
            open.entrySet().stream()
                .map(entry -> status(entry.getKey(), entry.getValue(), statuses))
                .toArray(CompletableFuture[]::new))
        .thenApply(done -> statuses);
  }

  /** One request for all offers of a service. One that is down does not silence the others. */
  private CompletableFuture<Void> status(
      String name, List<String> keys, Map<String, OfferStatus> statuses) {
    WebhookClient webhook = webhooks.get(name);
    if (webhook == null) {
      keys.forEach(key -> statuses.put(key, new OfferStatus.Refused(Outcome.ERROR)));
      return CompletableFuture.allOf();
    }
    return ask(webhook, keys)
        .exceptionally(
            failure -> {
              if (!NotTriedException.causes(failure)) {
                log.warn("The open offers of webhook {} cannot be asked after", name, failure);
              }
              return MissingNode.getInstance();
            })
        .thenAccept(
            answer -> {
              for (String key : keys) {
                statuses.put(
                    key, answer.isMissingNode() ? new OfferStatus.Waiting() : open(answer, key));
              }
            });
  }

  private static OfferStatus open(JsonNode answer, String key) {
    JsonNode offer = answer.path(key);
    return isUnknown(offer)
        ? new OfferStatus.Refused(Outcome.CANCELLED)
        : status(offer).orElse(new OfferStatus.Waiting());
  }

  /** The answer's offers, by key. */
  private static CompletableFuture<JsonNode> ask(WebhookClient webhook, List<String> keys) {
    ObjectNode message = JsonNodeFactory.instance.objectNode().put("type", "status");
    ArrayNode offers = message.putArray("offers");
    keys.forEach(offers::add);
    return webhook
        .send(message, false)
        .thenApply(
            answer -> {
              if (!answer.path("offers").isObject()) {
                throw webhook.unreadable("status", false);
              }
              return answer.path("offers");
            });
  }

  @Override
  public CompletableFuture<OfferStatus> withdraw(PlacedOffer offer) {
    WebhookClient webhook = webhooks.get(offer.target().value());
    if (webhook == null) {
      return notConfigured();
    }
    Optional<OfferStatus> known = known(offer);
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    return webhook
        .send(message("withdraw", offer.key()), true)
        .thenApply(
            answer -> {
              String status = answer.path("status").asText();
              if (answer.isEmpty() || status.equals("withdrawn") || isUnknown(answer)) {
                return new OfferStatus.Withdrawn();
              }
              OfferStatus now = status(answer).orElse(new OfferStatus.Waiting());
              if (now instanceof OfferStatus.Accepted) {
                return now;
              }
              if (now instanceof OfferStatus.Refused) {
                return new OfferStatus.Withdrawn();
              }
              throw webhook.unreadable("withdraw", true);
            });
  }

  @Override
  public CompletableFuture<Void> release(PlacedOffer offer) {
    WebhookClient webhook = webhooks.get(offer.target().value());
    return webhook == null
        ? notConfigured()
        : webhook.send(message("release", offer.key()), true).thenAccept(answer -> {});
  }

  /** The service tells a repeat by the message's id. */
  @Override
  public CompletableFuture<Void> deliver(PlacedOffer offer, HeldMessage held, boolean repeated) {
    WebhookClient webhook = webhooks.get(offer.target().value());
    if (webhook == null) {
      return notConfigured();
    }
    ObjectNode message = message("message", offer.key());
    message.putObject("message").put("id", held.id()).put("text", held.text());
    return webhook.send(message, true).thenAccept(answer -> {});
  }

  private static ObjectNode message(String type, String key) {
    return JsonNodeFactory.instance.objectNode().put("type", type).put("offer", key);
  }

  private static boolean isUnknown(JsonNode offer) {
    return offer.isMissingNode() || offer.path("status").asText().equals("unknown");
  }

  /** Empty for what is no status. */
  static Optional<OfferStatus> status(JsonNode answer) {
    return switch (answer.path("status").asText()) {
      case WAITING -> Optional.of(waiting(answer));
      case ACCEPTED -> Optional.of(new OfferStatus.Accepted(by(answer.path("by"))));
      case "declined" -> Optional.of(new OfferStatus.Refused(refusal(answer.path("outcome"))));
      default -> Optional.empty();
    };
  }

  private static OfferStatus waiting(JsonNode answer) {
    JsonNode position = answer.path("position");
    JsonNode estimate = answer.path("estimateSeconds");
    return new OfferStatus.Waiting(
        position.isInt() && position.intValue() > 0 ? position.intValue() : null,
        estimate.isInt() && estimate.intValue() >= 0
            ? Duration.ofSeconds(estimate.intValue())
            : null);
  }

  /** For people: without what no database keeps, control characters and half characters. */
  private static @Nullable String by(JsonNode by) {
    String text = UNREADABLE.matcher(by.asText("")).replaceAll(" ").strip();
    if (text.isEmpty() || by.isNull()) {
      return null;
    }
    int end =
        text.offsetByCodePoints(0, Math.min(LONGEST_NAME, text.codePointCount(0, text.length())));
    return text.substring(0, end);
  }

  private static Outcome refusal(JsonNode code) {
    return REFUSALS.stream()
        .filter(outcome -> outcome.code().equals(code.asText()))
        .findFirst()
        .orElse(Outcome.DECLINED);
  }

  private static <T> CompletableFuture<T> notConfigured() {
    return CompletableFuture.failedFuture(
        new WebhookException("No webhook of that name is configured", null, false, false, null));
  }
}
