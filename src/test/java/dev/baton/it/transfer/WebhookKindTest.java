package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.http.TestServer.Reply;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Desk;
import dev.baton.it.support.EventReader;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service of the user's own in whole conversations: asked by Baton, and telling it by itself. */
class WebhookKindTest {

  private static final String OFFER =
      "{\"type\":\"offer\",\"offer\":\"<offer>\",\"handover\":\"<handover>\"}";
  private static final String WITHDRAW = "{\"type\":\"withdraw\",\"offer\":\"<offer>\"}";
  private static final String RELEASE = "{\"type\":\"release\",\"offer\":\"<offer>\"}";
  private static final String[] TOLD_SUCCESS = {
    "start", "text", "transferSucceeded", "end Transfer"
  };

  /** Longer than any test waits: what is known before that was told and not asked. */
  private static final String RARELY = "baton.transfer.watch-every=10m";

  private static Desk desk;
  private static Trial asking;
  private static Trial told;

  @BeforeAll
  static void start() {
    desk = new Desk();
    asking = start("baton.transfer.watch-every=200ms", "baton.transfer.patience=5s");
    told = start(RARELY);
  }

  private static Trial start(String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("baton.targets.webhook.desk.url=" + desk.url());
    all.add("baton.targets.webhook.desk.secret=" + Desk.SECRET);
    all.add("baton.targets.webhook.other.url=" + desk.url());
    all.add("baton.targets.webhook.other.secret=a secret of somebody else");
    return Trial.startWith(ShortRetries.class, all.toArray(String[]::new));
  }

  @AfterAll
  static void stop() {
    asking.close();
    told.close();
    desk.close();
  }

  @BeforeEach
  void forget() {
    desk.forget();
  }

  @Test
  void whoeverAcceptsGetsWhatTheCustomerTypedMeanwhile() {
    String key = escalate(asking, "accepts");
    String offer = awaitOffer(asking, key);
    asking.baton.write(key, "m2", "Hello?");
    desk.decide(offer, Desk.ACCEPTED);
    over(asking, key, "transferred");
    assertThat(desk.got())
        .containsExactly(
            OFFER,
            "{\"type\":\"message\",\"offer\":\"<offer>\",\"message\":{\"id\":\"m2\",\"text\":\"Hello?\"}}");
    assertThat(Baton.askedOfTheBot(asking.simulator)).containsExactly(TOLD_SUCCESS);
    assertThat(transfer(asking, key)).isEqualTo("succeeded: accepted");
  }

  @Test
  void whatIsDeclinedWhenAskedIsTakenBack() {
    String key = escalate(asking, "declined");
    desk.decide(awaitOffer(asking, key), Desk.CLOSED);
    over(asking, key, "ended");
    assertThat(desk.got()).containsExactly(OFFER, WITHDRAW);
    assertThat(transfer(asking, key)).isEqualTo("failed: closed");
  }

  @Test
  void whatIsDeclinedOnTheSpotIsOver() {
    desk.otherwise = message -> Reply.json(200, Desk.CLOSED);
    String key = escalate(asking, "on the spot");
    over(asking, key, "ended");
    assertThat(desk.got()).containsExactly(OFFER);
    assertThat(transfer(asking, key)).isEqualTo("failed: closed");
  }

  @Test
  void aServiceThatSaysNothingHasTheOfferTakenBackWhenPatienceIsOver() {
    String key = escalate(asking, "silent");
    over(asking, key, "ended");
    assertThat(desk.got()).containsExactly(OFFER, WITHDRAW);
    assertThat(transfer(asking, key)).isEqualTo("failed: timed-out");
  }

  @Test
  void aServiceThatDoesNotUnderstandIsAnError() {
    desk.otherwise = message -> Reply.json(400, "{}");
    String key = escalate(asking, "400");
    over(asking, key, "ended");
    assertThat(desk.got()).containsExactly(OFFER);
    assertThat(transfer(asking, key)).isEqualTo("failed: error");
  }

  @Test
  void anOfferWithoutAnAnswerIsAskedAfterAndNotMadeTwice() {
    desk.otherwise =
        message -> message.path("type").asText().equals("offer") ? Reply.json(503, "{}") : null;
    String key = escalate(asking, "lost");
    desk.decide(awaitOffer(asking, key), Desk.ACCEPTED);
    over(asking, key, "transferred");
    assertThat(desk.got()).containsExactly(OFFER);
    assertThat(transfer(asking, key)).isEqualTo("succeeded: accepted");
  }

