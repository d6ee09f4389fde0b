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

/**
 * Rejects what the firewall rejects before any other filter sees it. Spring Security asks its
 * firewall only after it has parsed the path, which fails with status 500 for some odd paths.
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
    } catch (RequestRejectedException e) {
      answers.handle((HttpServletRequest) request, (HttpServletResponse) response, e);
      return;
    }
    chain.doFilter(request, response);
  }
}
