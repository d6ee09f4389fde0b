package dev.baton.app;

import dev.baton.access.AccessAnswers;
import dev.baton.access.LoginThrottle;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.GenericFilterBean;

/** Throttles requests whose body has a password, which is checked outside of Spring Security. */
final class LoginThrottleFilter extends GenericFilterBean {

  private final RequestMatcher logins;
  private final LoginThrottle throttle;

  LoginThrottleFilter(RequestMatcher logins, LoginThrottle throttle) {
    this.logins = logins;
    this.throttle = throttle;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (logins.matches((HttpServletRequest) request)
        && !throttle.tryFrom(request.getRemoteAddr())) {
      AccessAnswers.tooManyLogins((HttpServletResponse) response, throttle.period());
    } else {
      chain.doFilter(request, response);
    }
  }
}
