package dev.baton.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Target;
import dev.baton.http.Gate;
import dev.baton.http.HttpCaller;
import dev.baton.http.RawServer;
import dev.baton.http.TestServer;
import dev.baton.http.TestServer.Reply;
import dev.baton.http.TimeLimits;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Handover;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTargetTest {

  private static final String SECRET = "sixteen characters";
  private static final Target DESK = new Target("Baton:Webhook", "desk");
  private static final Offer OFFER =
      new Offer("offer-1", DESK, new Handover("c1", "s1", List.of()));
  private static final PlacedOffer PLACED = placed("offer-1", "waiting");

  private final Deque<Reply> script = new ArrayDeque<>();
  private final TestServer service =
      new TestServer(request -> script.isEmpty() ? Reply.json(418, "") : script.poll());
  private final HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 5);
  private final WebhookTarget webhooks =
      new WebhookTarget(Map.of("desk", new Webhook(url(), SECRET)), http, name -> Gate.open());

  private URI url() {
    return service.uri().resolve("/baton?tenant=7");
  }

  @AfterEach
  void close() {
    http.close();
    service.close();
  }

  private static PlacedOffer placed(String key, String reference) {
    return new PlacedOffer(key, DESK, reference);
  }

  private WebhookTargetTest answers(int status, String body) {
    script.add(Reply.json(status, body));
    return this;
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode sent(int index) {
    return json(service.requests.get(index).body());
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static Throwable failure(CompletableFuture<?> future) {
    try {
      throw new AssertionError("succeeded with " + future.get(20, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return java.util.Objects.requireNonNull(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static WebhookException fault(CompletableFuture<?> future) {
    return (WebhookException) failure(future);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http://169.254.169.254/latest", "Desk", "../desk"})
  void anAddressFromABotIsNeverCalled(String value) {
    Target target = new Target("Baton:Webhook", value);

    assertThat(webhooks.serves(target)).isTrue();
    assertThat(get(webhooks.availability(target)))
        .isEqualTo(
            new Availability.Unavailable(Outcome.ERROR, "no webhook of that name is configured"));
    assertThat(fault(webhooks.offer(new Offer("k", target, OFFER.handover()))).retryable())
        .isFalse();
    assertThat(service.requests).isEmpty();
  }

  // offer

  @Test
  void theOfferIsSignedAndHasTheHandover() {
    answers(202, "");

    assertThat(get(webhooks.offer(OFFER))).isEqualTo("waiting");

    TestServer.Request request = service.requests.get(0);
    assertThat(request.method() + " " + request.path()).isEqualTo("POST /baton?tenant=7");
    assertThat(request.header("Content-Type")).isEqualTo("application/json");
    assertThat(
            new Signature(SECRET, Clock.systemUTC())
                .verify(
                    request.header("Baton-Timestamp"),
                    request.header("Baton-Signature"),
                    request.body().getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(Signature.Verdict.GENUINE);
    assertThat(sent(0))
        .isEqualTo(
            json(
                """
                {"type":"offer","offer":"offer-1","handover":
                 {"schema":"baton.handover/1","conversationKey":"c1","sessionId":"s1",
                  "referrers":[],"tried":[],"variables":[],"omittedVariables":0,"transcript":[],
                  "omittedLines":0}}"""));
  }

  @Test
  void anAcceptanceInTheAnswerIsNotAskedForAgain() {
    answers(200, "{\"status\":\"accepted\",\"by\":\"ada\"}");

    String reference = get(webhooks.offer(OFFER));

    assertThat(get(webhooks.status(List.of(placed("offer-1", reference)))))
        .containsEntry("offer-1", new OfferStatus.Accepted("ada"));
    assertThat(get(webhooks.withdraw(placed("offer-1", reference))))
        .isEqualTo(new OfferStatus.Accepted("ada"));
    assertThat(service.requests).hasSize(1);
  }

  @Test
  void aLongNameFitsIntoTheReference() {
    answers(200, "{\"status\":\"accepted\",\"by\":\"" + "a".repeat(1_000) + "\"}");

    assertThat(get(webhooks.offer(OFFER))).hasSizeLessThan(255);
  }

  @ParameterizedTest
  @CsvSource({
    "closed,CLOSED",
    "queue-full,QUEUE_FULL",
    "no-agent,NO_AGENT",
    "withdrawn-by-customer,WITHDRAWN_BY_CUSTOMER",
    "declined,DECLINED",
    "error,ERROR",
    "accepted,DECLINED",
    "something-new,DECLINED"
  })
  void aDeclineInTheAnswerKeepsItsReason(String code, Outcome outcome) {
    answers(200, "{\"status\":\"declined\",\"outcome\":\"" + code + "\"}");

    assertThat(failure(webhooks.offer(OFFER)))
        .isInstanceOfSatisfying(
            OfferOverException.class, over -> assertThat(over.outcome()).isEqualTo(outcome));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>", "[]", "{\"status\":\"maybe\"}", "{\"state\":\"accepted\"}"})
  void anAnswerThatIsNoneIsNotTakenForAWaitingOffer(String body) {
    answers(200, body);

    WebhookException fault = fault(webhooks.offer(OFFER));

    assertThat(fault.retryable()).isFalse();
    assertThat(fault.mayHaveBeenProcessed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "500,true,true",
    "502,true,true",
    "503,true,true",
    "429,true,false",
    "408,true,true",
    "400,false,false",
    "401,false,false",
    "404,false,false",
    "302,false,false"
  })
  void aFaultSaysWhetherToTryAgainAndWhetherToLookFirst(
      int status, boolean retryable, boolean mayHaveBeenProcessed) {
    answers(status, "");

    WebhookException fault = fault(webhooks.offer(OFFER));

    assertThat(fault.retryable()).isEqualTo(retryable);
    assertThat(fault.mayHaveBeenProcessed()).isEqualTo(mayHaveBeenProcessed);
    assertThat(service.requests).hasSize(1);
  }

  @Test
  void theServiceMayAskForTime() {
    script.add(new Reply(429, Map.of("Retry-After", "7"), ""));

    assertThat(fault(webhooks.offer(OFFER)).retryAfter()).contains(Duration.ofSeconds(7));
  }

  @Test
  void aServiceThatIsGoneWasSurelyNotAsked() {
    service.close();

    WebhookException fault = fault(webhooks.offer(OFFER));

    assertThat(fault.retryable()).isTrue();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(fault).hasMessageNotContaining(SECRET).hasMessageNotContaining("tenant");
  }

  @Test
  void aServiceThatBreaksOffMayHaveTheOffer() throws IOException {
    try (RawServer broken = new RawServer(RawServer.says("HTTP/1.1 200 OK\r\n"))) {
      WebhookTarget breaking =
          new WebhookTarget(
              Map.of("desk", new Webhook(broken.uri(), SECRET)), http, name -> Gate.open());

      assertThat(fault(breaking.offer(OFFER)).mayHaveBeenProcessed()).isTrue();
      assertThat(fault(breaking.find(OFFER)).mayHaveBeenProcessed()).isFalse();
    }
  }

  // find and status

  @Test
  void anOfferInDoubtIsAskedAfterAndNotMadeTwice() {
    answers(200, "{\"offers\":{\"offer-1\":{\"status\":\"waiting\"}}}")
        .answers(200, "{\"offers\":{\"offer-1\":{\"status\":\"unknown\"}}}")
        .answers(200, "{\"offers\":{}}");

    assertThat(get(webhooks.find(OFFER))).contains("waiting");
    assertThat(get(webhooks.find(OFFER))).isEmpty();
    assertThat(get(webhooks.find(OFFER))).isEmpty();
    assertThat(sent(0)).isEqualTo(json("{\"type\":\"status\",\"offers\":[\"offer-1\"]}"));
  }

  @Test
  void anAnswerWithoutOffersIsNotTakenForNotFound() {
    answers(200, "");

    assertThat(fault(webhooks.find(OFFER)).mayHaveBeenProcessed()).isFalse();
  }

  @Test
  void allOffersOfAServiceCostOneRequest() {
    answers(
        200,
        """
        {"offers":{"a":{"status":"accepted","by":"ada"},"b":{"status":"waiting"},
                   "c":{"status":"declined","outcome":"closed"},"d":{"status":"hm"}}}""");

    assertThat(
            get(
                webhooks.status(
                    List.of(
                        placed("a", "waiting"),
                        placed("b", "waiting"),
                        placed("c", "waiting"),
                        placed("d", "waiting"),
                        placed("e", "waiting")))))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "a", new OfferStatus.Accepted("ada"),
                "b", new OfferStatus.Waiting(),
                "c", new OfferStatus.Refused(Outcome.CLOSED),
                "d", new OfferStatus.Waiting(),
                "e", new OfferStatus.Refused(Outcome.CANCELLED)));
    assertThat(service.requests).hasSize(1);
    assertThat(sent(0))
        .isEqualTo(json("{\"type\":\"status\",\"offers\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}"));
  }

  @Test
  void aServiceThatIsDownHasNotDeclined() {
    answers(503, "");

    assertThat(get(webhooks.status(List.of(PLACED))))
        .containsEntry("offer-1", new OfferStatus.Waiting());
  }

  @Test
  void offersOfAServiceThatIsNotConfiguredAnyMoreAreOver() {
    PlacedOffer old = new PlacedOffer("k", new Target("Baton:Webhook", "old"), "waiting");

    assertThat(get(webhooks.status(List.of(old))))
        .containsEntry("k", new OfferStatus.Refused(Outcome.ERROR));
  }

  // withdraw, release, deliver

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"status\":\"withdrawn\"}",
        "{\"status\":\"unknown\"}",
        "{\"status\":\"declined\"}"
      })
  void whatNobodyTookIsWithdrawn(String body) {
    answers(200, body);

    assertThat(get(webhooks.withdraw(PLACED))).isEqualTo(new OfferStatus.Withdrawn());
    assertThat(sent(0)).isEqualTo(json("{\"type\":\"withdraw\",\"offer\":\"offer-1\"}"));
  }

  @Test
  void whoAcceptedBeforeTheWithdrawalKeepsTheConversation() {
    answers(200, "{\"status\":\"accepted\",\"by\":\"ada\"}");

    assertThat(get(webhooks.withdraw(PLACED))).isEqualTo(new OfferStatus.Accepted("ada"));
  }

  @Test
  void aWithdrawalThatIsNotDoneIsNoWithdrawal() {
    answers(200, "{\"status\":\"waiting\"}");

    assertThat(fault(webhooks.withdraw(PLACED)).mayHaveBeenProcessed()).isTrue();
  }

  @Test
  void aReleaseNamesTheOffer() {
    answers(204, "");

    get(webhooks.release(placed("offer-1", "accepted:ada")));

    assertThat(sent(0)).isEqualTo(json("{\"type\":\"release\",\"offer\":\"offer-1\"}"));
  }

  @Test
  void aRepeatedMessageHasTheSameId() {
    answers(204, "").answers(204, "");

    get(webhooks.deliver(PLACED, new HeldMessage("m1", "are you there?"), false));
    get(webhooks.deliver(PLACED, new HeldMessage("m1", "are you there?"), true));

    assertThat(sent(0))
        .isEqualTo(
            json(
                """
                {"type":"message","offer":"offer-1",
                 "message":{"id":"m1","text":"are you there?"}}"""))
        .isEqualTo(sent(1));
  }
}
