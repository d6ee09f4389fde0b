package dev.baton.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.http.TestServer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HttpCallerTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final TimeLimits PATIENT = new TimeLimits(LONG, LONG, LONG, LONG);

  @Test
  void sends_exactly_the_given_headers_and_body() {
    try (TestServer server = new TestServer(request -> Reply.json(200, "{}"));
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      HttpCall call =
          new HttpCall(
              "POST",
              server.uri().resolve("/a/b?c=d"),
              Map.of("Content-Type", "application/json", "X-One", "1"),
              "{\"ü\":1}".getBytes(StandardCharsets.UTF_8));
      HttpAnswer answer = http.send(call).join();

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers().get("content-TYPE")).isEqualTo("application/json");
      TestServer.Request sent = server.requests.get(0);
      assertThat(sent.method()).isEqualTo("POST");
      assertThat(sent.path()).isEqualTo("/a/b?c=d");
      assertThat(sent.body()).isEqualTo("{\"ü\":1}");
      assertThat(sent.headers().get("Content-Type")).containsExactly("application/json");
      assertThat(sent.headers().keySet())
          .isSubsetOf(
              "Content-type", "X-one", "Content-length", "Host", "Connection", "User-agent");
    }
  }

  @Test
  void follows_no_redirect_keeps_no_cookie_and_repeats_nothing() {
    try (TestServer server =
            new TestServer(
                request ->
                    new Reply(
                        request.path().equals("/busy") ? 503 : 302,
                        Map.of("Location", "/elsewhere", "Set-Cookie", "a=b", "Retry-After", "0"),
                        ""));
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      assertThat(http.send(get(server.uri().resolve("/moved"))).join().status()).isEqualTo(302);
      assertThat(http.send(get(server.uri().resolve("/busy"))).join().status()).isEqualTo(503);
      assertThat(server.requests).hasSize(2);
      assertThat(server.requests.get(1).headers()).doesNotContainKey("Cookie");
    }
  }

  @Test
  void a_connection_serves_one_call_after_the_other() {
    try (TestServer server = new TestServer(request -> Reply.json(200, "{}"));
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      for (int i = 0; i < 20; i++) {
        assertThat(http.send(get(server.uri())).join().status()).isEqualTo(200);
      }
      assertThat(server.requests.stream().map(TestServer.Request::port).distinct()).hasSize(1);
    }
  }

  @Test
  void a_connection_that_the_server_closed_meanwhile_gets_no_call() throws Exception {
    CountDownLatch noticed = new CountDownLatch(1);
    try (RawServer server =
            new RawServer(
                connection -> {
                  RawServer.says("HTTP/1.1 204 No Content\r\n\r\n").with(connection);
                  connection.shutdownOutput();
                  RawServer.beSilent(connection);
                  noticed.countDown();
                });
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      assertThat(http.send(get(server.uri())).join().status()).isEqualTo(204);
      assertThat(noticed.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(http.send(get(server.uri())).join().status()).isEqualTo(204);
    }
  }

  @Test
  void a_refused_connection_is_not_sent() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertNotSent(PATIENT, URI.create("http://127.0.0.1:" + port));
  }

  @Test
  void an_unknown_host_is_not_sent() {
    assertNotSent(PATIENT, URI.create("http://no-such-host.invalid"));
  }

  @Test
  void a_failed_tls_handshake_is_not_sent() throws IOException {
    try (RawServer server = new RawServer(RawServer.says("HTTP/1.1 400 no TLS here\r\n\r\n"))) {
      assertNotSent(
          new TimeLimits(LONG, SHORT, LONG, LONG),
          URI.create(server.uri().toString().replace("http:", "https:")));
    }
  }

  @Test
  void waiting_in_vain_for_a_free_connection_is_not_sent() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (RawServer server =
            new RawServer(
                connection -> {
                  arrived.countDown();
                  RawServer.beSilent(connection);
                });
        HttpCaller http =
            new HttpCaller(new TimeLimits(SHORT, Duration.ofSeconds(2), LONG, LONG), 1)) {
      CompletableFuture<HttpAnswer> first = http.send(get(server.uri()));
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(failure(http.send(get(server.uri())))).isInstanceOf(NotSentException.class);
      assertThat(first).isNotDone();
    }
  }

  @Test
  void a_reset_after_the_request_has_an_unknown_outcome() throws IOException {
    try (RawServer server =
        new RawServer(
            connection -> {
              RawServer.readHead(connection);
              connection.setSoLinger(true, 0);
            })) {
      assertUnknown(PATIENT, server);
    }
  }

  @Test
  void half_an_answer_has_an_unknown_outcome() throws IOException {
    try (RawServer server =
        new RawServer(RawServer.says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a"))) {
      assertUnknown(PATIENT, server);
    }
  }

  @Test
  void an_answer_that_is_not_http_has_an_unknown_outcome() throws IOException {
    try (RawServer server = new RawServer(RawServer.says("220 smtp ready\r\n\r\n"))) {
      assertUnknown(PATIENT, server);
    }
  }

  @Test
  void silence_ends_at_the_response_limit() throws IOException {
    try (RawServer server = new RawServer(RawServer::beSilent)) {
      assertUnknown(new TimeLimits(LONG, LONG, SHORT, LONG), server);
    }
  }

  @Test
  void a_trickle_that_is_never_silent_ends_at_the_total_limit_and_is_hung_up_on() throws Exception {
    CountDownLatch hungUp = new CountDownLatch(1);
    try (RawServer server =
        new RawServer(
            connection -> {
              RawServer.readHead(connection);
              var out = connection.getOutputStream();
              try {
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n".getBytes(US_ASCII));
                while (true) {
                  out.write('x');
                  out.flush();
                  connection.setSoTimeout(5);
                  try {
                    if (connection.getInputStream().read() < 0) {
                      throw new IOException("hung up");
                    }
                  } catch (java.net.SocketTimeoutException stillThere) {
                    // go on
                  }
                }
              } catch (IOException e) {
                hungUp.countDown();
              }
            })) {
      assertUnknown(new TimeLimits(LONG, LONG, SHORT, Duration.ofSeconds(3)), server);
      assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void an_oversized_answer_does_not_fill_the_heap() throws IOException {
    try (RawServer server =
        new RawServer(
            connection -> {
              RawServer.readHead(connection);
              var out = connection.getOutputStream();
              out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n".getBytes(US_ASCII));
              byte[] block = new byte[1 << 16];
              for (int i = 0; i < 10_000; i++) {
                out.write(block);
              }
            })) {
      assertUnknown(PATIENT, server);
    }
  }

  @Test
  void cancelling_frees_the_connection() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch hungUp = new CountDownLatch(1);
    try (RawServer server =
            new RawServer(
                connection -> {
                  try {
                    RawServer.readHead(connection);
                    arrived.countDown();
                    RawServer.beSilent(connection);
                  } finally {
                    hungUp.countDown();
                  }
                });
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      CompletableFuture<HttpAnswer> answer = http.send(get(server.uri()));
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      answer.cancel(false);
      assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void closing_leaves_no_call_hanging() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (RawServer server =
        new RawServer(
            connection -> {
              // A connection is not yet a request that was sent.
              RawServer.readHead(connection);
              arrived.countDown();
              RawServer.beSilent(connection);
            })) {
      HttpCaller http = new HttpCaller(PATIENT, 1);
      CompletableFuture<HttpAnswer> running = http.send(get(server.uri()));
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<HttpAnswer> waiting = http.send(get(server.uri()));
      http.close();
      assertThat(failure(running)).isInstanceOf(UnknownOutcomeException.class);
      assertThat(failure(waiting)).isInstanceOf(NotSentException.class);
      assertThat(failure(http.send(get(server.uri())))).isInstanceOf(NotSentException.class);
    }
  }

  @Test
  void texts_and_tokens_stay_out_of_toString_and_faults() throws IOException {
    HttpCall call =
        new HttpCall(
            "POST",
            URI.create("http://no-such-host.invalid/path?q=secret-q"),
            Map.of("Authorization", "Bearer secret-t"),
            "secret-b".getBytes(StandardCharsets.UTF_8));
    assertThat(call.toString()).isEqualTo("POST http://no-such-host.invalid/path");
    try (HttpCaller http = new HttpCaller(PATIENT, 1)) {
      assertThat(failure(http.send(call))).hasMessageContaining("no-such-host");
      assertThat(failure(http.send(call)).getMessage()).doesNotContain("secret");
    }
    assertThat(new HttpAnswer(200, Map.of("X", "secret"), new byte[3]).toString())
        .isEqualTo("HTTP 200, 3 bytes");
  }

  @Test
  void a_limit_of_zero_would_mean_no_limit() {
    assertThatThrownBy(() -> new TimeLimits(LONG, Duration.ZERO, LONG, LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("connect");
    assertThatThrownBy(() -> new TimeLimits(LONG, LONG, LONG, SHORT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("total");
  }

  private static void assertNotSent(TimeLimits limits, URI uri) {
    try (HttpCaller http = new HttpCaller(limits, 1)) {
      Throwable failure = failure(http.send(get(uri)));
      assertThat(failure).isInstanceOf(NotSentException.class);
      assertThat(((NoAnswerException) failure).mayHaveBeenProcessed()).isFalse();
    }
  }

  private static void assertUnknown(TimeLimits limits, RawServer server) {
    try (HttpCaller http = new HttpCaller(limits, 1)) {
      Throwable failure = failure(http.send(get(server.uri())));
      assertThat(failure).isInstanceOf(UnknownOutcomeException.class);
      assertThat(((NoAnswerException) failure).mayHaveBeenProcessed()).isTrue();
    }
  }

  /** The failure exactly as {@code whenComplete} shows it. */
  private static Throwable failure(CompletableFuture<HttpAnswer> answer) {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try {
      answer
          .whenComplete((result, fault) -> failure.set(fault))
          .orTimeout(1, TimeUnit.MINUTES)
          .join();
    } catch (RuntimeException seen) {
      return failure.get();
    }
    throw new AssertionError("answered");
  }

  private static HttpCall get(URI uri) {
    return new HttpCall("GET", uri, Map.of(), null);
  }
}
