package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.security.Flood.Kind;
import dev.baton.it.security.Flood.Rhythm;
import dev.baton.it.support.Caller;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.catalina.Context;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.web.embedded.tomcat.TomcatWebServer;

/** Outsiders hold neither memory nor threads nor sessions of a node, and lock nobody out. */
class OutsiderTest {

  private static final int CONNECTIONS = 30;
  private static final int LARGE = 20 * 1024 * 1024;

  /** What a connection may get rid of: limits, and what fills the buffers of two sockets. */
  private static final int ACCEPTABLE = 1024 * 1024;

  private static final int PAUSE = 200;

  /** Pieces of a slow body until the server must have given up: 20 seconds of them. */
  private static final int MOST_PIECES = 100;

  private static final String LOGIN = "/camunda/api/admin/auth/user/default/login/cockpit";
  private static final String VERSION = "/engine-rest/version";

  private static Simulator simulator;
  private static Started application;

  @BeforeAll
  static void start() {
    simulator = Simulator.start(0);
    application =
        Started.baton(
            simulator,
            "server.forward-headers-strategy=native",
            "baton.limits.logins-per-minute=30");
  }

  @AfterAll
  static void stop() {
    application.close();
    simulator.close();
  }

  private static String head(String path, String... headers) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + String.join("\r\n", headers)
        + "\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/camunda/x/deployment/create",
        "/engine-rest/deployment/create",
        "/camunda/api/engine/engine/default/deployment/create",
        "/api/conversations",
        LOGIN,
        "/api/targets/webhook/desk"
      })
  void aLargeBodyOfAnOutsiderIsNotTaken(String path) {
    for (Kind kind :
        List.of(
            new Kind(
                "large",
                head(path, "Content-Length: " + LARGE),
                "a".repeat(16 * 1024),
                LARGE - 10,
                Rhythm.FLAT_OUT,
                0),
            new Kind(
                "chunked",
                head(path, "Transfer-Encoding: chunked"),
                "4000\r\n" + "a".repeat(0x4000) + "\r\n",
                LARGE,
                Rhythm.FLAT_OUT,
                0))) {
      try (Flood flood = Flood.once(application.port(), CONNECTIONS, kind)) {
        Awaitility.await(kind.name() + " bodies end")
            .atMost(Duration.ofMinutes(1))
            .until(() -> flood.open() == 0 || flood.mostSent() > ACCEPTABLE);
        assertThat(flood.mostSent()).as(kind.name()).isLessThanOrEqualTo(ACCEPTABLE);
        assertThat(flood.statuses().keySet()).isSubsetOf(400, 401, 403, 408, 413, 429, 503);
      }
    }
  }

  /** The answer is one thing; the thread must be free, too: the connection is closed. */
  @ParameterizedTest
  @CsvSource({
    "/api/conversations, 40",
    "/engine-rest/deployment/create, 40",
    "/camunda/api/engine/engine/default/deployment/create, 40",
    LOGIN + ", " + MOST_PIECES,
    "/api/targets/webhook/desk, " + MOST_PIECES
  })
  void aSlowBodyOfAnOutsiderIsNotReadToItsEnd(String path, int pieces) {
    Kind slow =
        new Kind("slow", head(path, "Content-Length: 1000"), " ", 1000, Rhythm.PAUSED, PAUSE);
    try (Flood flood = Flood.once(application.port(), CONNECTIONS, slow)) {
      Awaitility.await("slow bodies end")
          .atMost(Duration.ofMinutes(1))
          .until(() -> flood.open() == 0 || flood.mostSent() > pieces);
      assertThat(flood.mostSent()).as("bytes that a thread waited for").isLessThanOrEqualTo(pieces);
      assertThat(flood.statuses().keySet()).isSubsetOf(401, 403, 408, 503);
    }
  }

  @Test
  void aRequestWithoutALoginMakesNoSession() throws IOException {
    try (Knocking caller = new Knocking(application.port())) {
      for (int i = 0; i < 20; i++) {
        for (String path :
            List.of(
                "/camunda/app/welcome/default/",
                "/camunda/api/admin/auth/user/default",
                "/camunda/api/engine/engine/default/user",
                "/camunda/lib/deps.js",
                VERSION,
                "/")) {
          caller.status("GET", path);
        }
        caller.status("POST", LOGIN, "Content-Type: application/x-www-form-urlencoded");
      }
    }
    assertThat(sessions()).isZero();
  }

  private static int sessions() {
    TomcatWebServer server = (TomcatWebServer) application.context().getWebServer();
    return Arrays.stream(server.getTomcat().getHost().findChildren())
        .mapToInt(context -> ((Context) context).getManager().getActiveSessions())
        .sum();
  }

  private static int guess(String address, String credentials) {
    return application
        .user(credentials)
        .send("GET", VERSION, "", "X-Forwarded-For", address)
        .statusCode();
  }

  @ParameterizedTest
  @CsvSource({
    "guessed4, 198.51.100.1, 198.51.100.2",
    "guessed6, 2001:db8:1:2::1, 2001:db8:1:3::1",
  })
  void aGuesserLocksNobodyElseOut(String user, String guesser, String other) {
    makeUser(user);
    List<Integer> guesses = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      guesses.add(guess(guesser, user + ":wrong" + i));
    }
    assertThat(guesses).contains(401).endsWith(429);
    assertThat(guess(other, user + ":right")).as("from another network").isEqualTo(200);
  }

  @Test
  void ipv6AddressesCountByTheirNetwork() {
    List<Integer> guesses = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      guesses.add(guess("2001:db8:7:7::" + Integer.toHexString(i + 1), "olga:wrong" + i));
    }
    assertThat(guesses).contains(401).endsWith(429);
  }

  private static void makeUser(String name) {
    HttpResponse<String> answer =
        application
            .user(Started.ADMIN)
            .post(
                "/engine-rest/user/create",
                """
                {"profile":{"id":"%s","firstName":"K","lastName":"N"},
                 "credentials":{"password":"right"}}"""
                    .formatted(name));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  @Test
  void answersOfTheApiAreNotKeptOrGuessedAt() {
    Caller olga = application.user(Started.ADMIN);
    for (String path : List.of("/api/conversations/none", "/api/openapi", VERSION)) {
      for (Caller caller : List.of(olga, application.stranger())) {
        Map<String, List<String>> headers = caller.get(path).headers().map();
        assertThat(headers).as(path).containsEntry("x-content-type-options", List.of("nosniff"));
        if (path.startsWith("/api/")) {
          assertThat(String.valueOf(headers.get("cache-control"))).as(path).contains("no-store");
        }
      }
    }
  }

  @Test
  void cookiesAreSecureBehindTls() {
    HttpResponse<String> page =
        application
            .stranger()
            .send("GET", "/camunda/app/welcome/default/", "", "X-Forwarded-Proto", "https");
    assertThat(page.headers().allValues("Set-Cookie"))
        .isNotEmpty()
        .allSatisfy(cookie -> assertThat(cookie).contains("Secure"))
        .allSatisfy(cookie -> assertThat(cookie.split("SameSite", -1)).hasSize(2));
  }

  @Test
  void anOddPathIsRefusedAndNotAnError() {
    for (String path :
        List.of(
            "/camunda/app/ADMIN/default/",
            "/camunda/app/%zz",
            "/camunda/app/admin/none/",
            "/camunda/app/none/default/")) {
      try (Knocking caller = new Knocking(application.port())) {
        assertThat(caller.status("GET", path)).as(path).isBetween(200, 499);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
