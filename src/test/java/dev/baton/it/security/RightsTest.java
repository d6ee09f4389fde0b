package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.it.support.ApplicationTest;
import dev.baton.it.support.Caller;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.camunda.bpm.engine.AuthorizationException;
import org.camunda.bpm.engine.AuthorizationService;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.authorization.Authorization;
import org.camunda.bpm.engine.authorization.Permission;
import org.camunda.bpm.engine.authorization.Permissions;
import org.camunda.bpm.engine.authorization.Resource;
import org.camunda.bpm.engine.authorization.Resources;
import org.camunda.bpm.engine.identity.User;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A user of the engine may do with conversations what he was given, and no more. */
@ApplicationTest
class RightsTest {

  private static final String ALL = "/api/conversations";

  @LocalServerPort private int port;
  @Autowired private ProcessEngine engine;

  private final String user = "u" + UUID.randomUUID().toString().replace("-", "");
  private final String path = ALL + "/" + user;

  @BeforeEach
  void make() {
    User made = engine.getIdentityService().newUser(user);
    made.setPassword("secret");
    engine.getIdentityService().saveUser(made);
  }

  @AfterEach
  void remove() {
    AuthorizationService authorizations = engine.getAuthorizationService();
    authorizations
        .createAuthorizationQuery()
        .userIdIn(user)
        .list()
        .forEach(given -> authorizations.deleteAuthorization(given.getId()));
    engine.getIdentityService().deleteUser(user);
  }

  @Test
  void aChannelsUserDoesWhatChannelsDoAndNothingElse() {
    channel();
    Caller channel = caller();

    assertThat(begin(channel).statusCode()).isEqualTo(201);
    assertThat(say(channel, "m1", "Order Status").statusCode()).isEqualTo(200);
    assertThat(channel.get(path).statusCode()).isEqualTo(200);
    assertThat(channel.get(path + "/messages/m1").statusCode()).isEqualTo(200);
    assertThat(say(channel, "m2", "Transfer To Agent").statusCode()).isEqualTo(200);
    assertThat(channel.send("DELETE", path + "/transfer", "").statusCode()).isEqualTo(204);
    assertThat(channel.send("DELETE", path, "").statusCode()).isEqualTo(204);
    assertThat(channel.get(path + "/events").statusCode()).isEqualTo(200);

    // In the engine itself he sees no users, and deploys nothing.
    engine.getIdentityService().setAuthenticatedUserId(user);
    try {
      assertThat(engine.getIdentityService().createUserQuery().userId("demo").count()).isZero();
      assertThatThrownBy(
              () ->
                  engine
                      .getRepositoryService()
                      .createDeployment()
                      .addString("mine.txt", "mine")
                      .deploy())
          .isInstanceOf(AuthorizationException.class);
    } finally {
      engine.getIdentityService().clearAuthentication();
    }
  }

  @Test
  void aWriterWhoseMessagesHeCannotSeeInTheEngineStillWakesTheConversation() {
    begin(Caller.demo(port));
    give(Resources.PROCESS_DEFINITION, "bot-conversation", Permissions.UPDATE_INSTANCE);
    // Of all instances: the engine does not show this one to him.
    give(Resources.PROCESS_INSTANCE, "*", Permissions.READ);

    assertThat(say(caller(), "m1", "Order Status").body()).contains("\"type\"");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, '', '{\"key\":\"%s\"}'",
    "GET, /%s, ''",
    "DELETE, /%s, ''",
    "DELETE, /%s/data, ''",
    "GET, /%s/events, ''",
    "POST, /%s/messages, '{\"id\":\"m1\",\"text\":\"Hi\"}'",
    "GET, /%s/messages/m1, ''",
    "DELETE, /%s/transfer, ''"
  })
  void aUserWithoutRightsIsToldSoWhetherOrNotThereIsAConversation(
      String method, String address, String body) {
    HttpResponse<String> before =
        caller().send(method, ALL + address.formatted(user), body.formatted(user));
    begin(Caller.demo(port));
    HttpResponse<String> after =
        caller().send(method, ALL + address.formatted(user), body.formatted(user));

    assertForbidden(before);
    assertThat(after.body()).isEqualTo(before.body());
    assertThat(Caller.demo(port).get(path).body()).contains("\"state\":\"talking\"");
  }

  @Test
  void whoTakesPartInConversationsDoesNotEraseThemAndWhoErasesDoesNotReadThem() {
    begin(Caller.demo(port));
    Caller.demo(port).send("DELETE", path, "");
    channel();
    assertForbidden(caller().send("DELETE", path + "/data", ""));
    revoke(Resources.PROCESS_DEFINITION);
    give(Resources.PROCESS_DEFINITION, "bot-conversation", Permissions.DELETE_HISTORY);

    assertForbidden(caller().get(path));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> caller().send("DELETE", path + "/data", "").statusCode() == 200);
    assertThat(Caller.demo(port).get(path).statusCode()).isEqualTo(404);
  }

  @Test
  void halfTheRightToBeginIsNone() {
    channel();
    revoke(Resources.PROCESS_INSTANCE);

    assertForbidden(begin(caller()));
    assertThat(caller().get(path).statusCode()).isEqualTo(404);
  }

  @Test
  void aReaderDoesNotWrite() {
    begin(Caller.demo(port));
    give(Resources.PROCESS_DEFINITION, "bot-conversation", Permissions.READ_INSTANCE);

    assertThat(caller().get(path).statusCode()).isEqualTo(200);
    assertForbidden(say(caller(), "m1", "Hi"));
    assertForbidden(caller().send("DELETE", path, ""));
    assertForbidden(caller().send("DELETE", path + "/transfer", ""));
    assertForbidden(begin(caller()));
  }

  private Caller caller() {
    return Caller.user(port, user + ":secret");
  }

  /** As the documentation says. */
  private void channel() {
    give(Resources.PROCESS_INSTANCE, "*", Permissions.CREATE);
    give(
        Resources.PROCESS_DEFINITION,
        "bot-conversation",
        Permissions.CREATE_INSTANCE,
        Permissions.READ_INSTANCE,
        Permissions.UPDATE_INSTANCE);
  }

  private void give(Resource resource, String id, Permission... permissions) {
    AuthorizationService authorizations = engine.getAuthorizationService();
    Authorization grant = authorizations.createNewAuthorization(Authorization.AUTH_TYPE_GRANT);
    grant.setUserId(user);
    grant.setResource(resource);
    grant.setResourceId(id);
    grant.setPermissions(permissions);
    authorizations.saveAuthorization(grant);
  }

  private void revoke(Resource resource) {
    AuthorizationService authorizations = engine.getAuthorizationService();
    authorizations
        .createAuthorizationQuery()
        .userIdIn(user)
        .resourceType(resource)
        .list()
        .forEach(given -> authorizations.deleteAuthorization(given.getId()));
  }

  private HttpResponse<String> begin(Caller caller) {
    return caller.post(ALL, "{\"key\":\"%s\"}".formatted(user));
  }

  private HttpResponse<String> say(Caller caller, String id, String text) {
    return caller.post(path + "/messages", "{\"id\":\"%s\",\"text\":\"%s\"}".formatted(id, text));
  }

  private static void assertForbidden(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.body()).contains("You may not");
  }
}
