package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.security.Sweep.Request;
import dev.baton.it.security.UsersApplication.Forwarding;
import dev.baton.it.security.UsersApplication.LikeCamundaRun;
import dev.baton.it.security.UsersApplication.WithSpringSecurity;
import dev.baton.it.security.UsersApplication.WithSpringSecurityThatPermitsAll;
import dev.baton.it.security.UsersApplication.WithoutSpringSecurity;
import dev.baton.it.support.Caller;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Baton's addresses in applications of users are closed by default, whatever the application's own
 * security covers.
 */
@ExtendWith(OutputCaptureExtension.class)
class UsersApplicationTest {

  /** Of each address, in each arrangement. */
  private static final int SPELLINGS = 80;

  private static final Set<Integer> REFUSALS = Set.of(400, 401, 403, 404, 405, 415);
  private static final String ALL = "/api/conversations";
  private static final String NONE = ALL + "/none";

  private static Simulator simulator;

  @BeforeAll
  static void start() {
    simulator = Simulator.start(0);
  }

  @AfterAll
  static void stop() {
    simulator.close();
  }

  @Test
  void likeCamundaRun() throws IOException {
    try (Started application = Started.plugin(LikeCamundaRun.class, simulator)) {
      assertThat(application.stranger().get("/engine-rest/engine/default/user").statusCode())
          .as("the arrangement")
          .isEqualTo(401);
      assertClosed(application, "");
      assertServes(application.user(Started.ADMIN), "");
    }
  }

  /** One thread serves all requests, so that it has what the one before left behind. */
  @Test
  void withoutSpringSecurity() throws IOException {
    try (Started application =
            Started.plugin(
                WithoutSpringSecurity.class,
                simulator,
                "server.tomcat.threads.max=1",
                "server.tomcat.threads.min-spare=1");
        Knocking caller = new Knocking(application.port())) {
      assertClosed(application, "");
      assertServes(application.user(Started.ADMIN), "");
      assertThat(application.user("olga:wrong").get(NONE).statusCode()).isEqualTo(401);
      assertThat(application.stranger().get(Forwarding.PATH).statusCode())
          .as("a forward to the API")
          .isEqualTo(401);
      assertThatAnEarlierAuthenticationDoesNotCount(caller);
    }
  }

  @Test
  void belowAContextPathAndAServletPath() throws IOException {
    try (Started application =
        Started.plugin(
            WithoutSpringSecurity.class,
            simulator,
            "server.servlet.context-path=/ctx",
            "spring.mvc.servlet.path=/mvc")) {
      assertClosed(application, "/ctx/mvc");
      assertServes(application.user(Started.ADMIN), "/ctx/mvc");
    }
  }

  @Test
  void withSpringSecurity() throws IOException {
    try (Started application = Started.plugin(WithSpringSecurity.class, simulator)) {
      assertClosed(application, "");
      assertServes(application.user("olga:of spring"), "");
      assertThat(application.user(Started.ADMIN).get(NONE).statusCode())
          .as("the application has users of its own")
          .isEqualTo(401);
      assertThat(application.user("mallory:of spring").post(ALL, "{\"key\":\"m\"}").statusCode())
          .as("a user without rights in the engine")
          .isEqualTo(403);
    }
  }

  @Test
  void withSpringSecurityThatPermitsAll() throws IOException {
    try (Started application = Started.plugin(WithSpringSecurityThatPermitsAll.class, simulator)) {
      assertClosed(application, "");
      assertServes(application.user(Started.ADMIN), "");
    }
  }

  @Test
  void aPropertyOpensThemAndEachStartWarns(CapturedOutput output) {
    try (Started application =
        Started.plugin(WithoutSpringSecurity.class, simulator, "baton.api.allow-anonymous=true")) {
      assertServes(application.stranger(), "");
      assertThat(output.getAll()).containsPattern("WARN.*baton\\.api\\.allow-anonymous");
      try (Knocking caller = new Knocking(application.port())) {
        assertThat(caller.status("GET", "/api/conversations/x;y")).isEqualTo(400);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Nothing of Baton's answers a stranger, in any spelling and with any method. */
  private static void assertClosed(Started application, String prefix) throws IOException {
    Set<String> addresses = new TreeSet<>();
    application
        .context()
        .getBeansOfType(RequestMappingHandlerMapping.class)
        .values()
        .forEach(
            mapping ->
                mapping
                    .getHandlerMethods()
                    .forEach(
                        (info, method) -> {
                          if (method.getBeanType().getName().startsWith("dev.baton.api")) {
                            info.getPatternValues()
                                .forEach(p -> addresses.add(p.replaceAll("\\{[^}]*}", "x")));
                          }
                        }));
    assertThat(addresses)
        .contains(ALL, ALL + "/x/messages", ALL + "/x/data", "/api/openapi")
        .contains("/api/targets/webhook/x");
    Map<String, Object> before = application.state();
    List<Request> requests = Sweep.requests(addresses, 0, SPELLINGS);
    assertThat(requests).hasSizeGreaterThan(500);
    assertThat(Sweep.send(application.port(), prefix, requests))
        .filteredOn(answer -> !REFUSALS.contains(answer.status()))
        .isEmpty();
    assertThat(application.stranger().get(prefix + NONE).statusCode()).isEqualTo(401);
    assertThat(application.state()).isEqualTo(before);
  }

  private static void assertThatAnEarlierAuthenticationDoesNotCount(Knocking caller) {
    assertThat(caller.status("GET", NONE)).isEqualTo(401);
    for (String path : List.of(NONE, "/api/openapi", "//api/conversations/none", NONE + "/")) {
      caller.status("GET", WithoutSpringSecurity.CARELESS);
      assertThat(caller.status("GET", path)).as(path).isIn(400, 401);
    }
    assertThat(caller.status("GET", NONE, WithoutSpringSecurity.TRUSTED + ": olga"))
        .as("authenticated by a filter for this very request")
        .isEqualTo(404);
    assertThat(caller.status("GET", NONE)).isEqualTo(401);
    caller.status("GET", WithoutSpringSecurity.CARELESS);
    assertThat(caller.status("DELETE", ALL + "/none/data")).isEqualTo(401);
  }

  private static void assertServes(Caller caller, String prefix) {
    assertThat(caller.get(prefix + NONE).statusCode()).isEqualTo(404);
    assertThat(caller.get(prefix + "/api/openapi").statusCode()).isEqualTo(200);
    assertThat(caller.post(prefix + ALL, "{\"key\":\"served\"}").statusCode()).isEqualTo(201);
  }
}
