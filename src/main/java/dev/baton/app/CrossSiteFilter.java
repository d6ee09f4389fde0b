package dev.baton.app;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.web.filter.GenericFilterBean;

/**
 * Refuses what a page of another site has a browser send: the browser adds Basic credentials that
 * it knows. Other clients do not send the header.
 */
final class CrossSiteFilter extends GenericFilterBean {

  private static final Set<String> OWN = Set.of("same-origin", "none");

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String site = ((HttpServletRequest) request).getHeader("Sec-Fetch-Site");
    if (site == null || OWN.contains(site)) {
      chain.doFilter(request, response);
    } else {
      ((HttpServletResponse) response).setStatus(HttpServletResponse.SC_FORBIDDEN);
    }
  }
}
