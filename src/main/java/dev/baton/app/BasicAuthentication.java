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

  /** The attribute of a request that has the name of the user who was let in. */
  static final String USER = BasicAuthentication.class.getName() + ".user";

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
  private final Logins logins;

  /**
   * Guards an application.
   *
   * @param engine asked for at the first request: filters are made before the engine
   * @param webapps the path of the web applications
   * @param logins how often passwords may be tried
   */
  BasicAuthentication(ObjectProvider<ProcessEngine> engine, String webapps, Logins logins) {
    this.engine = engine;
    this.webapps = webapps;
    this.logins = logins;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    String path = path(http);
    if (triesPassword(http, path) && !logins.mayTry(http)) {
      tooManyTries(response);
    } else if (OPEN.contains(path)
        || path.equals(webapps)
        || path.startsWith(webapps + "/")
        || path.startsWith(SIGNED)) {
      chain.doFilter(request, response);
    } else if (fromAnotherSite(http)) {
      ((HttpServletResponse) response).setStatus(HttpServletResponse.SC_FORBIDDEN);
    } else if (!logins.mayTryCredentials(http)) {
      tooManyTries(response);
    } else {
      super.doFilter(
          request,
          response,
          (letIn, answer) -> {
            http.setAttribute(USER, logins.wereRight(http));
            chain.doFilter(letIn, answer);
          });
      if (http.getAttribute(USER) == null) {
        logins.wereWrong(http);
      }
    }
  }

  /**
   * The login of the web applications, and the engine's REST API for checking a password, which
   * answers with a slash at the end, too.
   */
  private boolean triesPassword(HttpServletRequest request, String path) {
    return request.getMethod().equals("POST")
        && ((path.startsWith(webapps + "/") && path.contains("/login/"))
            || path.endsWith("/identity/verify")
            || path.endsWith("/identity/verify/"));
  }

  private void tooManyTries(ServletResponse response) throws IOException {
    Refused.tooMany(
        (HttpServletResponse) response,
        logins.period(),
        "From your address more passwords were tried than are accepted.");
  }

  /** As the server decoded and normalised it to choose the servlet, not as it was sent. */
  static String path(HttpServletRequest request) {
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
