package dev.baton.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a server may repeat, the client stops reading it; nothing here waits for a time limit.
 */
@Timeout(60)
class AnswerLimitsTest {

  private static final Duration LONG = Duration.ofSeconds(50);
  private static final TimeLimits PATIENT = new TimeLimits(LONG, LONG, LONG, LONG);

  /** Far more than the limits and all that the kernel keeps of a connection. */
  private static final long ENDLESS = 96L << 20;

  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  /** Repeated until the client hangs up. */
  record Endless(String name, String begin, String again) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Endless> endless() {
    String longText = "x".repeat(1 << 16);
    return Stream.of(
        new Endless("status line", "HTTP/1.1 200 ", longText),
        new Endless("empty lines", "", "\r\n".repeat(1 << 10)),
        new Endless("text that is no HTTP", "", longText),
        new Endless("header line", "HTTP/1.1 200 OK\r\nX-Long: ", longText),
        new Endless("header name", "HTTP/1.1 200 OK\r\n", longText),
        new Endless("folded header", "HTTP/1.1 200 OK\r\nX: y\r\n", " more".repeat(99) + "\r\n"),
        new Endless("headers", "HTTP/1.1 200 OK\r\n", "Set-Cookie: a=b\r\n"),
        new Endless("informational", "", "HTTP/1.1 100 Continue\r\n\r\n"),
        new Endless("early hints", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        new Endless("body", "HTTP/1.1 200 OK\r\n\r\n", longText),
        new Endless(
            "body of a length", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", longText),
        new Endless("chunks", CHUNKED, "10000\r\n" + longText + "\r\n"),
        new Endless("chunks of one byte", CHUNKED, "1;" + "a".repeat(8000) + "\r\nx\r\n"),
        new Endless("chunk size", CHUNKED, "0".repeat(1 << 16)),
        new Endless("chunk extension", CHUNKED + "1;a=", longText),
        new Endless("trailer", CHUNKED + "0\r\nX-Long: ", longText),
        new Endless("trailers", CHUNKED + "0\r\n", "X: y\r\n"),
        new Endless("folded trailer", CHUNKED + "0\r\nX: y\r\n", " more".repeat(99) + "\r\n"));
  }

  @ParameterizedTest
  @MethodSource("endless")
  void hangsUpOnWhatNeverEnds(Endless answer) throws Exception {
    CompletableFuture<Long> accepted = new CompletableFuture<>();
    try (RawServer server =
            new RawServer(
                connection -> {
                  RawServer.readHead(connection);
                  accepted.complete(accepted(connection, answer));
                });
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      assertThatThrownBy(() -> http.send(get(server.uri())).join())
          .hasCauseInstanceOf(UnknownOutcomeException.class);
      assertThat(accepted.get(40, TimeUnit.SECONDS)).isLessThan(ENDLESS);
    }
  }

  /** How much of the answer is taken before the client hangs up. */
  private static long accepted(Socket connection, Endless answer) throws IOException {
    connection.setSendBufferSize(1 << 16);
    OutputStream out = connection.getOutputStream();
    out.write(answer.begin().getBytes(ISO_8859_1));
    byte[] block =
        answer.again().repeat(1 + (1 << 16) / answer.again().length()).getBytes(ISO_8859_1);
    long written = 0;
    try {
      while (written < ENDLESS) {
        out.write(block);
        written += block.length;
      }
    } catch (IOException hungUp) {
      // what is expected
    }
    return written;
  }

  @Test
  void readsAnAnswerThatJustKeepsTheLimits() throws Exception {
    String head =
        "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(10)
            + "HTTP/1.1 200 OK\r\nContent-Length: "
            + AnswerLimits.MAX_BODY_SIZE
            + "\r\n"
            + "X-Many: 1\r\n".repeat(AnswerLimits.MAX_HEADER_COUNT - 2)
            + "X-Long: "
            + "x".repeat(AnswerLimits.MAX_LINE_LENGTH - 20)
            + "\r\n\r\n";
    try (RawServer server =
            new RawServer(RawServer.says(head + "b".repeat(AnswerLimits.MAX_BODY_SIZE)));
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      HttpAnswer answer = http.send(get(server.uri())).join();
      assertThat(answer.body()).hasSize(AnswerLimits.MAX_BODY_SIZE);
    }
  }

  @Test
  void refusesABodyThatIsOneByteTooLong() throws Exception {
    int size = AnswerLimits.MAX_BODY_SIZE + 1;
    String head = "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n";
    try (RawServer server = new RawServer(RawServer.says(head + "b".repeat(size)));
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      assertThatThrownBy(() -> http.send(get(server.uri())).join())
          .hasCauseInstanceOf(UnknownOutcomeException.class);
    }
  }

  @Test
  void decompressesNothing() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bomb)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        zip.write(zeros);
      }
    }
    String head =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + bomb.size() + "\r\n\r\n";
    try (RawServer server = new RawServer(RawServer.says(head + bomb.toString(ISO_8859_1)));
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      assertThat(http.send(get(server.uri())).join().body()).isEqualTo(bomb.toByteArray());
    }
  }

  /** Many hosts at a time, each below its own limit, are bounded by how many are configured. */
  @Test
  void oneHostsAnswersHaveALimitTogether() throws Exception {
    int calls = AnswerLimits.MAX_BODY_SIZE_PER_HOST / AnswerLimits.MAX_BODY_SIZE + 4;
    CountDownLatch enough = new CountDownLatch(1);
    String head = "HTTP/1.1 200 OK\r\nContent-Length: " + AnswerLimits.MAX_BODY_SIZE + "\r\n\r\n";
    byte[] half = (head + "b".repeat(AnswerLimits.MAX_BODY_SIZE - 1)).getBytes(ISO_8859_1);
    try (RawServer flood =
            new RawServer(
                connection -> {
                  RawServer.readHead(connection);
                  connection.getOutputStream().write(half);
                  enough.await();
                });
        TestServer other = new TestServer(request -> TestServer.Reply.json(200, "{}"));
        HttpCaller http = new HttpCaller(PATIENT, calls)) {
      List<CompletableFuture<HttpAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        answers.add(http.send(get(flood.uri())));
      }
      // All are a byte short of their end: those that fail have been refused their share.
      CompletableFuture<?> refused =
          CompletableFuture.anyOf(
              answers.stream()
                  .map(answer -> answer.handle((read, fault) -> fault))
                  .toArray(CompletableFuture[]::new));
      assertThat(refused.get(40, TimeUnit.SECONDS)).isNotNull();
      assertThat(http.send(get(other.uri())).join().status()).isEqualTo(200);

      answers.forEach(answer -> answer.cancel(false));
      enough.countDown();
    }
  }

  @Test
  void aHostsShareIsGivenBack() {
    int calls = 3 * AnswerLimits.MAX_BODY_SIZE_PER_HOST / AnswerLimits.MAX_BODY_SIZE;
    String body = "b".repeat(AnswerLimits.MAX_BODY_SIZE);
    try (TestServer server = new TestServer(request -> TestServer.Reply.json(200, body));
        HttpCaller http = new HttpCaller(PATIENT, 1)) {
      for (int i = 0; i < calls; i++) {
        assertThat(http.send(get(server.uri())).join().status()).isEqualTo(200);
      }
    }
  }

  private static HttpCall get(URI uri) {
    return new HttpCall("GET", uri, Map.of(), null);
  }
}
