package dev.baton.app;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.rest.security.auth.ProcessEngineAuthenticationFilter;
import org.camunda.bpm.engine.rest.security.auth.impl.HttpBasicAuthenticationProvider;
import org.springframework.beans.factory.ObjectProvider;

/**
 * HTTP Basic against the engine's users, on every address but those of the web applications, which
 * have a login of their own. Camunda's filter would let the list of engines through, and looks for
 * it in a part of the address that a caller can shift with path parameters.
 */
final class BasicAuthentication extends ProcessEngineAuthenticationFilter {

  static final Map<String, String> PARAMETERS =
      Map.of(
          AUTHENTICATION_PROVIDER_PARAM,
          HttpBasicAuthenticationProvider.class.getName(),
          SERVLET_PATH_PREFIX,
          "");

  /**
   * The way to the web applications, what browsers ask for by themselves, and what load balancers
   * ask for. Camunda's login page looks for a welcome page at the root: asked for credentials
   * there, the browser would put a dialog of its own in front of the login.
   */
  private static final Set<String> OPEN =
      Set.of(
          "/", "/favicon.ico", "/camunda-welcome", HealthController.LIVE, HealthController.READY);

  /** Has signatures of its own, by which services are known that are no users of the engine. */
  private static final String SIGNED = "/api/targets/webhook/";

  private final ObjectProvider<ProcessEngine> engine;
  private final String webapps;

  /**
   * Guards an application.
   *
   * @param engine asked for at the first request: filters are made before the engine
   * @param webapps the path of the web applications
   */
  BasicAuthentication(ObjectProvider<ProcessEngine> engine, String webapps) {
    this.engine = engine;
    this.webapps = webapps;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = path((HttpServletRequest) request);
    if (OPEN.contains(path)
        || path.equals(webapps)
        || path.startsWith(webapps + "/")
        || path.startsWith(SIGNED)) {
      chain.doFilter(request, response);
    } else if (fromAnotherSite((HttpServletRequest) request)) {
      ((HttpServletResponse) response).setStatus(HttpServletResponse.SC_FORBIDDEN);
    } else {
      super.doFilter(request, response, chain);
    }
  }

  /** As the server decoded and normalised it to choose the servlet, not as it was sent. */
  private static String path(HttpServletRequest request) {
    String info = request.getPathInfo();
    return info == null ? request.getServletPath() : request.getServletPath() + info;
  }

  /** A browser adds Basic credentials that it knows even to what a stranger's page sends. */
  private static boolean fromAnotherSite(HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    return site != null && !site.equals("same-origin") && !site.equals("none");
  }

  @Override
  protected boolean requiresEngineAuthentication(String requestUrl) {
    return true;
  }

  @Override
  protected ProcessEngine getAddressedEngine(String engineName) {
    return engine.getObject();
  }
}
