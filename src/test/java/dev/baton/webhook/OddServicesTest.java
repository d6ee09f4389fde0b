package dev.baton.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.OddJson;
import dev.baton.bots.Target;
import dev.baton.http.Gate;
import dev.baton.http.HttpCaller;
import dev.baton.http.TestServer;
import dev.baton.http.TestServer.Reply;
import dev.baton.http.TimeLimits;
import dev.baton.transfer.Handover;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.PlacedOffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a service answers or says by itself is an outcome, or a documented fault. */
@Timeout(120)
class OddServicesTest {

  private static final int CASES = 1500;
  private static final String SECRET = "sixteen characters";
  private static final String[] ANSWERS = {
    "{\"status\":\"accepted\",\"by\":\"Anna\"}",
    "{\"status\":\"waiting\",\"position\":3,\"estimateSeconds\":90}",
    "{\"status\":\"declined\",\"outcome\":\"closed\"}",
    "{\"status\":\"withdrawn\"}",
    "{\"offers\":{\"offer-1\":{\"status\":\"accepted\",\"by\":\"Anna\"}}}",
    "{\"offers\":{\"offer-1\":{\"status\":\"unknown\"}}}"
  };

  @Test
  void nothingButAnOutcomeOrADocumentedFaultComesOut() throws Exception {
    OddJson odd = new OddJson(5);
    Target desk = new Target("Baton:Webhook", "desk");
    Offer offer = new Offer("offer-1", desk, new Handover("c1", "s1", List.of()));
    PlacedOffer placed = new PlacedOffer("offer-1", desk, "waiting");
    int[] statuses = {200, 200, 202, 204, 302, 400, 404, 429, 500, 503};
    int[] at = {0};
    try (TestServer server =
            new TestServer(
                request -> {
                  int status = statuses[at[0]++ % statuses.length];
                  return new Reply(
                      status,
                      Map.of("Retry-After", "99999999999", "Location", "http://127.0.0.1:1/"),
                      status == 204 ? "" : odd.of(ANSWERS));
                });
        HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 5)) {
      WebhookTarget webhooks =
          new WebhookTarget(
              Map.of("desk", new Webhook(server.uri(), SECRET)), http, name -> Gate.open());
      for (int i = 0; i < CASES; i++) {
        CompletableFuture<?> call =
            switch (i % 6) {
              case 0 -> webhooks.offer(offer).thenAccept(OddServicesTest::assertKeepable);
              case 1 ->
                  webhooks
                      .find(offer)
                      .thenAccept(found -> found.ifPresent(OddServicesTest::assertKeepable));
              case 2 ->
                  webhooks
                      .status(List.of(placed))
                      .thenAccept(now -> assertThat(now).containsOnlyKeys("offer-1"));
              case 3 -> webhooks.withdraw(placed);
              case 4 -> webhooks.release(placed);
              default -> webhooks.deliver(placed, new HeldMessage("m1", "words"), false);
            };
        try {
          call.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
          Throwable fault =
              e.getCause() instanceof CompletionException c ? c.getCause() : e.getCause();
          assertThat(fault)
              .isInstanceOfAny(WebhookException.class, OfferOverException.class)
              .satisfies(one -> assertThat(String.valueOf(one).length()).isLessThan(400));
        }
      }
      // One request each and no more: no redirect was followed.
      assertThat(server.requests).hasSize(CASES);
    }
  }

  /** It is the reference that the offer is kept with. */
  private static void assertKeepable(String reference) {
    assertThat(reference.length()).isLessThanOrEqualTo(255);
    assertThat(reference).doesNotContain("\0");
    assertThat(new String(reference.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
        .isEqualTo(reference);
  }

  @Test
  void whatASevicesSaysByItselfIsNewsOrNone() {
    OddJson odd = new OddJson(6);
    Clock clock = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);
    Signature signature = new Signature(SECRET, clock);
    WebhookNews webhooks =
        new WebhookNews(
            Map.of("desk", new Webhook(java.net.URI.create("https://x"), SECRET)), clock);
    int understood = 0;
    for (int i = 0; i < 5000; i++) {
      byte[] body =
          odd.of(
                  "{\"offer\":\"offer-1\",\"status\":\"accepted\",\"by\":\"Anna\"}",
                  "{\"offer\":\"offer-1\",\"status\":\"waiting\",\"position\":1}",
                  "{\"offer\":\"offer-1\",\"status\":\"declined\",\"outcome\":\"closed\"}")
              .getBytes(StandardCharsets.UTF_8);
      Map<String, String> headers = signature.sign(body);
      WebhookNews.Reading reading =
          webhooks.read(
              "desk", headers.get(Signature.TIMESTAMP), headers.get(Signature.SIGNATURE), body);
      if (reading instanceof WebhookNews.News news) {
        understood++;
        assertKeepable(news.offerKey());
        if (news.status() instanceof OfferStatus.Accepted accepted && accepted.by() != null) {
          assertKeepable(accepted.by());
        }
      } else {
        assertThat(reading).isEqualTo(WebhookNews.Refused.NO_NEWS);
      }
    }
    assertThat(understood).isGreaterThan(500);
  }
}
