package dev.baton.it.failure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.baton.http.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/** The ways in which a system can answer that wants to do harm, or is broken; by name. */
final class HostileAnswers {

  /** More than all limits of an answer, and than what the kernel keeps of a connection. */
  static final long ENDLESS = 48L << 20;

  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String LONG = "x".repeat(1 << 16);

  private final Map<String, RawServer.Behaviour> all = new LinkedHashMap<>();
  private final Map<String, Long> accepted = new ConcurrentHashMap<>();

  /**
   * All of them.
   *
   * @param canary where redirects lead; nobody may call it
   */
  HostileAnswers(URI canary) {
    transfers();
    heads(canary);
    bodies();
    timings();
  }

  Map<String, RawServer.Behaviour> all() {
    return all;
  }

  /** How many bytes of each endless answer were accepted at most. */
  Map<String, Long> accepted() {
    return Map.copyOf(accepted);
  }

  private void transfers() {
    endless("status-line", "HTTP/1.1 200 ", LONG);
    endless("empty-lines", "", "\r\n");
    endless("header-line", OK + "X-Long: ", LONG);
    endless("headers", OK, "X-Many: more\r\n");
    endless("cookies", OK, "Set-Cookie: a=" + "b".repeat(4000) + "\r\n");
    endless("folded-header", OK + "X: y\r\n", " more\r\n");
    endless("continue", "", "HTTP/1.1 100 Continue\r\n\r\n");
    endless("early-hints", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    endless("body", OK + "\r\n", LONG);
    endless("chunks", CHUNKED, "10000\r\n" + LONG + "\r\n");
    endless("chunk-extension", CHUNKED + "1;a=", LONG);
    endless("small-chunks", CHUNKED, "1;" + "a".repeat(4000) + "\r\nx\r\n");
    endless("trailer", CHUNKED + "0\r\nX-Long: ", LONG);
    endless("trailers", CHUNKED + "0\r\n", "X: y\r\n");
  }

  private void heads(URI canary) {
    says("no-bytes", "");
    says("http-0-9", "<html>hello</html>");
    says("http-2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
    says("tls-alert", "\u0015\u0003\u0001\0\u0002\u0002(");
    says("negative-length", OK + "Content-Length: -5\r\n\r\n{}");
    says("two-lengths", OK + "Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}");
    says("absurd-length", OK + "Content-Length: 99999999999999999999\r\n\r\n{}");
    says("short-of-its-length", OK + "Content-Length: 100\r\n\r\n{}");
    says("bad-chunk", CHUNKED + "zz\r\n{}\r\n");
    says("status-0", "HTTP/1.1 000 none\r\n\r\n");
    says("status-999", body("HTTP/1.1 999 odd\r\n", "{}"));
    says("switching", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
    says("unauthorized", body("HTTP/1.1 401 no\r\nWWW-Authenticate: Basic\r\n", "{}"));
    says("proxy-login", body("HTTP/1.1 407 no\r\nProxy-Authenticate: Basic\r\n", "{}"));
    says("redirect", body("HTTP/1.1 302 x\r\nLocation: " + canary + "\r\n", ""));
    says("redirect-of-posts", body("HTTP/1.1 307 x\r\nLocation: " + canary + "\r\n", ""));
    says("redirect-to-itself", body("HTTP/1.1 308 x\r\nLocation: /\r\n", ""));
    says("retry-after", body("HTTP/1.1 429 x\r\nRetry-After: 999999999999\r\n", ""));
    says(
        "retry-after-date",
        body("HTTP/1.1 503 x\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", ""));
    says("odd-charset", body(OK + "Content-Type: application/json;charset=none-such\r\n", "{}"));
    says("html", body(OK + "Content-Type: text/html\r\n", "<html>maintenance</html>"));
  }

  private void bodies() {
    says("gzip-bomb", body(OK + "Content-Encoding: gzip\r\n", bomb()));
    says("deep", body("{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000)));
    says("deep-array", body("[".repeat(500_000)));
    says("huge-integer", body("{\"messages\":[],\"sessionId\":" + "9".repeat(1_000_000) + "}"));
    says("huge-exponent", body(session("\"messages\":[],\"x\":1e99999999999")));
    says("many-objects", body(session("\"messages\":[{}" + ",{}".repeat(900_000) + "]")));
    says("many-names", body(session(names(200_000))));
    says(
        "huge-string",
        body(session("\"messages\":[{\"text\":\"" + "x".repeat(3_000_000) + "\"}]")));
    says("duplicate-names", body("{\"messages\":{},\"messages\":[],\"messages\":7}"));
    says("bad-utf-8", body("{\"error\":\"\u00ff\u00fe\u00c0\"}"));
    says("nul", body("{\"sessionId\":\"a\0b\",\"status\":\"\0\"}"));
    says("escaped-nul", body("{\"sessionId\":\"a\\u0000b\",\"status\":\"\\u0000\"}"));
    says("half-json", body("{\"messages\":[{\"type\":\"te"));
    says("scalar", body("true"));
    says("null", body("null"));
  }

  private void timings() {
    all.put("silence", RawServer::beSilent);
    all.put("half-close", connection -> connection.shutdownOutput());
    all.put("reset", connection -> connection.setSoLinger(true, 0));
    trickle("slow-head", OK + "X: ");
    trickle("slow-body", OK + "Content-Length: 1000000\r\n\r\n");
    trickle("slow-chunk", CHUNKED + "ffff\r\n");
  }

  private void says(String name, String answer) {
    all.put(name, connection -> connection.getOutputStream().write(answer.getBytes(ISO_8859_1)));
  }

  private void endless(String name, String begin, String again) {
    byte[] block = again.repeat(1 + (1 << 16) / again.length()).getBytes(ISO_8859_1);
    all.put(
        name,
        connection -> {
          connection.setSendBufferSize(1 << 16);
          OutputStream out = connection.getOutputStream();
          out.write(begin.getBytes(ISO_8859_1));
          long written = 0;
          try {
            while (written < ENDLESS) {
              out.write(block);
              written += block.length;
            }
          } finally {
            accepted.merge(name, written, Math::max);
          }
        });
  }

  /** A byte every few milliseconds: never silent for long enough, and never done. */
  private void trickle(String name, String begin) {
    all.put(
        name,
        connection -> {
          OutputStream out = connection.getOutputStream();
          out.write(begin.getBytes(ISO_8859_1));
          connection.setSoTimeout(20);
          while (isOpen(connection)) {
            out.write('x');
          }
        });
  }

  private static boolean isOpen(Socket connection) throws IOException {
    try {
      return connection.getInputStream().read() >= 0;
    } catch (SocketTimeoutException stillOpen) {
      return true;
    }
  }

  private static String body(String json) {
    return body(OK + "Content-Type: application/json\r\n", json);
  }

  private static String body(String head, String body) {
    return head + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String session(String members) {
    return "{\"sessionId\":\"S\"," + members + "}";
  }

  private static String names(int count) {
    StringBuilder names = new StringBuilder("\"messages\":[]");
    for (int i = 0; i < count; i++) {
      names.append(",\"").append(i).append("\":0");
    }
    return names.toString();
  }

  /** 64 MB in 64 kB. */
  private static String bomb() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        zip.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toString(ISO_8859_1);
  }
}
