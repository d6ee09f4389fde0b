package dev.baton.app;

import dev.baton.access.AccessAnswers;
import dev.baton.access.EngineAuthenticationFilter;
import dev.baton.access.EngineUserProvider;
import dev.baton.access.FirewallFilter;
import dev.baton.access.LoginThrottle;
import dev.baton.api.ChannelApiConfiguration;
import dev.baton.autoconfigure.Loopback;
import jakarta.servlet.Filter;
import java.util.function.Supplier;
import org.apache.catalina.session.ManagerBase;
import org.camunda.bpm.engine.IdentityService;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.spring.boot.starter.property.CamundaBpmProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.annotation.web.configurers.RequestCacheConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * The gate in front of all addresses. A request is open by the short list in {@link
 * #openAddresses}, belongs to the web applications, which have a login and sessions, or needs HTTP
 * Basic credentials of a user of the engine. Spring Security's firewall rejects every path that is
 * not in normal form before any of these is chosen.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AccessLimits.class)
class SecurityConfiguration {

  /** Logged-in users of the web applications, about 2 kB each. */
  private static final int MAX_SESSIONS = 5_000;

  private static final int HEAP_SHARE_OF_BODIES = 8;

  private static final PathPatternRequestMatcher.Builder PATHS =
      PathPatternRequestMatcher.withDefaults();

  @Bean
  LoginThrottle loginThrottle(AccessLimits limits) {
    return new LoginThrottle(limits.loginsPerMinute());
  }

  @Bean
  AuthenticationManager authenticationManager(
      ObjectProvider<ProcessEngine> engine, LoginThrottle throttle) {
    return new ProviderManager(new EngineUserProvider(identities(engine), throttle));
  }

  /**
   * In a trial, a page of another site could otherwise get here by its own name (DNS rebinding).
   */
  @Bean
  HttpFirewall firewall(Environment environment) {
    StrictHttpFirewall firewall = new StrictHttpFirewall();
    if (TrialCredentials.of(environment).isTrial()) {
      firewall.setAllowedHostnames(Loopback::is);
    }
    return firewall;
  }

  @Bean
  FilterRegistrationBean<FirewallFilter> firewallFirst(HttpFirewall firewall) {
    FilterRegistrationBean<FirewallFilter> filter =
        new FilterRegistrationBean<>(new FirewallFilter(firewall));
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return filter;
  }

  @Bean
  RequestRejectedHandler requestRejectedHandler() {
    return new AccessAnswers(false);
  }

  @Bean
  Webapps webapps(CamundaBpmProperties camunda) {
    return new Webapps(camunda.getWebapp().getApplicationPath(), camunda.getProcessEngineName());
  }

  @Bean
  BodyLimitFilter bodyLimits(AccessLimits limits) {
    return new BodyLimitFilter(limits, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_BODIES);
  }

  @Bean
  FilterRegistrationBean<BodyLimitFilter> bodyLimitsInTheGateOnly(BodyLimitFilter filter) {
    FilterRegistrationBean<BodyLimitFilter> registration = new FilterRegistrationBean<>(filter);
    registration.setEnabled(false);
    return registration;
  }

  /** What needs no credentials: probes, signed webhooks, and what browsers ask for unprompted. */
  @Bean
  @Order(1)
  SecurityFilterChain openAddresses(HttpSecurity http, BodyLimitFilter bodies) throws Exception {
    RequestMatcher open =
        new OrRequestMatcher(
            PATHS.matcher(HttpMethod.GET, HealthController.LIVE),
            PATHS.matcher(HttpMethod.GET, HealthController.READY),
            PATHS.matcher(HttpMethod.POST, ChannelApiConfiguration.SIGNED),
            // A redirect to the web applications.
            PATHS.matcher(HttpMethod.GET, "/"),
            PATHS.matcher(HttpMethod.GET, "/favicon.ico"),
            // Camunda's login page looks for it. Asked for credentials, the browser would show a
            // dialog in front of the login.
            PATHS.matcher(HttpMethod.GET, "/camunda-welcome"));
    return stateless(http)
        .securityMatcher(open)
        .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
        .addFilterAfter(bodies, AuthorizationFilter.class)
        .build();
  }

