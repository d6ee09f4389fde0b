package dev.baton.api;

import dev.baton.conversation.Refusal;
import dev.baton.webhook.Signature;
import dev.baton.webhook.WebhookNews;
import dev.baton.webhook.WebhookNews.News;
import dev.baton.webhook.WebhookNews.Reading;
import dev.baton.webhook.WebhookNews.Refused;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Where services say by themselves what became of an offer. Their signature lets them in. */
@RestController
final class WebhookController {

  private final WebhookNews webhooks;
  private final OfferNews offers;

  WebhookController(WebhookNews webhooks, OfferNews offers) {
    this.webhooks = webhooks;
    this.offers = offers;
  }

  @PostMapping(ChannelApiConfiguration.SIGNED)
  ResponseEntity<Void> told(
      HttpServletRequest request,
      @PathVariable String name,
      @RequestHeader(name = Signature.TIMESTAMP, required = false) @Nullable String timestamp,
      @RequestHeader(name = Signature.SIGNATURE, required = false) @Nullable String signature)
      throws IOException {
    Reading reading = webhooks.read(name, timestamp, signature, JsonBody.bytes(request));
    if (reading instanceof Refused refused) {
      throw problem(refused);
    }
    News news = (News) reading;
    offers.told(news.target(), news.offerKey(), news.status());
    return ResponseEntity.ok().build();
  }

  private static RuntimeException problem(Refused refused) {
    return switch (refused) {
      case NO_SUCH_WEBHOOK ->
          new Refusal(Refusal.Kind.UNKNOWN, "No webhook of that name is configured.");
      case FORGED ->
          new UnreadableRequestException(
              401, "The signature is missing, or is not that of the body.");
      case STALE ->
          new UnreadableRequestException(
              401, "The signature is too old, or one of the two clocks is wrong.");
      case NO_NEWS ->
          new Refusal(
              Refusal.Kind.INVALID,
              "Send {\"offer\":\"<offer key>\",\"status\":\"waiting\", \"accepted\" or \"declined\"}.");
    };
  }
}
