package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.security.Sweep.Request;
import dev.baton.it.support.Caller;
import dev.baton.simulator.Simulator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every address that the application and its libraries register, in many spellings and with every
 * method, without credentials: nothing but a short list answers, and nothing has an effect.
 */
class ClosedByDefaultTest {

  /** Of each address, in each arrangement. */
  private static final int SPELLINGS = 3;

  /** Refusals, and 404, 405 or 415 of an open address that has nothing there. */
  private static final Set<Integer> REFUSALS = Set.of(400, 401, 403, 404, 405, 415, 501);

  private static Simulator simulator;

  @BeforeAll
  static void start() {
    simulator = Simulator.start(0);
  }

  @AfterAll
  static void stop() {
    simulator.close();
  }

  @ParameterizedTest
  @CsvSource({
    "0, '', /camunda, /camunda",
    "1, /ctx, /camunda, /camunda",
    "2, '', /desk/, /desk",
    "3, '', '', ''",
    "4, /ctx, /, ''"
  })
  void nothingAnswersWithoutCredentials(
      int turn, String contextPath, String configured, String webapps) throws Exception {
    try (Started application =
        Started.baton(
            simulator,
            "server.servlet.context-path=" + contextPath,
            "camunda.bpm.webapp.application-path=" + configured,
            "server.tomcat.keep-alive-timeout=60s",
            "server.tomcat.max-keep-alive-requests=-1")) {
      Set<String> addresses = new Addresses(application.context(), webapps).all();
      assertThat(addresses)
          .contains(
              "/api/conversations/x/messages",
              "/engine-rest/deployment/create",
              "/engine-rest/process-definition/key/x/start",
              webapps + "/api/engine/engine/default/user/create",
              webapps + "/api/cockpit/plugin/base/default/incident/count",
              webapps + "/api/admin/setup/default/user/create",
              webapps + "/api/engine/application.wadl")
          .hasSizeGreaterThan(600);
      List<Request> requests = Sweep.requests(addresses, turn, SPELLINGS);
      assertThat(requests.stream().map(request -> request.method() + " " + request.trick()))
          .as("each trick with each method")
          .hasSizeGreaterThan(3_000)
          .satisfies(pairs -> assertThat(Set.copyOf(pairs)).hasSizeGreaterThan(20 * 8));
      Map<String, Object> before = application.state();
      assertThat(before).hasSizeGreaterThan(40);
      assertThat(Sweep.send(application.port(), contextPath, requests))
          .filteredOn(answer -> !REFUSALS.contains(answer.status()))
          .filteredOn(answer -> !isOpen(answer.request(), webapps))
          .isEmpty();
      assertThat(application.state()).isEqualTo(before);
      assertServes(application.user(Started.ADMIN), contextPath, webapps);
    }
  }

  private static void assertServes(Caller caller, String contextPath, String webapps) {
    assertThat(caller.get(contextPath + "/api/conversations/none").statusCode()).isEqualTo(404);
    assertThat(caller.get(contextPath + "/api/openapi").statusCode()).isEqualTo(200);
    assertThat(caller.get(contextPath + "/engine-rest/version").statusCode()).isEqualTo(200);
    assertThat(caller.post(contextPath + "/api/conversations", "{\"key\":\"served\"}").statusCode())
        .isEqualTo(201);
    assertThat(caller.get(contextPath + webapps + "/app/cockpit/default/").statusCode())
        .isEqualTo(200);
  }

  /** The short list, by the path that is meant. */
  private static boolean isOpen(Request request, String webapps) {
    if (!request.method().equals("GET")) {
      return false;
    }
    String app = "/(welcome|cockpit|tasklist|admin)";
    return List.of("/", "/health/live", "/health/ready", webapps, webapps + "/")
            .contains(request.address())
        || request.address().matches(webapps + "/app/?")
        || request.address().matches(webapps + "/app" + app + "(/.*)?")
        || request.address().matches(webapps + "/(lib|assets)/.*")
        || request.address().equals(webapps + "/favicon.ico")
        || request.address().equals(webapps + "/api/engine/engine")
        || request.address().matches(webapps + "/api" + app + "/plugin/[^/]+/static/.*");
  }
}
