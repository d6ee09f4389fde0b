package dev.baton.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.util.unit.DataSize;

class BodyLimitFilterTest {

  private static final AccessLimits LIMITS =
      new AccessLimits(30, 1000, 300, DataSize.ofKilobytes(100), DataSize.ofKilobytes(200));

  /** Two deployments fit into memory, as the filter makes sure. */
  private final BodyLimitFilter filter = new BodyLimitFilter(LIMITS, 0);

  @ParameterizedTest
  @CsvSource({
    "/camunda/api/admin/auth/user/default/login/cockpit, , 4096",
    "/api/targets/webhook/desk, , 65536",
    "/engine-rest/deployment/create, , 4096",
    "/engine-rest/deployment/create, olga, 204800",
    "/engine-rest/message, olga, 102400",
    "/camunda/x/deployment/create/, olga, 102400"
  })
  void aBodyMayHaveSoManyBytes(String path, @Nullable String user, int limit) throws Exception {
    assertThat(send(request(path, user, new byte[limit])).getStatus()).isEqualTo(200);
    MockHttpServletRequest larger = request(path, user, new byte[limit + 1]);
    assertThat(send(larger).getStatus()).isEqualTo(413);
    assertThat(larger.getInputStream().available()).as("unread").isEqualTo(limit + 1);
    // The length is not told: it is read until it is too much.
    Endless endless = new Endless(path, user);
    assertThat(send(endless).getStatus()).isEqualTo(413);
    assertThat(endless.bytesRead).isLessThanOrEqualTo(limit + 8192L);
  }

  @Test
  void aNetworkMayHaveSoManyAnonymousBodiesAtOnce() throws Exception {
    List<Integer> statuses = new ArrayList<>();
    nested("/api/targets/webhook/desk", null, 9, statuses);
    assertThat(statuses).as("innermost first").startsWith(503);
    assertThat(statuses.stream().filter(status -> status == 200)).hasSize(8);
    // All places are free again.
    MockHttpServletRequest next = request("/api/targets/webhook/desk", null, new byte[1]);
    assertThat(send(next).getStatus()).isEqualTo(200);
  }

  @Test
  void theBodiesOfAllUsersHaveOneBudget() throws Exception {
    byte[] large = new byte[200 * 1024];
    MockHttpServletResponse second = new MockHttpServletResponse();
    MockHttpServletResponse first = new MockHttpServletResponse();
    FilterChain whileFirstIsServed =
        (request, response) ->
            filter.doFilter(
                request("/engine-rest/deployment/create", "olga", large),
                second,
                new MockFilterChain());
    filter.doFilter(
        request("/engine-rest/deployment/create", "olga", large), first, whileFirstIsServed);
    assertThat(first.getStatus()).isEqualTo(200);
    assertThat(second.getStatus()).isEqualTo(503);
    assertThat(second.getHeader("Retry-After")).isEqualTo("1");
    MockHttpServletRequest next = request("/engine-rest/deployment/create", "olga", large);
    assertThat(send(next).getStatus()).as("released").isEqualTo(200);
  }

  /** While a body is read the next one arrives, and so on. */
  private void nested(String path, @Nullable String user, int depth, List<Integer> statuses)
      throws Exception {
    if (depth == 0) {
      return;
    }
    MockHttpServletRequest request =
        new MockHttpServletRequest("POST", path) {
          @Override
          public ServletInputStream getInputStream() {
            try {
              nested(path, user, depth - 1, statuses);
            } catch (Exception e) {
              throw new AssertionError(e);
            }
            return super.getInputStream();
          }
        };
    request.setContent(new byte[10]);
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(request, response, new MockFilterChain());
    statuses.add(response.getStatus());
  }

  private MockHttpServletResponse send(MockHttpServletRequest request) throws Exception {
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(request, response, new MockFilterChain());
    return response;
  }

  private static MockHttpServletRequest request(String path, @Nullable String user, byte[] body) {
    MockHttpServletRequest request = new MockHttpServletRequest("POST", path);
    request.setContent(body);
    if (user != null) {
      request.setUserPrincipal(() -> user);
    }
    return request;
  }

  /** A body in chunks that does not end. */
  private static final class Endless extends MockHttpServletRequest {

    private long bytesRead;

    Endless(String path, @Nullable String user) {
      super("POST", path);
      addHeader("Transfer-Encoding", "chunked");
      if (user != null) {
        setUserPrincipal(() -> user);
      }
    }

    @Override
    public long getContentLengthLong() {
      return -1;
    }

    @Override
    public ServletInputStream getInputStream() {
      return new ServletInputStream() {
        @Override
        public int read() {
          bytesRead++;
          return 'x';
        }

        @Override
        public int read(byte[] into, int from, int length) {
          bytesRead += length;
          return length;
        }

        @Override
        public boolean isFinished() {
          return false;
        }

        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
          throw new IllegalStateException();
        }
      };
    }
  }
}
