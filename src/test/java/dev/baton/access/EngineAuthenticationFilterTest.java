package dev.baton.access;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.util.List;
import org.camunda.bpm.engine.IdentityService;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class EngineAuthenticationFilterTest {

  private final IdentityService engine = mock(IdentityService.class);
  private final FilterChain chain = mock(FilterChain.class);

  @Test
  void aCallersRightsEndWithTheRequest() throws Exception {
    serve();
    assertRightsOnlyWhileServed();
  }

  @Test
  void aCallersRightsEndWithARequestThatFails() throws Exception {
    doThrow(new ServletException("failed")).when(chain).doFilter(any(), any());
    assertThatThrownBy(this::serve).hasMessage("failed");
    assertRightsOnlyWhileServed();
  }

  private void serve() throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setUserPrincipal(new EngineUser("olga", List.of("desk"), List.of()));
    new EngineAuthenticationFilter(() -> engine)
        .doFilter(request, new MockHttpServletResponse(), chain);
  }

  private void assertRightsOnlyWhileServed() throws Exception {
    InOrder order = inOrder(engine, chain);
    order.verify(engine).setAuthentication("olga", List.of("desk"), List.of());
    order.verify(chain).doFilter(any(), any());
    order.verify(engine).clearAuthentication();
    order.verifyNoMoreInteractions();
  }
}
