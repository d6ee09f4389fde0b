package dev.baton.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.Principal;
import java.util.function.Supplier;
import org.camunda.bpm.engine.IdentityService;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.web.filter.GenericFilterBean;

/** Makes the authenticated caller of a request the engine's current user while it is served. */
public final class EngineAuthenticationFilter extends GenericFilterBean {

  private final Supplier<IdentityService> identities;

  /**
   * Of an engine.
   *
   * @param identities asked for at the first request: filters are created before the engine
   */
  public EngineAuthenticationFilter(Supplier<IdentityService> identities) {
    this.identities = identities;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Principal caller = caller((HttpServletRequest) request);
    if (caller == null) {
      chain.doFilter(request, response);
      return;
    }
    IdentityService engine = identities.get();
    EngineUser user =
        caller instanceof EngineUser known ? known : EngineUser.read(engine, caller.getName());
    engine.setAuthentication(user.id(), user.groups(), user.tenants());
    try {
      chain.doFilter(request, response);
    } finally {
      engine.clearAuthentication();
    }
  }

  /** Null for an anonymous request. */
  private static @Nullable Principal caller(HttpServletRequest request) {
    Principal caller = request.getUserPrincipal();
    return caller instanceof Authentication authentication
            && authentication.getPrincipal() instanceof EngineUser user
        ? user
        : caller;
  }
}