  @Test
  void aCustomerWhoCancelsHasTheOfferTakenBack() {
    String key = escalate(asking, "cancelled");
    awaitOffer(asking, key);
    String path = "/api/conversations/" + key + "/transfer";
    assertThat(asking.baton.send(asking.baton.request(path).DELETE()).status()).isEqualTo(204);
    asking.baton.awaitState(key, "talking");
    assertThat(desk.got()).containsExactly(OFFER, WITHDRAW);
    assertThat(transfer(asking, key)).isEqualTo("failed: withdrawn-by-customer");
    asking.baton.leave(key);
    over(asking, key, "ended");
  }

  @Test
  void whoeverAcceptsDuringTheWithdrawalHasTheConversation() {
    desk.otherwise = WebhookKindTest::acceptsLate;
    String key = escalate(asking, "late");
    over(asking, key, "transferred");
    assertThat(desk.got()).containsExactly(OFFER, WITHDRAW);
    assertThat(transfer(asking, key)).isEqualTo("succeeded: accepted");
  }

  @Test
  void whoeverAcceptsAfterTheCustomerLeftIsReleased() {
    desk.otherwise = WebhookKindTest::acceptsLate;
    String key = escalate(asking, "left");
    awaitOffer(asking, key);
    asking.baton.leave(key);
    over(asking, key, "ended");
    assertThat(desk.got()).containsExactly(OFFER, WITHDRAW, RELEASE);
    assertThat(Baton.askedOfTheBot(asking.simulator))
        .containsExactly("start", "text", "end UserRequest");
  }

  @Test
  void aServiceThatHangsDoesNotKeepAnAcceptanceElsewhereFromBeingSeen() {
    CountDownLatch end = new CountDownLatch(1);
    try (Trial mixed = start("baton.transfer.watch-every=200ms", "baton.transfer.patience=10m")) {
      desk.otherwise = message -> hangs(message, end);
      String hanging = escalate(mixed, "hanging");
      awaitOffer(mixed, hanging);
      Trial.until("is asked", desk::questions, asked -> !asked.isEmpty());
      mixed.script("{}");
      mixed.baton.begin("elsewhere");
      mixed.baton.write("elsewhere", "m1", "Transfer To Agent");
      mixed.accept(mixed.awaitCase("elsewhere", 1));
      mixed.baton.awaitState("elsewhere", "transferred");
      assertThat(desk.questions()).as("one at a time").hasSize(1);
      mixed.baton.leave(hanging);
    } finally {
      end.countDown();
    }
  }

