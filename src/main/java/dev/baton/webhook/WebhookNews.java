package dev.baton.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Target;
import dev.baton.http.RemoteJson;
import dev.baton.transfer.OfferStatus;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What services say by themselves: {@code {"offer":"<key>","status":"accepted"}}, signed like what
 * they are sent. A copy of a message is as good as the message, and does no more than it did.
 *
 * <p>Thread-safe.
 */
public final class WebhookNews {

  private static final ObjectMapper JSON = new ObjectMapper(RemoteJson.FACTORY);
  private static final Pattern KEY = Pattern.compile("[\\x20-\\x7e]{1,255}");

  private final Map<String, Signature> signatures;

  /**
   * Of these services.
   *
   * @param webhooks by name
   */
  public WebhookNews(Map<String, Webhook> webhooks) {
    this(webhooks, Clock.systemUTC());
  }

  WebhookNews(Map<String, Webhook> webhooks, Clock clock) {
    this.signatures =
        webhooks.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, entry -> new Signature(entry.getValue().secret(), clock)));
  }

  /** What a message turned out to be. */
  public sealed interface Reading {}

  /** A service's word about an offer. */
  public record News(Target target, String offerKey, OfferStatus status) implements Reading {}

  /** Not to be believed. */
  public enum Refused implements Reading {
    NO_SUCH_WEBHOOK,
    FORGED,
    STALE,
    /** Signed well, and says nothing about an offer. */
    NO_NEWS
  }

  /**
   * Reads a message, once its signature is verified.
   *
   * @param name of the service that is said to have sent it
   * @param timestamp the header {@value Signature#TIMESTAMP}
   * @param signature the header {@value Signature#SIGNATURE}
   * @param body as it came
   */
  public Reading read(
      String name, @Nullable String timestamp, @Nullable String signature, byte[] body) {
    Signature known = signatures.get(name);
    if (known == null) {
      return Refused.NO_SUCH_WEBHOOK;
    }
    return switch (known.verify(timestamp, signature, body)) {
      case FORGED -> Refused.FORGED;
      case STALE -> Refused.STALE;
      case GENUINE -> read(new Target(WebhookTarget.TYPE, name), body);
    };
  }

  private static Reading read(Target target, byte[] body) {
    try {
      JsonNode message = JSON.readTree(body);
      JsonNode offer = message.path("offer");
      Optional<OfferStatus> status = WebhookTarget.status(message);
      return offer.isTextual() && KEY.matcher(offer.textValue()).matches() && status.isPresent()
          ? new News(target, offer.textValue(), status.get())
          : Refused.NO_NEWS;
    } catch (IOException e) {
      return Refused.NO_NEWS;
    }
  }
}
