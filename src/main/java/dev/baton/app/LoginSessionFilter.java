package dev.baton.app;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.List;
import org.camunda.bpm.webapp.impl.security.auth.Authentications;
import org.camunda.bpm.webapp.impl.security.auth.UserAuthentication;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.GenericFilterBean;

/**
 * Makes the user who is logged in at the web applications the caller of the request, and keeps
 * sessions for such users only. The web applications' own filters ask for a session in every
 * request; without a login they get one that ends with the request.
 */
final class LoginSessionFilter extends GenericFilterBean {

  /** Where the web applications keep who is logged in (AuthenticationUtil.CAM_AUTH_SESSION_KEY). */
  private static final String LOGINS = "authenticatedUser";

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    HttpSession session = http.getSession(false);
    String user = session == null ? null : user(session);
    if (user == null) {
      if (session != null) {
        session.invalidate();
      }
      chain.doFilter(new UntilLogin(http), response);
      return;
    }
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(
        UsernamePasswordAuthenticationToken.authenticated(user, null, List.of()));
    SecurityContextHolder.setContext(context);
    chain.doFilter(request, response);
  }

  private static @Nullable String user(HttpSession session) {
    return session.getAttribute(LOGINS) instanceof Authentications logins
        ? logins.getAuthentications().stream()
            .map(UserAuthentication::getIdentityId)
            .findFirst()
            .orElse(null)
        : null;
  }

  /**
   * A request without a login. The web applications end the session that they have and begin
   * another one when, and only when, a login succeeds: that one is real.
   */
  private static final class UntilLogin extends HttpServletRequestWrapper {

    private final TransientSession session;

    UntilLogin(HttpServletRequest request) {
      super(request);
      session = new TransientSession(request.getServletContext());
    }

    @Override
    public @Nullable HttpSession getSession(boolean create) {
      return session.isInvalidated() ? super.getSession(create) : session;
    }

    @Override
    public @Nullable HttpSession getSession() {
      return getSession(true);
    }
  }
}
