package dev.baton.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;

/** Answers refused requests with problem details (RFC 9457) that tell nothing of the inside. */
public final class AccessAnswers
    implements AuthenticationEntryPoint, AccessDeniedHandler, RequestRejectedHandler {

  private final boolean challenge;

  /**
   * @param challenge whether a 401 asks for HTTP Basic credentials; browsers then show a dialog
   */
  public AccessAnswers(boolean challenge) {
    this.challenge = challenge;
  }

  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException reason)
      throws IOException {
    if (reason instanceof TooManyLoginsException many) {
      tooManyLogins(response, many.waitTime());
      return;
    }
    if (challenge) {
      response.setHeader("WWW-Authenticate", "Basic realm=\"Baton\", charset=\"UTF-8\"");
    }
    answer(response, 401, "Unauthorized", "Valid credentials are missing.");
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException reason)
      throws IOException {
    answer(response, 403, "Forbidden", "The request is not allowed.");
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, RequestRejectedException reason)
      throws IOException {
    response.setHeader("Connection", "close");
    answer(response, 400, "Bad Request", "The method, the path or a header is not in normal form.");
  }

  /** Refuses a password that an address may not try now. */
  public static void tooManyLogins(HttpServletResponse response, Duration wait) throws IOException {
    tooMany(response, wait, "From your address more passwords were tried than are accepted.");
  }

  /** Refuses what comes more often than a limit permits. */
  public static void tooMany(HttpServletResponse response, Duration wait, String detail)
      throws IOException {
    retryAfter(response, wait);
    answer(response, 429, "Too Many Requests", detail);
  }

  /** Refuses what this node has no memory or thread for at the moment. */
  public static void busy(HttpServletResponse response, Duration wait) throws IOException {
    retryAfter(response, wait);
    response.setHeader("Connection", "close");
    answer(response, 503, "Service Unavailable", "The node reads as many bodies as it can hold.");
  }

  /** Refuses a body of more than {@code limit} bytes, unread. */
  public static void tooLarge(HttpServletResponse response, long limit) throws IOException {
    response.setHeader("Connection", "close");
    answer(
        response,
        413,
        "Content Too Large",
        "The body is larger than the %d kB that are accepted.".formatted(limit / 1024));
  }

  /** Refuses a body that did not arrive in time, or broke off. */
  public static void tooSlow(HttpServletResponse response) throws IOException {
    response.setHeader("Connection", "close");
    answer(response, 408, "Request Timeout", "The body did not come in time.");
  }

  private static void retryAfter(HttpServletResponse response, Duration wait) {
    response.setHeader("Retry-After", String.valueOf(Math.max(1, wait.toSeconds())));
  }

  private static void answer(HttpServletResponse response, int status, String title, String detail)
      throws IOException {
    byte[] problem =
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}"
            .formatted(title, status, detail)
            .getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.setContentType("application/problem+json");
    response.setContentLength(problem.length);
    response.getOutputStream().write(problem);
  }
}
