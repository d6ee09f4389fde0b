package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.it.support.Caller;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * What each role may do, action by action, is what docs/roles.md says. The administrator, who may
 * do all, shows that each request would do something. Write the page anew: {@code
 * -Droles.write=true}.
 */
class RolesTest {

  private static final Path PAGE = Path.of("docs/roles.md");
  private static final boolean WRITE = Boolean.getBoolean("roles.write");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Column titles, and the credentials of each. */
  private static final Map<String, String> ROLES = new LinkedHashMap<>();

  static {
    ROLES.put("none", "");
    ROLES.put("channel", "channel:change-me-channel");
    ROLES.put("operator", "operator:change-me-operator");
    ROLES.put("deployer", "deployer:change-me-deployer");
    ROLES.put("administrator", Started.ADMIN);
  }

  private static final Set<Integer> REFUSALS = Set.of(401, 403, 404);
  private static final String CONVERSATIONS = "/api/conversations";
  private static final String PARTS = "multipart/form-data; boundary=b";

  private static final String DEPLOYMENT =
      """
      --b\r
      Content-Disposition: form-data; name="deployment-name"\r
      \r
      roles\r
      --b\r
      Content-Disposition: form-data; name="data"; filename="note.txt"\r
      \r
      a note\r
      --b--\r
      """;

  /** A process that is not Baton's. */
  private static final String ELSEWHERE =
      """
      --b\r
      Content-Disposition: form-data; name="data"; filename="elsewhere.bpmn"\r
      \r
      <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
          xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="roles">
        <process id="elsewhere" isExecutable="true">
          <startEvent id="start"/>
          <sequenceFlow id="to" sourceRef="start" targetRef="task"/>
          <serviceTask id="task" camunda:type="external" camunda:topic="elsewhere"/>
        </process>
      </definitions>\r
      --b--\r
      """;

  /**
   * One row.
   *
   * @param body empty for none; names in braces stand for what a cell gets of its own
   */
  private record Action(String name, String method, String path, String body) {}

