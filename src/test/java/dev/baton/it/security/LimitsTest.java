package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.it.support.ApplicationTest;
import dev.baton.it.support.Caller;
import dev.baton.it.support.Login;
import dev.baton.it.support.RawCaller;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.identity.User;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** Nobody takes more than his share, and nobody is shut out by somebody else's tries. */
@ApplicationTest
@TestPropertySource(
    properties = {
      "baton.limits.logins-per-minute=40",
      "baton.limits.messages-per-minute=6",
      "baton.limits.requests-per-second=25",
      "server.tomcat.connection-timeout=1s"
    })
class LimitsTest {

  private static final String DEMO =
      "Authorization: Basic "
          + Base64.getEncoder().encodeToString("demo:demo".getBytes(StandardCharsets.UTF_8));
  private static final String JSON = "Content-Type: application/json";

  @LocalServerPort private int port;
  @Autowired private ProcessEngine engine;

  @BeforeEach
  void unhurried() {
    // The tests share the trial user's second.
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Caller.demo(port).get("/engine-rest/version").statusCode() == 200);
  }

  @AfterEach
  void remove() {
    engine.getIdentityService().deleteUser("guessed");
  }

  @Test
  void whoGuessesPasswordsIsStoppedAndShutsNobodyOut() {
    User user = engine.getIdentityService().newUser("guessed");
    user.setPassword("right");
    engine.getIdentityService().saveUser(user);
    Caller known = Caller.user(port, "guessed:right");
    assertThat(known.get("/engine-rest/version").statusCode()).isEqualTo(200);

    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      answers.add(Caller.user(port, "guessed:wrong" + i).get("/engine-rest/version").statusCode());
    }
    assertThat(answers).contains(401, 429).containsOnly(401, 429).last().isEqualTo(429);

    // The one who knew it before is let in, and not locked out by the engine either.
    assertThat(known.get("/engine-rest/version").statusCode()).isEqualTo(200);
    // Whatever the password is tried on, it counts.
    HttpResponse<String> verify =
        known.post("/engine-rest/identity/verify", "{\"username\":\"demo\",\"password\":\"x\"}");
    assertTooMany(verify, "passwords");
    // The engine's REST takes this for the same address.
    assertTooMany(
        known.post("/engine-rest/identity/verify/", "{\"username\":\"demo\",\"password\":\"x\"}"),
        "passwords");
    assertTooMany(Login.at(port).as("demo", "x"), "passwords");
    // Who names no password is not counted, and who is not known has to wait.
    assertThat(Caller.stranger(port).get("/engine-rest/version").statusCode()).isEqualTo(401);
    // A signature is no password: what else is sent along opens and counts nothing.
    Caller primed = Caller.user(port, "guessed:primed");
    primed.post("/api/targets/webhook/none", "{}");
    assertTooMany(primed.get("/engine-rest/version"), "passwords");
  }

  @Test
  void aConversationThatIsFloodedIsHeldUpAndNoOther() {
    Caller demo = Caller.demo(port);
    demo.post("/api/conversations", "{\"key\":\"flooded\"}");
    demo.post("/api/conversations", "{\"key\":\"calm\"}");
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      answers.add(say(demo, "flooded", i));
    }
    assertThat(answers).extracting(HttpResponse::statusCode).contains(200, 429);
    assertTooMany(answers.get(13), "conversation");
    assertThat(say(demo, "calm", 1).statusCode()).isEqualTo(200);
    assertThat(demo.get("/api/conversations/flooded").statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> say(Caller caller, String key, int id) {
    return caller.post(
        "/api/conversations/" + key + "/messages",
        "{\"id\":\"m%d\",\"text\":\"Hi\"}".formatted(id));
  }

  @Test
  void aUserWhoAsksWithoutEndIsToldToWait() {
    Caller demo = Caller.demo(port);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> demo.get("/engine-rest/version").statusCode() == 429);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> demo.get("/engine-rest/version").statusCode() == 200);
  }

  @ParameterizedTest
  @CsvSource({
    "/engine-rest/message, 1024",
    "/engine-rest/engine/default/process-definition/key/bot-conversation/start, 1024",
    "/api/conversations, 1024",
    "/api/conversations/none/messages, 1024",
    "/api/targets/webhook/none, 64"
  })
  void noBodyIsLargerThanItsLimit(String path, int kilobytes) {
    byte[] large = ("{\"x\":\"" + "x".repeat(1_100_000) + "\"}").getBytes(StandardCharsets.UTF_8);
    RawCaller.Answer told = new RawCaller(port).send("POST " + path, large, DEMO, JSON);
    assertThat(told.status()).isIn(413, 0);
    assertThat(chunked(path, large).status()).isIn(413, 0);
    // Nothing but its length: it is refused without waiting for it.
    RawCaller.Answer promised =
        new RawCaller(port)
            .send("POST " + path, new byte[0], DEMO, JSON, "Content-Length: 4000000000");
    assertThat(promised.status()).isEqualTo(413);
    assertThat(promised.body()).contains(" " + kilobytes + " kB");
  }

  private RawCaller.Answer chunked(String path, byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(
        "POST %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n%s\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            .formatted(path, DEMO, JSON)
            .getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(
        (Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    bytes.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    return new RawCaller(port).send(bytes.toByteArray());
  }

  @Test
  void aBodyInChunksIsReadLikeAnyOther() {
    RawCaller.Answer begun =
        chunked("/api/conversations", "{\"key\":\"chunks\"}".getBytes(StandardCharsets.UTF_8));
    assertThat(begun.status()).isEqualTo(201);
    RawCaller.Answer engine =
        chunked(
            "/engine-rest/message",
            "{\"messageName\":\"no such\"}".getBytes(StandardCharsets.UTF_8));
    assertThat(engine.status()).isEqualTo(400);
    assertThat(engine.body()).contains("MismatchingMessageCorrelationException");
  }

  @Test
  void aDeploymentMayBeLarger() {
    String boundary = "b";
    String file =
        "--%1$s\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.txt\"\r\n\r\n%2$s\r\n--%1$s--\r\n"
            .formatted(boundary, "x".repeat(1_500_000));
    RawCaller.Answer made =
        new RawCaller(port)
            .send(
                "POST /engine-rest/deployment/create",
                file.getBytes(StandardCharsets.UTF_8),
                DEMO,
                "Content-Type: multipart/form-data; boundary=" + boundary);
    assertThat(made.status()).as(made.body()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/targets/webhook/none", "/api/conversations"})
  void aBodyThatDoesNotComeIsNotWaitedFor(String path) {
    RawCaller.Answer answer =
        new RawCaller(port).send("POST " + path, new byte[0], DEMO, JSON, "Content-Length: 100");

    assertThat(answer.status()).isEqualTo(408);
    assertThat(answer.header("Connection")).isEqualTo("close");
  }

  @Test
  void aRequestThatDoesNotComeIsNotWaitedForEither() {
    assertThat(
            new RawCaller(port)
                .send("GET /api/conv".getBytes(StandardCharsets.ISO_8859_1))
                .status())
        .isIn(0, 400, 408);
  }

  private static void assertTooMany(HttpResponse<String> answer, String word) {
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    try {
      assertThat(new ObjectMapper().readTree(answer.body()).path("detail").asText()).contains(word);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(answer.body(), e);
    }
  }
}
