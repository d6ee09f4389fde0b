package dev.baton.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.camunda.bpm.engine.IdentityService;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

@NullUnmarked
class EngineAuthenticationFilterTest {

  private final List<String> done = new ArrayList<>();
  private final IdentityService engine =
      (IdentityService)
          Proxy.newProxyInstance(
              IdentityService.class.getClassLoader(),
              new Class<?>[] {IdentityService.class},
              (proxy, method, arguments) -> {
                done.add(method.getName());
                return null;
              });

  @Test
  void aCallersRightsEndWithTheRequest() throws Exception {
    serve((request, response) -> done.add("served"));
    assertThat(done).containsExactly("setAuthentication", "served", "clearAuthentication");
  }

  @Test
  void aCallersRightsEndWithARequestThatFails() {
    FilterChain failing =
        (request, response) -> {
          throw new ServletException("failed");
        };
    assertThatThrownBy(() -> serve(failing)).hasMessage("failed");
    assertThat(done).containsExactly("setAuthentication", "clearAuthentication");
  }

  private void serve(FilterChain chain) throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setUserPrincipal(new EngineUser("olga", List.of("desk"), List.of()));
    new EngineAuthenticationFilter(() -> engine)
        .doFilter(request, new MockHttpServletResponse(), chain);
  }
}