  private static final List<Action> ACTIONS =
      List.of(
          // Baton's own addresses.
          new Action("Begin a conversation", "POST", CONVERSATIONS, "{\"key\":\"{fresh}\"}"),
          new Action("Read a conversation", "GET", CONVERSATIONS + "/{conversation}", ""),
          new Action(
              "Send a message",
              "POST",
              CONVERSATIONS + "/{conversation}/messages",
              "{\"id\":\"m\",\"text\":\"Hi\"}"),
          new Action(
              "Read the answer to a message", "GET", CONVERSATIONS + "/{told}/messages/m0", ""),
          new Action("Follow events", "GET", CONVERSATIONS + "/{conversation}/events", ""),
          new Action("Cancel a transfer", "DELETE", CONVERSATIONS + "/{conversation}/transfer", ""),
          new Action("End a conversation", "DELETE", CONVERSATIONS + "/{conversation}", ""),
          new Action(
              "Erase a customer's data", "DELETE", CONVERSATIONS + "/{conversation}/data", ""),
          new Action("Read the API's description", "GET", "/api/openapi", ""),
          // The engine's.
          new Action(
              "Start the process",
              "POST",
              engine("process-definition/key/bot-conversation/start"),
              "{\"businessKey\":\"{fresh}\"}"),
          new Action(
              "Start the process by its id",
              "POST",
              engine("process-definition/{definition}/start"),
              "{\"businessKey\":\"{fresh}\"}"),
          new Action(
              "Correlate a customer's message",
              "POST",
              engine("message"),
              """
              {"messageName":"customer-message","businessKey":"{conversation}","processVariables":
               {"messageId":{"value":"m"},"text":{"value":"Hi"}}}"""),
          new Action(
              "List process instances",
              "GET",
              engine("process-instance?processDefinitionKey=bot-conversation"),
              ""),
          new Action("Read an instance", "GET", engine("process-instance/{instance}"), ""),
          new Action(
              "Read where an instance stands",
              "GET",
              engine("process-instance/{instance}/activity-instances"),
              ""),
          new Action("Read variables", "GET", engine("process-instance/{instance}/variables"), ""),
          new Action("List variables", "GET", engine("variable-instance"), ""),
          new Action(
              "Change a variable",
              "PUT",
              engine("process-instance/{instance}/variables/patience"),
              "{\"value\":\"x\"}"),
          new Action(
              "Suspend an instance",
              "PUT",
              engine("process-instance/{instance}/suspended"),
              "{\"suspended\":true}"),
          new Action(
              "Modify an instance",
              "POST",
              engine("process-instance/{instance}/modification"),
              "{\"instructions\":[{\"type\":\"cancel\",\"activityId\":\"WaitForCustomer\"}]}"),
          new Action("Delete an instance", "DELETE", engine("process-instance/{instance}"), ""),
          new Action(
              "Delete instances as a batch",
              "POST",
              engine("process-instance/delete"),
              "{\"processInstanceIds\":[\"{instance}\"]}"),
          new Action("List incidents", "GET", engine("incident"), ""),
          new Action("List external tasks", "GET", engine("external-task"), ""),
          new Action(
              "Set retries of a call",
              "PUT",
              engine("external-task/{task}/retries"),
              "{\"retries\":1}"),
          new Action("Unlock a call", "POST", engine("external-task/{task}/unlock"), ""),
          new Action(
              "Complete a call",
              "POST",
              engine("external-task/{locked}/complete"),
              "{\"workerId\":\"roles\",\"variables\":{\"botSaid\":{\"value\":\"ended\"}}}"),
          new Action(
              "Fetch and lock tasks of another process",
              "POST",
              engine("external-task/fetchAndLock"),
              """
              {"workerId":"{fresh}","maxTasks":1,
               "topics":[{"topicName":"elsewhere","lockDuration":1000}]}"""),
          new Action("List jobs", "GET", engine("job?processDefinitionKey=bot-conversation"), ""),
          new Action("List users' tasks", "GET", engine("task/count"), ""),
          new Action("List instances in history", "GET", engine("history/process-instance"), ""),
          new Action("List activities in history", "GET", engine("history/activity-instance"), ""),
          new Action(
              "Delete an instance of history",
              "DELETE",
              engine("history/process-instance/{over}"),
              ""),
          new Action("List batches", "GET", engine("batch/count"), ""),
          new Action("List process definitions", "GET", engine("process-definition"), ""),
          new Action(
              "Read a process", "GET", engine("process-definition/key/bot-conversation/xml"), ""),
          new Action("List decision tables", "GET", engine("decision-definition"), ""),
          new Action(
              "Evaluate a decision table",
              "POST",
              engine("decision-definition/key/bot-transfer-plan/evaluate"),
              "{\"variables\":{}}"),
          new Action("Deploy", "POST", engine("deployment/create"), DEPLOYMENT),
          new Action("List deployments", "GET", engine("deployment"), ""),
          new Action("Delete a deployment", "DELETE", engine("deployment/{deployment}"), ""),
          new Action("List users", "GET", engine("user?id=olga"), ""),
          new Action(
              "Create a user",
              "POST",
              engine("user/create"),
              """
              {"profile":{"id":"{fresh}","firstName":"E","lastName":"V"},
               "credentials":{"password":"eve"}}"""),
          new Action("Delete a user", "DELETE", engine("user/{user}"), ""),
          new Action(
              "Change another user's password",
              "PUT",
              engine("user/{user}/credentials"),
              "{\"password\":\"other\",\"authenticatedUserPassword\":\"{password}\"}"),
          new Action(
              "Add a user to the administrators",
              "PUT",
              engine("group/camunda-admin/members/{user}"),
              ""),
          new Action("List authorizations", "GET", engine("authorization"), ""),
          new Action(
              "Grant a right",
              "POST",
              engine("authorization/create"),
              """
              {"type":1,"permissions":["ALL"],"userId":"{user}","resourceType":9,
               "resourceId":"{fresh}"}"""),
          new Action(
              "Create a task",
              "POST",
              engine("task/create"),
              "{\"id\":\"{fresh}\",\"name\":\"n\"}"),
          new Action(
              "Turn telemetry off, which it always is",
              "POST",
              engine("telemetry/configuration"),
              "{\"enableTelemetry\":false}"),
          new Action("Read the engine's version", "GET", engine("version"), ""),
          // The web applications'.
          new Action(
              "Log in at Cockpit",
              "POST",
              "/camunda/api/admin/auth/user/default/login/cockpit",
              "username={name}&password={password}"),
          new Action(
              "Log in at Admin",
              "POST",
              "/camunda/api/admin/auth/user/default/login/admin",
              "username={name}&password={password}"));

  private static Simulator simulator;
  private static Started application;
  private static Caller admin;
  private static final Deque<String> STUCK = new ArrayDeque<>();
  private static int number;

  @BeforeAll
  static void start() throws IOException {
    simulator = Simulator.start(0);
    application = Started.baton(simulator, "baton.limits.logins-per-minute=100000");
    admin = application.user(Started.ADMIN);
    for (JsonNode step : MAPPER.readTree(Files.readString(Path.of("docs/examples/roles.json")))) {
      HttpResponse<String> answer =
          admin.send(
              step.path("method").asText("POST"),
              step.path("path").asText(),
              step.path("body").toString());
      assertThat(answer.statusCode()).as("%s %s", step, answer.body()).isLessThan(300);
    }
    long tasks =
        ACTIONS.stream().filter(action -> action.path().matches(".*\\{(task|locked)}.*")).count();
    assertThat(deployed(ELSEWHERE)).isNotEmpty();
    assertThat(admin.post(engine("process-definition/key/elsewhere/start"), "{}").statusCode())
        .isEqualTo(200);
    // One more: the lists are not empty when all others are used.
    stick((int) tasks * ROLES.size() + 1);
  }