  private static @Nullable Reply hangs(JsonNode message, CountDownLatch end) {
    if (message.path("type").asText().equals("status")) {
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return null;
  }

  // What the service says by itself

  @Test
  void anAcceptanceThatIsToldIsNotWaitedForUntilTheNextLook() {
    String key = escalate(told, "told");
    String offer = awaitOffer(told, key);
    assertThat(tell(offer, Desk.ACCEPTED).status()).isEqualTo(200);
    over(told, key, "transferred");
    assertThat(desk.questions()).isEmpty();
    assertThat(desk.got()).containsExactly(OFFER);
    assertThat(Baton.askedOfTheBot(told.simulator)).containsExactly(TOLD_SUCCESS);

    assertThat(tell(offer, Desk.ACCEPTED).status()).isEqualTo(200);
    assertProblem(tell(offer, Desk.CLOSED), 409);
    assertThat(transfer(told, key)).isEqualTo("succeeded: accepted");
    assertThat(Baton.askedOfTheBot(told.simulator)).containsExactly(TOLD_SUCCESS);
  }

  /** The copies are exact: one signature, sent again by somebody on the way. */
  @Test
  void copiesThatComeAtTheSameInstantDoWhatOneDoes() {
    String key = escalate(told, "copied");
    String offer = awaitOffer(told, key);
    String yes = news(offer, Desk.ACCEPTED);
    String now = String.valueOf(Instant.now().getEpochSecond());
    String signature = Desk.sign(now, yes);
    assertThat(
            IntStream.range(0, 8)
                .mapToObj(
                    i -> CompletableFuture.supplyAsync(() -> post("desk", yes, now, signature)))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .map(Baton.Answer::status))
        .containsOnly(200);
    over(told, key, "transferred");
    assertThat(transfer(told, key)).isEqualTo("succeeded: accepted");
    assertThat(desk.got()).containsExactly(OFFER);
    assertThat(Baton.askedOfTheBot(told.simulator)).containsExactly(TOLD_SUCCESS);
  }

  @Test
  void ofYesAndNoAtTheSameInstantOneCounts() {
    String key = escalate(told, "both");
    String offer = awaitOffer(told, key);
    List<Integer> answers =
        Stream.of(Desk.ACCEPTED, Desk.CLOSED)
            .map(word -> CompletableFuture.supplyAsync(() -> tell(offer, word)))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .map(Baton.Answer::status)
            .toList();
    boolean accepted = answers.get(0) == 200;
    assertThat(answers).containsExactlyInAnyOrder(200, 409);
    over(told, key, accepted ? "transferred" : "ended");
    assertThat(transfer(told, key)).isEqualTo(accepted ? "succeeded: accepted" : "failed: closed");
  }

  @Test
  void aRefusalThatIsToldIsNotWaitedForEither() {
    String key = escalate(told, "told no");
    String offer = awaitOffer(told, key);
    assertThat(tell(offer, Desk.WAITING).status()).isEqualTo(200);
    assertThat(tell(offer, Desk.CLOSED).status()).isEqualTo(200);
    over(told, key, "ended");
    assertThat(transfer(told, key)).isEqualTo("failed: closed");
    assertThat(tell(offer, Desk.CLOSED).status()).isEqualTo(200);
    assertProblem(tell(offer, Desk.ACCEPTED), 409);
    assertProblem(tell(offer, Desk.WAITING), 409);
    assertThat(desk.got()).containsExactly(OFFER, WITHDRAW);
  }

  @Test
  void whoeverSaysYesWhenTheCustomerIsGoneIsToldSo() {
    String key = escalate(told, "gone");
    String offer = awaitOffer(told, key);
    told.baton.leave(key);
    over(told, key, "ended");
    assertProblem(tell(offer, Desk.ACCEPTED), 409);
  }

  @Test
  void aYesThatComesBeforeTheAnswerToTheOfferIsToldToComeAgain() {
    List<Baton.Answer> answers = new ArrayList<>();
    desk.otherwise =
        message -> {
          if (message.path("type").asText().equals("offer")) {
            answers.add(tell(message.path("offer").asText(), Desk.ACCEPTED));
          }
          return null;
        };
    String key = escalate(told, "early");
    String offer = awaitOffer(told, key);
    assertThat(answers).hasSize(1);
    assertProblem(answers.get(0), 503);
    assertThat(tell(offer, Desk.ACCEPTED).status()).isEqualTo(200);
    over(told, key, "transferred");
  }

  @Test
  void nobodyIsBelievedWithoutTheSecret() {
    String key = escalate(told, "forged");
    String offer = awaitOffer(told, key);
    String now = String.valueOf(Instant.now().getEpochSecond());
    String yes = news(offer, Desk.ACCEPTED);
    String stale = String.valueOf(Instant.now().getEpochSecond() - 301);
    // Time goes on: it has to be too far ahead when it is looked at.
    String ahead = String.valueOf(Instant.now().getEpochSecond() + 600);
    assertProblem(post("desk", yes, now, "v1=" + "0".repeat(64)), 401);
    assertProblem(post("desk", yes, now, Desk.sign(now, yes + " ")), 401);
    assertProblem(post("desk", yes, now, Desk.sign(stale, yes)), 401);
    assertProblem(post("desk", yes, stale, Desk.sign(stale, yes)), 401);
    assertProblem(post("desk", yes, ahead, Desk.sign(ahead, yes)), 401);
    assertProblem(post("desk", yes, "", ""), 401);
    assertProblem(post("other", yes, now, Desk.sign(now, yes)), 401);
    assertProblem(post("nobody", yes, now, Desk.sign(now, yes)), 404);
    assertProblem(tell("no such offer", Desk.ACCEPTED), 404);
    assertThat(told.baton.conversation(key).path("state").asText()).isEqualTo("transferring");
    told.baton.leave(key);
    over(told, key, "ended");
  }

  /** Another service's secret opens that service's offers only. */
  @Test
  void aServiceHasNoWordInAnothersOffers() {
    String key = escalate(told, "another's");
    String offer = awaitOffer(told, key);
    told.jdbc.update("update baton_offer set target_value = 'other' where offer_key = ?", offer);
    assertProblem(tell(offer, Desk.ACCEPTED), 404);
    told.jdbc.update("update baton_offer set target_value = 'desk' where offer_key = ?", offer);
    told.baton.leave(key);
    over(told, key, "ended");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "[]",
        "{}",
        "{\"offer\":\"x\"}",
        "{\"offer\":\"x\",\"status\":\"perhaps\"}",
        "{\"offer\":1,\"status\":\"accepted\"}"
      })
  void whatSaysNothingAboutAnOfferIsWrong(String body) {
    String now = String.valueOf(Instant.now().getEpochSecond());
    assertProblem(post("desk", body, now, Desk.sign(now, body)), 400);
  }

