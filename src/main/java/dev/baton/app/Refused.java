package dev.baton.app;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Answers requests that go no further than a filter, as RFC 9457 has it. */
final class Refused {

  private Refused() {}

  static void tooMany(HttpServletResponse response, Duration wait, String words)
      throws IOException {
    response.setHeader("Retry-After", String.valueOf(Math.max(1, wait.toSeconds())));
    answer(response, 429, "Too Many Requests", words);
  }

  static void tooLarge(HttpServletResponse response, long limit) throws IOException {
    String words = "The body is larger than the %d kB that are accepted.".formatted(limit / 1024);
    answer(response, 413, "Content Too Large", words);
  }

  static void tooSlow(HttpServletResponse response) throws IOException {
    // What is still to come of the request would be taken for the next one.
    response.setHeader("Connection", "close");
    answer(response, 408, "Request Timeout", "The body did not come in time.");
  }

  private static void answer(HttpServletResponse response, int status, String title, String words)
      throws IOException {
    byte[] problem =
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}"
            .formatted(title, status, words)
            .getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.setContentType("application/problem+json");
    response.setContentLength(problem.length);
    response.getOutputStream().write(problem);
  }
}
