package dev.baton.access;

import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.camunda.bpm.engine.IdentityService;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authorization.AuthenticatedAuthorizationManager;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.CacheControlHeadersWriter;
import org.springframework.security.web.header.writers.XContentTypeOptionsHeaderWriter;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.servletapi.SecurityContextHolderAwareRequestFilter;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * Guards the addresses of Baton's REST API in any web application. Runs after all other filters: a
 * caller whom Spring Security, the container or a filter of the engine authenticated for this very
 * request is let in, any other needs HTTP Basic credentials of a user of the engine.
 */
public final class ApiGate {

  private static final String PASSED = ApiGate.class.getName() + ".passed";

  private ApiGate() {}

  /**
   * The filter; to be registered last, for the API's addresses only.
   *
   * @param identities asked for at the first request: filters are created before the engine
   * @param engineUser whether the engine has a current user already
   * @param signed addresses that verify a signature themselves
   * @param anonymous whether a caller without any authentication is let in, with all rights
   */
  public static Filter filter(
      Supplier<IdentityService> identities,
      BooleanSupplier engineUser,
      LoginThrottle throttle,
      RequestMatcher signed,
      boolean anonymous) {
    AccessAnswers answers = new AccessAnswers(true);
    Filter asEngineUser = new EngineAuthenticationFilter(identities);
    Filter passed =
        (request, response, chain) -> {
          request.setAttribute(PASSED, true);
          chain.doFilter(request, response);
        };
    // Neither a proxy nor a browser keeps or guesses at what customers say.
    Filter headers =
        new HeaderWriterFilter(
            List.of(new CacheControlHeadersWriter(), new XContentTypeOptionsHeaderWriter()));
    FilterChainProxy gate =
        new FilterChainProxy(
            List.of(
                new DefaultSecurityFilterChain(signed, headers, passed),
                new DefaultSecurityFilterChain(
                    request -> engineUser.getAsBoolean(), headers, passed),
                new DefaultSecurityFilterChain(
                    request -> anonymous || request.getUserPrincipal() != null,
                    headers,
                    asEngineUser,
                    passed),
                new DefaultSecurityFilterChain(
                    AnyRequestMatcher.INSTANCE,
                    headers,
                    new BasicAuthenticationFilter(
                        new ProviderManager(new EngineUserProvider(identities, throttle)), answers),
                    userPrincipal(),
                    new ExceptionTranslationFilter(answers, new NullRequestCache()),
                    new AuthorizationFilter(AuthenticatedAuthorizationManager.authenticated()),
                    asEngineUser,
                    passed)));
    gate.setFirewall(new StrictHttpFirewall());
    gate.setRequestRejectedHandler(answers);
    return gate;
  }

  /** Tells the rest of the request who was authenticated. */
  private static Filter userPrincipal() {
    SecurityContextHolderAwareRequestFilter filter = new SecurityContextHolderAwareRequestFilter();
    try {
      // No bean: without this call it has nothing to wrap requests with.
      filter.afterPropertiesSet();
    } catch (ServletException e) {
      throw new IllegalStateException(e);
    }
    return filter;
  }

  /**
   * Forgets, at the start of each request, an engine user that an earlier request left in the
   * thread.
   *
   * @param prefixes what the API's paths begin with, within the context
   */
  public static ServletRequestListener forgetsStaleUsers(
      Supplier<IdentityService> identities, List<String> prefixes) {
    return new ServletRequestListener() {
      @Override
      public void requestInitialized(ServletRequestEvent event) {
        if (event.getServletRequest() instanceof HttpServletRequest request
            && prefixes.stream().anyMatch(path(request)::startsWith)) {
          identities.get().clearAuthentication();
        }
      }
    };
  }

  /** As the container normalised it to choose the servlet: no filter has seen the request yet. */
  private static String path(HttpServletRequest request) {
    String info = request.getPathInfo();
    return info == null ? request.getServletPath() : request.getServletPath() + info;
  }

  /**
   * Whether the request passed the gate. A request that reaches a controller in another way, by a
   * forward or under a path that the gate was not registered for, has not.
   */
  public static boolean passed(HttpServletRequest request) {
    return request.getAttribute(PASSED) != null;
  }
}
