package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Caller;
import dev.baton.it.support.Trial;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three roles of docs/security.md, made as it says, can do their work and nothing else. */
class RolesTest {

  private static final String CONVERSATION = "/api/conversations/c1";
  private static final String START = "/engine-rest/process-definition/key/bot-conversation/start";

  private static Trial trial;
  private static int port;
  private static Caller admin;

  @BeforeAll
  static void start() throws IOException {
    trial = Trial.start("baton.conversation.silence=10m");
    port = trial.baton.address("/").getPort();
    admin = Caller.user(port, "olga:a password");
    JsonNode roles = Baton.json(Files.readString(Path.of("docs/examples/roles.json")));
    for (JsonNode step : roles) {
      HttpResponse<String> answer =
          admin.send(
              step.path("method").asText("POST"),
              step.path("path").asText(),
              step.path("body").toString());
      assertThat(answer.statusCode()).as("%s %s", step, answer.body()).isLessThan(300);
    }
    trial.script("{}");
    trial.baton.begin("c1");
    trial.baton.write("c1", "m1", "Order Status");
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  private static Caller user(String name) {
    return Caller.user(port, name + ":change-me-" + name);
  }

  @Test
  void aChannelTalks() {
    Caller channel = user("channel");
    assertThat(channel.post("/api/conversations", "{\"key\":\"own\"}").statusCode()).isEqualTo(201);
    assertThat(
            channel
                .post("/api/conversations/own/messages", "{\"id\":\"m1\",\"text\":\"Hi\"}")
                .statusCode())
        .isEqualTo(200);
    assertThat(channel.get("/api/conversations/own").statusCode()).isEqualTo(200);
    assertThat(
            channel
                .post(
                    "/engine-rest/message",
                    """
                    {"messageName":"customer-message","businessKey":"own","processVariables":
                     {"messageId":{"value":"m2"},"text":{"value":"Hi"}}}""")
                .statusCode())
        .isEqualTo(204);
    assertThat(channel.send("DELETE", "/api/conversations/own", "").statusCode()).isEqualTo(204);
  }

  @Test
  void anOperatorSeesMendsAndEnds() {
    Caller operator = user("operator");
    assertThat(operator.get(CONVERSATION).statusCode()).isEqualTo(200);
    assertThat(operator.get("/engine-rest/process-instance?businessKey=c1").body())
        .contains("bot-conversation");
    assertThat(
            operator
                .get("/engine-rest/history/process-instance?processInstanceBusinessKey=c1")
                .body())
        .contains("bot-conversation");
    // An incident, mended and tried again.
    trial.change("{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':403}}]}");
    trial.baton.begin("stuck");
    trial.baton.correlate("stuck", "m1", "Hi");
    trial.baton.awaitState("stuck", "failed");
    assertThat(operator.get("/engine-rest/incident").body()).contains("403");
    trial.change("{'faults':[]}");
    String task =
        Baton.json(operator.get("/engine-rest/external-task?noRetriesLeft=true").body())
            .path(0)
            .path("id")
            .asText();
    assertThat(
            operator
                .send("PUT", "/engine-rest/external-task/" + task + "/retries", "{\"retries\":1}")
                .statusCode())
        .isEqualTo(204);
    trial.baton.awaitState("stuck", "talking");
    String instance = trial.baton.instances("stuck").path(0).path("id").asText();
    for (String suspended : List.of("true", "false")) {
      assertThat(
              operator
                  .send(
                      "PUT",
                      "/engine-rest/process-instance/" + instance + "/suspended",
                      "{\"suspended\":%s}".formatted(suspended))
                  .statusCode())
          .isEqualTo(204);
    }
    assertThat(
            operator.send("DELETE", "/engine-rest/process-instance/" + instance, "").statusCode())
        .isEqualTo(204);
  }

  @Test
  void aDeployerDeploys() {
    Caller deployer = user("deployer");
    HttpResponse<String> made = deploy(deployer);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    assertThat(deployer.get("/engine-rest/deployment").body()).contains("deployed");
    assertThat(deployer.get("/engine-rest/process-definition").body()).contains("bot-conversation");
  }

  @ParameterizedTest
  @CsvSource({"channel", "operator"})
  void nobodyElseDeploys(String name) {
    assertThat(deploy(user(name)).statusCode()).isEqualTo(403);
  }

  private static HttpResponse<String> deploy(Caller caller) {
    return caller.send(
        "POST",
        "/engine-rest/deployment/create",
        """
        --b\r
        Content-Disposition: form-data; name="deployment-name"\r
        \r
        deployed\r
        --b\r
        Content-Disposition: form-data; name="data"; filename="note.txt"\r
        \r
        a note\r
        --b--\r
        """,
        "Content-Type",
        "multipart/form-data; boundary=b");
  }

  @Test
  void aDeployerSeesNoConversation() {
    Caller deployer = user("deployer");
    assertThat(deployer.get(CONVERSATION).statusCode()).isEqualTo(403);
    assertThat(deployer.get(CONVERSATION + "/events").statusCode()).isEqualTo(403);
    assertThat(deployer.get(CONVERSATION + "/messages/m1").statusCode()).isEqualTo(403);
    assertThat(deployer.post("/api/conversations", "{\"key\":\"d\"}").statusCode()).isEqualTo(403);
    assertThat(deployer.send("DELETE", CONVERSATION, "").statusCode()).isEqualTo(403);
    assertThat(deployer.post(START, "{\"businessKey\":\"d\"}").statusCode()).isEqualTo(403);
    for (String list : List.of("process-instance", "external-task", "variable-instance")) {
      assertThat(deployer.get("/engine-rest/" + list).body()).as(list).isEqualTo("[]");
    }
    for (String list : List.of("process-instance", "activity-instance", "variable-instance")) {
      assertThat(deployer.get("/engine-rest/history/" + list).body()).as(list).isEqualTo("[]");
    }
  }

  @Test
  void aChannelDoesNothingInTheEngineButTalk() {
    Caller channel = user("channel");
    assertThat(channel.get("/engine-rest/history/process-instance").body()).isEqualTo("[]");
    assertThat(channel.get("/engine-rest/history/activity-instance").body()).isEqualTo("[]");
    assertThat(channel.get("/engine-rest/history/variable-instance").body()).isEqualTo("[]");
    String instance = trial.baton.instances("c1").path(0).path("id").asText();
    String own = "/engine-rest/process-instance/" + instance;
    assertThat(channel.send("DELETE", own, "").statusCode()).isEqualTo(403);
    assertThat(channel.send("PUT", own + "/suspended", "{\"suspended\":true}").statusCode())
        .isEqualTo(403);
    assertThat(channel.send("PUT", own + "/variables/patience", "{\"value\":\"x\"}").statusCode())
        .isEqualTo(403);
    assertThat(
            channel
                .post(
                    own + "/modification",
                    "{\"instructions\":[{\"type\":\"cancel\",\"activityId\":\"WaitForCustomer\"}]}")
                .statusCode())
        .isEqualTo(403);
    trial.change("{'faults':[{'match':{'path':'/messages$','times':0},'then':{'status':403}}]}");
    trial.baton.begin("calling");
    trial.baton.correlate("calling", "m1", "Hi");
    trial.baton.awaitState("calling", "failed");
    String task =
        trial
            .baton
            .get("/engine-rest/external-task?noRetriesLeft=true")
            .json()
            .path(0)
            .path("id")
            .asText();
    String tasks = "/engine-rest/external-task/";
    assertThat(channel.post(tasks + task + "/unlock", "").statusCode()).isEqualTo(403);
    assertThat(channel.send("PUT", tasks + task + "/retries", "{\"retries\":0}").statusCode())
        .isEqualTo(403);
    assertThat(channel.post(tasks + task + "/complete", "{\"workerId\":\"baton\"}").statusCode())
        .isEqualTo(403);
    trial.change("{'faults':[]}");
  }

  @ParameterizedTest
  @CsvSource({"channel", "operator", "deployer"})
  void nobodyMakesHimselfMore(String name) {
    Caller caller = user(name);
    assertThat(
            caller
                .post(
                    "/engine-rest/user/create",
                    """
                    {"profile":{"id":"eve","firstName":"E","lastName":"V"},
                     "credentials":{"password":"eve"}}""")
                .statusCode())
        .isEqualTo(403);
    assertThat(
            caller
                .post(
                    "/engine-rest/authorization/create",
                    """
                    {"type":1,"permissions":["ALL"],"userId":"%s","resourceType":9,
                     "resourceId":"*"}"""
                        .formatted(name))
                .statusCode())
        .isEqualTo(403);
    assertThat(
            caller.send("PUT", "/engine-rest/group/camunda-admin/members/" + name, "").statusCode())
        .isEqualTo(403);
    assertThat(caller.get("/engine-rest/user").body()).doesNotContain("olga");
  }
}
