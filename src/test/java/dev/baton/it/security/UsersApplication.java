package dev.baton.it.security;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.camunda.bpm.engine.IdentityService;
import org.camunda.bpm.engine.rest.security.auth.ProcessEngineAuthenticationFilter;
import org.camunda.bpm.engine.rest.security.auth.impl.HttpBasicAuthenticationProvider;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Applications of users that have Baton's plugin, each with a security of its own. */
final class UsersApplication {

  private UsersApplication() {}

  /** As Camunda Run is arranged: its filter covers nothing but the engine's REST API. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(
      exclude = {
        SecurityAutoConfiguration.class,
        SecurityFilterAutoConfiguration.class,
        UserDetailsServiceAutoConfiguration.class
      })
  static class LikeCamundaRun {

    @Bean
    FilterRegistrationBean<Filter> engineRestAuthentication() {
      FilterRegistrationBean<Filter> filter =
          new FilterRegistrationBean<>(new ProcessEngineAuthenticationFilter());
      filter.setName("camunda-auth");
      filter.addInitParameter(
          "authentication-provider", HttpBasicAuthenticationProvider.class.getName());
      filter.addUrlPatterns("/engine-rest/*");
      return filter;
    }
  }

  /** No security of any kind, and two filters that deal with the engine's current user. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(
      exclude = {
        SecurityAutoConfiguration.class,
        SecurityFilterAutoConfiguration.class,
        UserDetailsServiceAutoConfiguration.class
      })
  static class WithoutSpringSecurity {

    /** The path of a filter that leaves an administrator in the thread. */
    static final String CARELESS = "/careless/x";

    /** The header in which a proxy names the user, as the application's own filter reads it. */
    static final String TRUSTED = "X-Trusted-User";

    @Bean
    FilterRegistrationBean<Filter> careless(ObjectProvider<IdentityService> identities) {
      FilterRegistrationBean<Filter> filter =
          new FilterRegistrationBean<>(
              (request, response, chain) -> {
                identities.getObject().setAuthentication("olga", List.of("camunda-admin"));
                chain.doFilter(request, response);
              });
      filter.setName("careless");
      filter.addUrlPatterns("/careless/*");
      return filter;
    }

    /** Authenticates a request, and does not clear the authentication after it. */
    @Bean
    FilterRegistrationBean<Filter> trusting(ObjectProvider<IdentityService> identities) {
      FilterRegistrationBean<Filter> filter =
          new FilterRegistrationBean<>(
              (request, response, chain) -> {
                String user = ((HttpServletRequest) request).getHeader(TRUSTED);
                if (user != null) {
                  identities.getObject().setAuthentication(user, List.of("camunda-admin"));
                }
                chain.doFilter(request, response);
              });
      filter.setName("trusting");
      return filter;
    }

    @Bean
    Forwarding forwarding() {
      return new Forwarding();
    }
  }

  /** A page of the user's that leads to Baton's addresses within the server. */
  @Controller
  static class Forwarding {

    static final String PATH = "/pages/conversation";

    @GetMapping(PATH)
    String forward() {
      return "forward:/api/conversations/none";
    }
  }

  /** Spring Security with users of its own. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class WithSpringSecurity {

    @Bean
    UserDetailsService users() {
      return new InMemoryUserDetailsManager(
          User.withUsername("olga").password("{noop}of spring").roles("USER").build(),
          User.withUsername("mallory").password("{noop}of spring").roles("USER").build());
    }

    @Bean
    SecurityFilterChain api(HttpSecurity http) throws Exception {
      return http.csrf(AbstractHttpConfigurer::disable)
          .httpBasic(Customizer.withDefaults())
          .authorizeHttpRequests(
              requests ->
                  requests.requestMatchers("/api/**").authenticated().anyRequest().permitAll())
          .build();
    }
  }

  /** Spring Security that lets everyone in, and so leaves an anonymous authentication. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(exclude = UserDetailsServiceAutoConfiguration.class)
  static class WithSpringSecurityThatPermitsAll {

    @Bean
    SecurityFilterChain all(HttpSecurity http) throws Exception {
      return http.csrf(AbstractHttpConfigurer::disable)
          .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
          .build();
    }
  }
}
