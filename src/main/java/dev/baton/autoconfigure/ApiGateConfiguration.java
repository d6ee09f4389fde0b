package dev.baton.autoconfigure;

import dev.baton.access.ApiGate;
import dev.baton.access.FirewallFilter;
import dev.baton.access.LoginThrottle;
import dev.baton.api.ChannelApiConfiguration;
import dev.baton.engine.plugin.EngineRights;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.camunda.bpm.engine.IdentityService;
import org.camunda.bpm.engine.ProcessEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletPath;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletListenerRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Closes the REST interface for channels to callers whom nothing has authenticated. */
@Configuration(proxyBeanMethods = false)
class ApiGateConfiguration {

  private static final Logger LOG = LoggerFactory.getLogger(ApiGateConfiguration.class);

  @Bean
  FilterRegistrationBean<FirewallFilter> batonApiFirewall(
      ObjectProvider<DispatcherServletPath> servlet) {
    FilterRegistrationBean<FirewallFilter> filter =
        new FilterRegistrationBean<>(new FirewallFilter(new StrictHttpFirewall()));
    filter.setName("batonApiFirewall");
    filter.setUrlPatterns(addresses(servlet));
    filter.setOrder(Ordered.LOWEST_PRECEDENCE - 1);
    return filter;
  }

  @Bean
  FilterRegistrationBean<Filter> batonApiGate(
      ObjectProvider<ProcessEngine> engine,
      ObjectProvider<EngineRights> rights,
      LoginThrottle throttle,
      BatonProperties properties,
      ObjectProvider<DispatcherServletPath> servlet) {
    boolean anonymous = properties.api().allowAnonymous();
    if (anonymous) {
      LOG.warn(
          "baton.api.allow-anonymous is true: anyone who reaches /api reads and writes every"
              + " conversation unless another filter of this application prevents it.");
    }
    RequestMatcher signed =
        PathPatternRequestMatcher.withDefaults()
            .matcher(HttpMethod.POST, relative(servlet, ChannelApiConfiguration.SIGNED));
    FilterRegistrationBean<Filter> gate =
        new FilterRegistrationBean<>(
            ApiGate.filter(
                identities(engine),
                () -> rights.getObject().isCallerKnown(),
                throttle,
                signed,
                anonymous));
    gate.setName("batonApiGate");
    gate.setUrlPatterns(addresses(servlet));
    gate.setOrder(Ordered.LOWEST_PRECEDENCE);
    return gate;
  }

  @Bean
  ServletListenerRegistrationBean<ServletRequestListener> batonStaleUsers(
      ObjectProvider<ProcessEngine> engine, ObjectProvider<DispatcherServletPath> servlet) {
    List<String> prefixes =
        addresses(servlet).stream().map(pattern -> pattern.replace("*", "")).toList();
    return new ServletListenerRegistrationBean<>(
        ApiGate.forgetsStaleUsers(identities(engine), prefixes));
  }

  /** Answers 401 to what reached a controller of the API without passing the gate. */
  @Bean
  WebMvcConfigurer batonApiGateCheck() {
    return new WebMvcConfigurer() {
      @Override
      public void addInterceptors(InterceptorRegistry interceptors) {
        interceptors.addInterceptor(new PassedCheck());
      }
    };
  }

  private static List<String> addresses(ObjectProvider<DispatcherServletPath> servlet) {
    return ChannelApiConfiguration.ADDRESSES.stream()
        .map(pattern -> relative(servlet, pattern))
        .toList();
  }

  /** The path within the context, below the one of Spring MVC's servlet. */
  private static String relative(ObjectProvider<DispatcherServletPath> servlet, String path) {
    DispatcherServletPath prefix = servlet.getIfAvailable();
    return prefix == null ? path : prefix.getRelativePath(path);
  }

  private static Supplier<IdentityService> identities(ObjectProvider<ProcessEngine> engine) {
    return () -> engine.getObject().getIdentityService();
  }

  private static final class PassedCheck implements HandlerInterceptor {

    private static final String API = ChannelApiConfiguration.class.getPackageName();

    @Override
    public boolean preHandle(
        HttpServletRequest request, HttpServletResponse response, Object handler)
        throws IOException {
      boolean ours =
          handler instanceof HandlerMethod method
              && method.getBeanType().getPackageName().equals(API);
      if (ours && !ApiGate.passed(request)) {
        response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
        return false;
      }
      return true;
    }
  }
}