  @Test
  void nobodyMakesBatonReadForEver() {
    String body = "{\"offer\":\"" + "x".repeat(70_000) + "\",\"status\":\"accepted\"}";
    String now = String.valueOf(Instant.now().getEpochSecond());
    assertProblem(post("desk", body, now, Desk.sign(now, body)), 413);
  }

  @Test
  void theChannelHearsHowLongItWaitsAndWhatComesOfIt() {
    String key = escalate(told, "line");
    String offer = awaitOffer(told, key);
    String third = "{\"status\":\"waiting\",\"position\":3,\"estimateSeconds\":90}";
    String first = "{\"status\":\"waiting\",\"position\":1}";
    for (String place : List.of(third, third, first, Desk.WAITING, Desk.CLOSED)) {
      assertThat(tell(offer, place).status()).isEqualTo(200);
    }
    over(told, key, "ended");
    try (EventReader events = EventReader.of(told.baton, key)) {
      List<String> heard =
          events.rest().stream()
              .filter(event -> Set.of("offer", "transfer", "state").contains(event.name()))
              .map(WebhookKindTest::gist)
              .toList();
      assertThat(heard)
          .containsExactly(
              "state transferring",
              "offer asked null",
              "offer offered null",
              "offer waiting null 3 90",
              "offer waiting null 1 null",
              "offer over closed",
              "transfer failed NoAgentAvailable",
              "state ended");
    }
  }

  private static String gist(EventReader.Event event) {
    JsonNode data = event.json();
    if (data.path("state").asText().equals("waiting")) {
      String estimate = data.path("estimateSeconds").asText();
      return event.gist() + " " + data.path("position").asText() + " " + estimate;
    }
    return (event.gist() + " " + data.path("reason").asText("")).strip();
  }

  private static @Nullable Reply acceptsLate(JsonNode message) {
    return message.path("type").asText().equals("withdraw") ? Reply.json(200, Desk.ACCEPTED) : null;
  }

  private static String escalate(Trial trial, String what) {
    script(trial);
    String key = "webhook-" + what.replace(' ', '-');
    trial.baton.begin(key);
    trial.baton.write(key, "m1", "Transfer To Agent");
    return key;
  }

  private static void script(Trial trial) {
    trial.script(
        "{'bots':{'%s':{'targets':[{'type':'Baton:Webhook','value':'desk'}]}}}"
            .formatted(Simulator.DEMO_BOT_ID));
  }

  /** Waits until the service has the offer, and Baton knows; answers its key. */
  private static String awaitOffer(Trial trial, String key) {
    trial.awaitCase(key, 1);
    return trial.offerKeys(key).get(0);
  }

  private static void over(Trial trial, String key, String state) {
    trial.baton.awaitState(key, state);
    trial.awaitNothingLeft(key);
  }

  private static String transfer(Trial trial, String key) {
    JsonNode transfers = trial.baton.conversation(key).path("transfers");
    assertThat(transfers).hasSize(1);
    return transfers.path(0).path("report").asText()
        + ": "
        + transfers.path(0).path("attempts").path(0).path("outcome").asText();
  }

  private static Baton.Answer tell(String offer, String status) {
    String body = news(offer, status);
    String now = String.valueOf(Instant.now().getEpochSecond());
    return post("desk", body, now, Desk.sign(now, body));
  }

  private static String news(String offer, String status) {
    return "{\"offer\":\"%s\",%s".formatted(offer, status.substring(1));
  }

  /** Without the credentials of any user. */
  private static Baton.Answer post(String name, String body, String timestamp, String signature) {
    return told.baton.send(
        HttpRequest.newBuilder(told.baton.address("/api/targets/webhook/" + name))
            .header("Content-Type", "application/json")
            .header("Baton-Timestamp", timestamp)
            .header("Baton-Signature", signature)
            .POST(BodyPublishers.ofString(body)));
  }

  private static void assertProblem(Baton.Answer answer, int status) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.json().path("status").asInt()).isEqualTo(status);
    assertThat(answer.json().path("detail").asText()).isNotBlank();
  }
}
