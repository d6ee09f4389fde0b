package dev.baton.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.filter.GenericFilterBean;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Rejects what the firewall rejects before any other filter sees it. Spring Security asks its
 * firewall only after it has parsed the path. For some odd paths that fails with status 500 and a
 * stack trace in the log.
 */
public final class FirewallFilter extends GenericFilterBean {

  private final HttpFirewall firewall;
  private final AccessAnswers answers = new AccessAnswers(false);

  public FirewallFilter(HttpFirewall firewall) {
    this.firewall = firewall;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    try {
      firewall.getFirewalledRequest((HttpServletRequest) request);
      requireParsable((HttpServletRequest) request);
    } catch (RequestRejectedException e) {
      answers.handle((HttpServletRequest) request, (HttpServletResponse) response, e);
      return;
    }
    chain.doFilter(request, response);
  }

  /** Spring does not find the servlet's path in a path that spells it with encoded letters. */
  private static void requireParsable(HttpServletRequest request) {
    try {
      ServletRequestPathUtils.parseAndCache(request);
      ServletRequestPathUtils.clearParsedRequestPath(request);
    } catch (IllegalArgumentException e) {
      throw new RequestRejectedException("The path cannot be parsed.");
    }
  }
}