  @AfterAll
  static void stop() {
    application.close();
    simulator.close();
  }

  /** Conversations whose call to the bot failed for good. */
  private static void stick(int count) {
    simulator.script(
        "{\"faults\":[{\"match\":{\"path\":\"/messages$\",\"times\":0},\"then\":{\"status\":403}}]}");
    for (int i = 0; i < count; i++) {
      String key = begun();
      HttpResponse<String> answer =
          admin.post(
              engine("message"),
              """
              {"messageName":"customer-message","businessKey":"%s","processVariables":
               {"messageId":{"value":"m"},"text":{"value":"Hi"}}}"""
                  .formatted(key));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    }
    List<String> tasks =
        Awaitility.await("failed calls")
            .atMost(Duration.ofMinutes(1))
            .until(
                () ->
                    json(admin.get(engine("external-task?noRetriesLeft=true")).body())
                        .findValuesAsText("id"),
                found -> found.size() == count);
    STUCK.addAll(tasks);
    simulator.script("{\"faults\":[]}");
  }

  private static String engine(String path) {
    return "/engine-rest/" + path;
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  @Test
  void everyAddressOfBatonHasARow() {
    Set<String> mapped = new TreeSet<>();
    application
        .context()
        .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
        .getHandlerMethods()
        .forEach(
            (info, method) -> {
              if (method.getBeanType().getName().startsWith("dev.baton.api")) {
                info.getMethodsCondition()
                    .getMethods()
                    .forEach(
                        verb ->
                            info.getPatternValues()
                                .forEach(
                                    p -> mapped.add(verb + " " + p.replaceAll("\\{[^}]*}", "x"))));
              }
            });
    // It needs a signature, not a role.
    mapped.remove("POST /api/targets/webhook/x");
    Set<String> rows = new TreeSet<>();
    ACTIONS.stream()
        .filter(action -> action.path().startsWith("/api/"))
        .forEach(
            action ->
                rows.add(
                    action.method()
                        + " "
                        + action.path().replaceAll("\\{[^}]*}|(?<=/messages/)m0", "x")));
    assertThat(rows).isEqualTo(mapped);
  }

  @Test
  void eachRoleMayDoWhatThePageSays() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Roles

            What the three roles of [examples/roles.json](examples/roles.json) may do, next to a caller without credentials
            and an administrator. A test sends each request as each role and compares the answers with this table.

            `yes`: allowed. `no`: refused with 401, 403 or 404. `empty`: allowed, but the list is empty, because the role
            sees none of the entries.

            """);
    page.append("| Action | Request | ").append(String.join(" | ", ROLES.keySet())).append(" |\n");
    page.append("|---|---|").append("---|".repeat(ROLES.size())).append('\n');
    List<String> senseless = new ArrayList<>();
    for (Action action : ACTIONS) {
      page.append("| ").append(action.name()).append(" | `").append(action.method()).append(' ');
      page.append(action.path().replaceAll("\\?.*", "")).append("` |");
      for (Map.Entry<String, String> role : ROLES.entrySet()) {
        String cell = cell(action, role.getKey(), role.getValue(), senseless);
        page.append(' ').append(cell).append(" |");
      }
      page.append('\n');
    }
    if (WRITE) {
      Files.writeString(PAGE, page);
    }
    assertThat(senseless)
        .as("a request that an administrator cannot do, or an answer that is no refusal")
        .isEmpty();
    assertThat(page.toString()).isEqualTo(Files.readString(PAGE));
    assertThat(page.toString().lines().filter(line -> line.startsWith("| ")).skip(1))
        .as("nothing is allowed without credentials")
        .allMatch(line -> line.split("\\|", -1)[3].equals(" no "));
  }

  private static String cell(
      Action action, String role, String credentials, List<String> senseless) {
    Map<String, String> own = new HashMap<>();
    own.put("name", credentials.replaceAll(":.*", ""));
    own.put("password", credentials.replaceAll(".*:", ""));
    String path = filled(action.path(), own);
    String body = filled(action.body(), own);
    int status;
    String text = "";
    if (action.path().endsWith("/events")) {
      status = stream(path, credentials);
    } else if (action.path().contains("/login/")) {
      status = login(path, body);
    } else {
      Caller caller =
          credentials.isEmpty() ? application.stranger() : application.user(credentials);
      HttpResponse<String> answer =
          body.startsWith("--b")
              ? caller.send(action.method(), path, body, "Content-Type", PARTS)
              : caller.send(action.method(), path, body);
      status = answer.statusCode();
      text = answer.body();
    }
    // Nothing to cancel is a conflict with the state, which a refused caller is not told.
    boolean allowed = status < 300 || status == 409;
    boolean empty = Set.of("[]", "{\"count\":0}").contains(text);
    if (role.equals("administrator") && (!allowed || text.equals("[]"))) {
      senseless.add(role + ": " + action + " -> " + status + " " + text);
    }
    if (!allowed && !REFUSALS.contains(status)) {
      senseless.add(role + ": " + action + " -> " + status + " " + text);
    }
    return allowed ? (empty ? "empty" : "yes") : "no";
  }

  private static int stream(String path, String credentials) {
    try (Knocking caller = new Knocking(application.port())) {
      String basic =
          Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
      return caller.status(
          "GET", path, credentials.isEmpty() ? "X-None: 1" : "Authorization: Basic " + basic);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** As a browser: the page sets a token, and the form is sent with it. */
  private static int login(String path, String form) {
    Caller browser = application.stranger();
    String token =
        browser.get("/camunda/app/cockpit/default/").headers().allValues("Set-Cookie").stream()
            .filter(cookie -> cookie.startsWith("XSRF-TOKEN="))
            .map(cookie -> cookie.substring("XSRF-TOKEN=".length()).split(";", 2)[0])
            .findFirst()
            .orElseThrow();
    return browser
        .send(
            "POST",
            path,
            form,
            "Content-Type",
            "application/x-www-form-urlencoded",
            "Cookie",
            "XSRF-TOKEN=" + token,
            "X-XSRF-TOKEN",
            token)
        .statusCode();
  }

  /** With what stands in braces made for this cell, so that no cell disturbs another. */
  private static String filled(String text, Map<String, String> own) {
    Matcher names = Pattern.compile("\\{([a-z]+)}").matcher(text);
    return names.replaceAll(
        found ->
            Matcher.quoteReplacement(
                Objects.requireNonNull(own.computeIfAbsent(found.group(1), RolesTest::made))));
  }

  private static String made(String what) {
    return switch (what) {
      case "fresh" -> "r" + ++number;
      case "conversation" -> begun();
      case "told" -> told();
      case "instance" -> instance(begun());
      case "over" -> over();
      case "task" -> STUCK.remove();
      case "user" -> user();
      case "deployment" -> deployed(DEPLOYMENT);
      case "definition" ->
          json(admin.get(engine("process-definition/key/bot-conversation")).body())
              .path("id")
              .asText();
      case "locked" -> locked(STUCK.remove());
      default -> throw new IllegalArgumentException(what);
    };
  }

  /** A conversation that waits for its customer. */
  private static String begun() {
    String key = "r" + ++number;
    HttpResponse<String> answer = admin.post(CONVERSATIONS, "{\"key\":\"" + key + "\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return key;
  }

  private static String told() {
    String key = begun();
    HttpResponse<String> answer =
        admin.post(CONVERSATIONS + "/" + key + "/messages", "{\"id\":\"m0\",\"text\":\"Hi\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return key;
  }

  private static String instance(String key) {
    return Awaitility.await("the instance of " + key)
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> json(admin.get(engine("process-instance?businessKey=" + key)).body()),
            found -> found.size() == 1)
        .path(0)
        .path("id")
        .asText();
  }

  private static String over() {
    String id = instance(begun());
    assertThat(admin.send("DELETE", engine("process-instance/" + id), "").statusCode())
        .isEqualTo(204);
    return id;
  }

  private static String user() {
    String id = "r" + ++number;
    assertThat(
            admin
                .post(
                    engine("user/create"),
                    "{\"profile\":{\"id\":\"%s\"},\"credentials\":{\"password\":\"x\"}}"
                        .formatted(id))
                .statusCode())
        .isEqualTo(204);
    return id;
  }

  /** A failed call that another worker holds: it stays locked by the node that failed. */
  private static String locked(String task) {
    String path = engine("external-task/" + task);
    assertThat(admin.post(path + "/unlock", "").statusCode()).isEqualTo(204);
    HttpResponse<String> answer =
        admin.post(path + "/lock", "{\"workerId\":\"roles\",\"lockDuration\":600000}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    return task;
  }

  private static String deployed(String parts) {
    return json(admin
            .send("POST", engine("deployment/create"), parts, "Content-Type", PARTS)
            .body())
        .path("id")
        .asText();
  }
}
