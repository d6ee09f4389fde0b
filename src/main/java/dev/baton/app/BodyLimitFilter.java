package dev.baton.app;

import dev.baton.access.AccessAnswers;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.GenericFilterBean;

/**
 * Reads each body whole before the request goes on, within limits of size, time and memory. The
 * engine's REST API and the web applications have no limits of their own. Runs after authorization,
 * so the body of a rejected request is not read.
 */
final class BodyLimitFilter extends GenericFilterBean {

  private static final String SIGNED = "/api/targets/webhook/";
  private static final String DEPLOYMENT = "/deployment/create";

  /** A login form. */
  private static final int ANONYMOUS_BYTES = 4 * 1024;

  /** As many as the webhook's controller reads. */
  private static final int SIGNED_BYTES = 64 * 1024;

  private static final Duration ANONYMOUS_TIME = Duration.ofSeconds(5);
  private static final Duration USER_TIME = Duration.ofSeconds(20);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int PIECE = 8192;

  /** A body's bytes are held twice while the last of them are copied. */
  private static final int COPIES = 2;

  private final long body;
  private final long deployment;
  private final BodyBudget budget;
  private final AnonymousBodies anonymous = new AnonymousBodies();

  /**
   * With the limits of a node.
   *
   * @param memory the bytes that the bodies of all users may hold at the same time
   */
  BodyLimitFilter(AccessLimits limits, long memory) {
    this.body = limits.body().toBytes();
    this.deployment = limits.deployment().toBytes();
    this.budget = new BodyBudget(Math.max(memory, COPIES * deployment));
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    HttpServletResponse answer = (HttpServletResponse) response;
    long length = http.getContentLengthLong();
    long limit = limit(http);
    if (length == 0 || (length < 0 && http.getHeader("Transfer-Encoding") == null)) {
      chain.doFilter(request, response);
    } else if (length > limit) {
      AccessAnswers.tooLarge(answer, limit);
    } else if (http.getUserPrincipal() != null) {
      ofUser(http, answer, limit, chain);
    } else {
      ofAnonymous(http, answer, limit, chain);
    }
  }

  private long limit(HttpServletRequest request) {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    if (request.getUserPrincipal() == null) {
      return path.startsWith(SIGNED) ? SIGNED_BYTES : ANONYMOUS_BYTES;
    }
    return path.endsWith(DEPLOYMENT) ? deployment : body;
  }

  private void ofAnonymous(
      HttpServletRequest request, HttpServletResponse response, long limit, FilterChain chain)
      throws IOException, ServletException {
    String address = request.getRemoteAddr();
    if (!anonymous.enter(address)) {
      AccessAnswers.busy(response, RETRY);
      return;
    }
    byte @Nullable [] bytes;
    try {
      bytes = read(request, response, limit, ANONYMOUS_TIME, null);
    } finally {
      anonymous.leave(address);
    }
    if (bytes != null) {
      chain.doFilter(new ReadRequest(request, bytes), response);
    }
  }

  private void ofUser(
      HttpServletRequest request, HttpServletResponse response, long limit, FilterChain chain)
      throws IOException, ServletException {
    Reservation reservation = new Reservation();
    try {
      byte @Nullable [] bytes = read(request, response, limit, USER_TIME, reservation);
      if (bytes != null) {
        chain.doFilter(new ReadRequest(request, bytes), response);
      }
    } finally {
      budget.release(reservation.bytes);
    }
  }

  /** The body; null if the request was refused, which the response then tells. */
  private static byte @Nullable [] read(
      HttpServletRequest request,
      HttpServletResponse response,
      long limit,
      Duration time,
      @Nullable Reservation reservation)
      throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    long began = System.nanoTime();
    try {
      InputStream coming = request.getInputStream();
      byte[] piece = new byte[PIECE];
      for (int read = coming.read(piece); read >= 0; read = coming.read(piece)) {
        if (whole.size() + read > limit) {
          AccessAnswers.tooLarge(response, limit);
          return null;
        }
        if (reservation != null && !reservation.grow(COPIES * (long) read)) {
          AccessAnswers.busy(response, RETRY);
          return null;
        }
        whole.write(piece, 0, read);
        if (System.nanoTime() - began > time.toNanos()) {
          AccessAnswers.tooSlow(response);
          return null;
        }
      }
    } catch (IOException e) {
      // No byte came in time, the connection broke, or what came is not HTTP.
      AccessAnswers.tooSlow(response);
      return null;
    }
    return whole.toByteArray();
  }

  /** The part of the budget that one request has. */
  private final class Reservation {

    private long bytes;

    boolean grow(long by) {
      if (!budget.reserve(by)) {
        return false;
      }
      bytes += by;
      return true;
    }
  }
}
