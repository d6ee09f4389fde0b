package dev.baton.app;

import dev.baton.access.AccessAnswers;
import dev.baton.access.Allowance;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher.MatchResult;
import org.springframework.web.filter.GenericFilterBean;

/** Limits the requests of each user, and the messages in each conversation. */
final class RateLimitFilter extends GenericFilterBean {

  private static final PathPatternRequestMatcher MESSAGES =
      PathPatternRequestMatcher.withDefaults()
          .matcher(HttpMethod.POST, "/api/conversations/{key}/messages");

  /** Bytes of a path; no conversation has a longer key, and longer names are not remembered. */
  private static final int MAX_KEY = 255;

  private final Allowance requests;
  private final Allowance messages;

  RateLimitFilter(AccessLimits limits) {
    this.requests = new Allowance(limits.requestsPerSecond(), Duration.ofSeconds(1));
    this.messages = new Allowance(limits.messagesPerMinute(), Duration.ofMinutes(1));
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    HttpServletResponse answer = (HttpServletResponse) response;
    Principal user = http.getUserPrincipal();
    MatchResult message = MESSAGES.matcher(http);
    String key = message.getVariables().getOrDefault("key", "");
    if (user != null && !requests.use(user.getName())) {
      AccessAnswers.tooMany(answer, requests.period(), "You send more requests than are accepted.");
    } else if (message.isMatch() && key.length() <= MAX_KEY && !messages.use(key)) {
      AccessAnswers.tooMany(
          answer, messages.period(), "The conversation gets more messages than are accepted.");
    } else {
      chain.doFilter(request, response);
    }
  }
}
