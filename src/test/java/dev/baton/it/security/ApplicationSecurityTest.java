package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.ApplicationTest;
import dev.baton.it.support.Caller;
import dev.baton.it.support.Login;
import dev.baton.it.support.RawCaller;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.script.ScriptEngineFactory;
import javax.script.ScriptEngineManager;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@ApplicationTest
class ApplicationSecurityTest {

  @LocalServerPort private int port;
  @Autowired private ProcessEngine engine;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/engine-rest/engine",
        "/engine-rest/engine/",
        "/engine-rest/engine/default/process-definition",
        "/engine-rest/process-definition",
        "/engine-rest/version",
        "/api/conversations/c1",
        "/nothing/here",
        "/health",
        "/actuator",
        "/actuator/env",
        "/error",
        "/h2-console"
      })
  void nothingAnswersAStranger(String path) {
    HttpResponse<String> answer = Caller.stranger(port).get(path);

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("WWW-Authenticate"))
        .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Basic"));
    assertThat(answer.body()).contains("\"status\":401");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/camunda/api/engine/engine;/default/user",
        "/camunda/api/engine/engine;a=b/default/user",
        "/api;xxxxxx/conversations/engine",
        "/%61p%69;xx/conversations/engine",
        "//api/conversations/engine",
        "/camunda/../engine-rest/version",
        "/camunda/..;/engine-rest/version",
        "/health/ready/..;/../engine-rest/version",
        "/engine-rest/%2e%2e/health/live",
        "/engine-rest/a%2Fb",
        "/engine-rest/a%5Cb",
        "/engine-rest/a%25b",
        "/engine-rest/a%00b",
        "/engine-rest/a%0ab"
      })
  void aPathThatIsNotInNormalFormIsRejected(String path) {
    assertThat(Caller.stranger(port).get(path).statusCode()).isEqualTo(400);
    assertThat(Caller.demo(port).get(path).statusCode()).isEqualTo(400);
  }

  @Test
  void aTrialAnswersToLocalNamesOnly() {
    for (String host : List.of("localhost", "127.0.0.1:" + port, "[::1]")) {
      assertThat(live(host)).as(host).isEqualTo(200);
    }
    for (String host : List.of("evil.example", "localhost.evil.example", "10.0.0.1", "")) {
      assertThat(live(host)).as(host).isEqualTo(400);
    }
  }

  private int live(String host) {
    String request = "GET /health/live HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    return new RawCaller(port).send(request.getBytes(StandardCharsets.ISO_8859_1)).status();
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo:wrong", "demo:", ":demo", ":", "nobody:demo", "demo"})
  void wrongCredentialsAreNone(String credentials) {
    assertThat(Caller.user(port, credentials).get("/engine-rest/version").statusCode())
        .isEqualTo(401);
    // A right one lifts the wait that the engine imposes after a wrong one.
    engine.getIdentityService().unlockUser("demo");
  }

  @Test
  void aLoadBalancerHearsYesOrNoAndNothingElse() {
    Caller stranger = Caller.stranger(port);

    assertThat(stranger.get("/health/live").body()).isEqualTo("live");
    assertThat(stranger.get("/health/ready").body()).isEqualTo("ready");
    assertThat(stranger.send("POST", "/health/ready", "{}").statusCode()).isEqualTo(401);
  }

  @Test
  void nobodyDeploysWithoutCredentials() {
    assertThat(Caller.stranger(port).post("/engine-rest/deployment/create", "{}").statusCode())
        .isEqualTo(401);
  }

  @Test
  void theTrialUserIsLetIn() {
    assertThat(Caller.demo(port).get("/engine-rest/version").statusCode()).isEqualTo(200);
    assertThat(Caller.demo(port).get("/api/conversations/none").statusCode()).isEqualTo(404);
    assertThat(Caller.demo(port).get("/actuator").statusCode()).isEqualTo(404);
  }

  @Test
  void aBrowserDoesNotLendCredentialsToStrangersPages() {
    HttpResponse<String> answer =
        Caller.demo(port)
            .send("POST", "/engine-rest/deployment/create", "{}", "Sec-Fetch-Site", "cross-site");

    assertThat(answer.statusCode()).isEqualTo(403);
  }

  @Test
  void theWebApplicationsHaveTheirOwnLogin() {
    Caller stranger = Caller.stranger(port);

    assertThat(stranger.get("/camunda/app/welcome/default/").statusCode()).isEqualTo(200);
    assertThat(stranger.get("/camunda/api/engine/engine/default/process-definition").statusCode())
        .isEqualTo(401);
  }

  @Test
  void theSetUpPageIsClosed() {
    HttpResponse<String> answer =
        Caller.stranger(port)
            .post(
                "/camunda/api/admin/setup/default/user/create",
                """
                {"profile":{"id":"eve","firstName":"E","lastName":"V","email":"e@example.com"},
                 "credentials":{"password":"eve"}}""");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(engine.getIdentityService().createUserQuery().userId("eve").count()).isZero();
  }

  @Test
  void theEngineIsClosedToo() {
    ProcessEngineConfigurationImpl configuration =
        (ProcessEngineConfigurationImpl) engine.getProcessEngineConfiguration();

    assertThat(configuration.isAuthorizationEnabled()).isTrue();
    assertThat(configuration.isEnableExpressionsInStoredQueries()).isFalse();
    assertThat(configuration.isEnableExpressionsInAdhocQueries()).isFalse();
    assertThat(configuration.isDeserializationTypeValidationEnabled()).isTrue();
    assertThat(configuration.isJavaSerializationFormatEnabled()).isFalse();
    assertThat(configuration.isEnableXxeProcessing()).isFalse();
    assertThat(configuration.isEnableScriptEngineLoadExternalResources()).isFalse();
    // Expressions and decision tables only: no language that runs whatever it is given.
    assertThat(new ScriptEngineManager().getEngineFactories())
        .extracting(ScriptEngineFactory::getLanguageName)
        .allMatch(language -> language.matches("JSP 2.1 EL|feel.*"), "JUEL and FEEL");
  }

  @Test
  void cookiesAreForThisSiteAndBrowsersAreToldToBeStrict() {
    HttpResponse<String> page = Caller.stranger(port).get("/camunda/app/welcome/default/");

    assertThat(page.headers().allValues("Set-Cookie"))
        .singleElement()
        .asString()
        .startsWith("XSRF-TOKEN")
        .containsOnlyOnce("SameSite=Strict");
    HttpResponse<String> login = Login.at(port).as("demo", "demo");
    assertThat(login.headers().allValues("Set-Cookie"))
        .singleElement()
        .asString()
        .startsWith("JSESSIONID")
        .contains("HttpOnly")
        .containsOnlyOnce("SameSite=Strict");
    assertThat(page.headers().map())
        .containsKeys("strict-transport-security", "content-security-policy")
        .containsEntry("x-content-type-options", List.of("nosniff"));
  }

  @Test
  void aPageThatKnowsNoTokenOfTheSessionChangesNothing() {
    HttpResponse<String> answer =
        Caller.stranger(port)
            .send(
                "POST",
                "/camunda/api/admin/auth/user/default/login/cockpit",
                "username=demo&password=demo",
                "Content-Type",
                "application/x-www-form-urlencoded");

    assertThat(answer.statusCode()).isEqualTo(403);
  }

  @Test
  void errorsShowNothingOfTheInside() {
    String body = Caller.demo(port).get("/error").body();

    assertThat(body).doesNotContain("trace", "Exception", "at org.");
  }
}