  @Bean
  @Order(2)
  SecurityFilterChain webappAddresses(
      HttpSecurity http, Webapps webapps, LoginThrottle throttle, BodyLimitFilter bodies)
      throws Exception {
    CookieCsrfTokenRepository tokens = CookieCsrfTokenRepository.withHttpOnlyFalse();
    tokens.setCookieCustomizer(cookie -> cookie.sameSite("Strict"));
    CsrfTokenRequestAttributeHandler eager = new CsrfTokenRequestAttributeHandler();
    eager.setCsrfRequestAttributeName(null);
    AccessAnswers answers = new AccessAnswers(false);
    return http.securityMatcher(webapps.all())
        .csrf(csrf -> csrf.csrfTokenRepository(tokens).csrfTokenRequestHandler(eager))
        // The web applications write their own policies, and cache their files.
        .headers(
            headers ->
                headers
                    .cacheControl(HeadersConfigurer.CacheControlConfig::disable)
                    .frameOptions(HeadersConfigurer.FrameOptionsConfig::sameOrigin))
        // The login's session is the web applications' own.
        .sessionManagement(AbstractHttpConfigurer::disable)
        .securityContext(
            context ->
                context.securityContextRepository(new RequestAttributeSecurityContextRepository()))
        .requestCache(RequestCacheConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .authorizeHttpRequests(
            requests ->
                requests
                    .requestMatchers(webapps.pages(), webapps.askedByLogin(), webapps.login())
                    .permitAll()
                    .anyRequest()
                    .authenticated())
        .exceptionHandling(
            refused -> refused.authenticationEntryPoint(answers).accessDeniedHandler(answers))
        .addFilterBefore(new LoginSessionFilter(), AnonymousAuthenticationFilter.class)
        .addFilterAfter(
            new LoginThrottleFilter(webapps.login(), throttle), AuthorizationFilter.class)
        .addFilterAfter(bodies, AuthorizationFilter.class)
        .build();
  }

  @Bean
  @Order(3)
  SecurityFilterChain otherAddresses(
      HttpSecurity http,
      AccessLimits limits,
      ObjectProvider<ProcessEngine> engine,
      AuthenticationManager users,
      LoginThrottle throttle,
      BodyLimitFilter bodies)
      throws Exception {
    AccessAnswers answers = new AccessAnswers(true);
    RequestMatcher verify =
        request ->
            request.getMethod().equals("POST")
                && request.getRequestURI().matches(".*/identity/verify/?");
    return stateless(http)
        .authenticationManager(users)
        .httpBasic(basic -> basic.authenticationEntryPoint(answers))
        .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .exceptionHandling(
            refused -> refused.authenticationEntryPoint(answers).accessDeniedHandler(answers))
        .addFilterBefore(new CrossSiteFilter(), BasicAuthenticationFilter.class)
        .addFilterAfter(new RateLimitFilter(limits), AuthorizationFilter.class)
        .addFilterAfter(new LoginThrottleFilter(verify, throttle), AuthorizationFilter.class)
        .addFilterAfter(bodies, AuthorizationFilter.class)
        .addFilterAfter(
            new EngineAuthenticationFilter(identities(engine)), AuthorizationFilter.class)
        .build();
  }

  private static HttpSecurity stateless(HttpSecurity http) throws Exception {
    return http.csrf(AbstractHttpConfigurer::disable)
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(RequestCacheConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .headers(Customizer.withDefaults());
  }

  /**
   * Takes the place of the web applications' own filter of that name, which keeps a token in a
   * session from the first request on. The gate checks the same cookie and header.
   */
  @Bean
  FilterRegistrationBean<Filter> csrfInTheGate() {
    FilterRegistrationBean<Filter> filter =
        new FilterRegistrationBean<>(
            (request, response, chain) -> chain.doFilter(request, response));
    filter.setName("CsrfPreventionFilter");
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
    return filter;
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> boundedSessions() {
    return server ->
        server.addContextCustomizers(
            context -> {
              if (context.getManager() instanceof ManagerBase sessions) {
                sessions.setMaxActiveSessions(MAX_SESSIONS);
              }
            });
  }

  private static Supplier<IdentityService> identities(ObjectProvider<ProcessEngine> engine) {
    return () -> engine.getObject().getIdentityService();
  }
}
