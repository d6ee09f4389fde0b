package dev.baton.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.app.BatonApplication;
import dev.baton.simulator.Simulator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A running application whose bot is a simulator outside of it, so that either can be restarted
 * alone. Talks to it as channels and operators do: over HTTP.
 */
public final class Baton implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CREDENTIALS =
      "Basic "
          + Base64.getEncoder().encodeToString("olga:a password".getBytes(StandardCharsets.UTF_8));

  /** How a line begins by which a process of its own tells the test something. */
  public static final String MARK = "@test ";

  private final @Nullable ConfigurableApplicationContext context;
  private final @Nullable Process process;
  private final Set<String> said;
  private final URI base;
  private final HttpClient http = HttpClient.newHttpClient();

  private Baton(
      @Nullable ConfigurableApplicationContext context,
      @Nullable Process process,
      Set<String> said,
      int port) {
    this.context = context;
    this.process = process;
    this.said = said;
    this.base = URI.create("http://127.0.0.1:" + port);
  }

  /**
   * Starts the application on a new database in memory.
   *
   * @param properties {@code name=value}, after the defaults
   */
  public static Baton start(Simulator simulator, String... properties) {
    return startOn(
        "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=10000", simulator, properties);
  }

  /** Starts the application on a database of the caller's. */
  public static Baton startOn(String jdbcUrl, Simulator simulator, String... properties) {
    return startOn(jdbcUrl, simulator, BatonApplication.class, properties);
  }

  /**
   * Starts the application with beans of the caller's.
   *
   * @param configuration what stands in for the application's own beans
   */
  public static Baton startOn(
      String jdbcUrl, Simulator simulator, Class<?> configuration, String... properties) {
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(BatonApplication.class)
            .sources(configuration, SharedStatements.class)
            .registerShutdownHook(false)
            .run(arguments(jdbcUrl, simulator, properties));
    int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
    return new Baton(context, null, Set.of(), port);
  }

  /** Starts the application as a process of its own, which {@link #kill} can end. */
  public static Baton forkOn(String jdbcUrl, Simulator simulator, String... properties) {
    return forkOn(Launch.plain(), jdbcUrl, simulator, properties);
  }

  /** Starts the application as a process of its own, in a manner of the caller's. */
  public static Baton forkOn(
      Launch launch, String jdbcUrl, Simulator simulator, String... properties) {
    List<String> command = new ArrayList<>(launch.command());
    command.add(BatonApplication.class.getName());
    command.addAll(List.of(arguments(jdbcUrl, simulator, properties)));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      CompletableFuture<Integer> port = new CompletableFuture<>();
      Set<String> said = ConcurrentHashMap.newKeySet();
      Thread reader = new Thread(() -> read(process, port, said), "forked-baton");
      reader.setDaemon(true);
      reader.start();
      return new Baton(null, process, said, port.orTimeout(2, TimeUnit.MINUTES).join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Passes the process's words on, and finds the port in them, and what is meant for the test. */
  private static void read(Process process, CompletableFuture<Integer> port, Set<String> said) {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println("forked: " + line);
        if (line.startsWith(MARK)) {
          said.add(line.substring(MARK.length()));
        }
        Matcher started = Pattern.compile("Tomcat started on port (\\d+)").matcher(line);
        if (started.find()) {
          port.complete(Integer.valueOf(started.group(1)));
        }
      }
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
    port.completeExceptionally(new IllegalStateException("The application did not start."));
  }

  private static String[] arguments(String jdbcUrl, Simulator simulator, String... properties) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("server.port", "0");
    all.put("spring.datasource.url", jdbcUrl);
    all.put("camunda.bpm.admin-user.id", "olga");
    all.put("camunda.bpm.admin-user.password", "a password");
    all.put("baton.bots.base-url", simulator.baseUrl().toString());
    all.put("baton.bots.org-id", Simulator.ORG_ID);
    all.put("baton.bots.bot-id", Simulator.DEMO_BOT_ID);
    all.put("baton.bots.force-config-endpoint", simulator.baseUrl().toString());
    all.put("baton.oauth.grant", "client-credentials");
    all.put("baton.oauth.login-url", simulator.baseUrl().toString());
    all.put("baton.oauth.client-id", "baton");
    all.put("baton.oauth.client-secret", "secret");
    for (String property : properties) {
      int equals = property.indexOf('=');
      all.put(property.substring(0, equals), property.substring(equals + 1));
    }
    List<String> arguments = new ArrayList<>();
    all.forEach((name, value) -> arguments.add("--" + name + "=" + value));
    return arguments.toArray(String[]::new);
  }

  /** A bean of the application, where HTTP does not tell enough. */
  public <T> T bean(Class<T> type) {
    return Objects.requireNonNull(context, "A process of its own shows no beans").getBean(type);
  }

  /** What a process of its own told the test so far. */
  public Set<String> said() {
    return said;
  }

  /** Tells a process of its own something, by its standard input. */
  public void tell(String line) {
    try {
      Writer input = Objects.requireNonNull(process).outputWriter();
      input.write(line + "\n");
      input.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks a process of its own to stop, and waits until it has. */
  public void stop() {
    Objects.requireNonNull(process).destroy();
    process.onExit().join();
  }

  /** Ends a process as a crash does: nothing of it runs any more when this returns. */
  public void kill() {
    Objects.requireNonNull(process, "Only a process of its own can be killed").destroyForcibly();
    process.onExit().join();
  }

  /** Tells a process to stop, as an operator does. */
  public void terminate() {
    Objects.requireNonNull(process, "Only a process of its own can be told").destroy();
  }

  /** Whether a process has not ended yet. */
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** Waits until a process has ended by itself. */
  public void awaitGone() {
    Awaitility.await("the end of the process")
        .atMost(Duration.ofMinutes(2))
        .until(() -> !isRunning());
  }

  @Override
  public void close() {
    if (context != null) {
      context.close();
    }
    if (process != null) {
      process.destroyForcibly();
    }
  }

  // Channels

  /** Begins a conversation; answers what the channel gets. */
  public JsonNode begin(String key) {
    return post("/api/conversations", object("key", key)).json();
  }

  /** The customer writes. */
  public JsonNode write(String key, String id, String text) {
    return post(messages(key), object("id", id, "text", text)).json();
  }

  /** Begins a conversation, and the answer is not waited for. */
  public CompletableFuture<Answer> beginLater(String key) {
    return postLater("/api/conversations", object("key", key));
  }

  /** The customer writes, and the answer is not waited for. */
  public CompletableFuture<Answer> writeLater(String key, String id, String text) {
    return postLater(messages(key), object("id", id, "text", text));
  }

  private CompletableFuture<Answer> postLater(String path, JsonNode body) {
    return http.sendAsync(
            request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build(),
            BodyHandlers.ofString())
        .thenApply(Baton::answer);
  }

  /** The customer chooses. */
  public JsonNode choose(String key, String id, String choiceId) {
    return post(messages(key), object("id", id, "choiceId", choiceId)).json();
  }

  /** The customer leaves. */
  public Answer leave(String key) {
    return send(request("/api/conversations/" + encode(key)).DELETE());
  }

  /** The customer would rather go on with the bot. */
  public Answer cancelTransfer(String key) {
    return send(request("/api/conversations/" + encode(key) + "/transfer").DELETE());
  }

  /** The conversation as channels see it. */
  public JsonNode conversation(String key) {
    return get("/api/conversations/" + encode(key)).json();
  }

  /** Waits until the conversation is in a state. */
  public JsonNode awaitState(String key, String state) {
    return Wait.until(key + " " + state)
        .until(() -> conversation(key), now -> now.path("state").asText().equals(state));
  }

  /** Waits until no process instance of the key runs any more. */
  public void awaitOver(String key) {
    Wait.until(key + " over").until(() -> instances(key).isEmpty());
  }

  // Through the engine alone

  /** Starts a conversation with start variables: names and values in turn. */
  public Answer startProcess(String key, String... variables) {
    ObjectNode body = object("businessKey", key);
    body.set("variables", typed(variables));
    return post("/engine-rest/process-definition/key/bot-conversation/start", body);
  }

  /** The customer writes; accepted when this returns. */
  public Answer correlate(String key, String id, String text) {
    ObjectNode body = object("messageName", "customer-message", "businessKey", key);
    body.set("processVariables", typed("messageId", id, "text", text));
    return post("/engine-rest/message", body);
  }

  /** The customer leaves. */
  public Answer correlateLeft(String key) {
    return post("/engine-rest/message", object("messageName", "customer-left", "businessKey", key));
  }

  private static ObjectNode typed(String... namesAndValues) {
    ObjectNode variables = JSON.createObjectNode();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      variables.putObject(namesAndValues[i]).put("value", namesAndValues[i + 1]);
    }
    return variables;
  }

  // Operators

  /** The running process instances of a business key. */
  public JsonNode instances(String key) {
    return get("/engine-rest/process-instance?businessKey=" + encode(key)).json();
  }

  /** The ids of the activities where the conversation's token stands, sorted, with repetitions. */
  public List<String> standsAt(String key) {
    JsonNode instances = instances(key);
    List<String> ids = new ArrayList<>();
    for (JsonNode instance : instances) {
      JsonNode tree =
          get("/engine-rest/process-instance/"
                  + instance.path("id").asText()
                  + "/activity-instances")
              .json();
      collectLeaves(tree, ids);
    }
    ids.sort(null);
    return ids;
  }

  private static void collectLeaves(JsonNode tree, List<String> ids) {
    if (tree.path("childActivityInstances").isEmpty()) {
      ids.add(tree.path("activityId").asText());
    }
    tree.path("childActivityInstances").forEach(child -> collectLeaves(child, ids));
  }

  /** Waits until the token stands at these activities. */
  public void awaitAt(String key, String... activities) {
    Wait.until(key + " at " + List.of(activities))
        .until(() -> standsAt(key).equals(List.of(activities)));
  }

  /** Waits until a call of this kind is to be made, or being made, for the conversation. */
  public void awaitUnderWay(String key, String call) {
    Wait.until(call + " of " + key)
        .until(() -> conversation(key).path("underWay").findValuesAsText("call").contains(call));
  }

  /** A GET with credentials. */
  public Answer get(String path) {
    return send(request(path).GET());
  }

  /** A POST of JSON with credentials. */
  public Answer post(String path, JsonNode body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString())));
  }

  /** What an operator changes through the engine's REST, which takes it. */
  public void put(String path, String body) {
    Answer answer =
        send(
            request("/engine-rest/" + path)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)));
    if (answer.status() != 204) {
      throw new AssertionError(answer.body());
    }
  }

  /** Where a path of the application is. */
  public URI address(String path) {
    return base.resolve(path);
  }

  /** A request with credentials, to be completed. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(address(path)).header("Authorization", CREDENTIALS);
  }

  /** Sends a request. */
  public Answer send(HttpRequest.Builder request) {
    try {
      return answer(http.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Answer answer(HttpResponse<String> response) {
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Location").orElse(null),
        response.body());
  }

  private static String messages(String key) {
    return "/api/conversations/" + encode(key) + "/messages";
  }

  private static String encode(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A JSON object of names and values in turn. */
  public static ObjectNode object(String... namesAndValues) {
    ObjectNode object = JSON.createObjectNode();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return object;
  }

  /** JSON from text. */
  public static JsonNode json(String text) {
    try {
      return text.isEmpty() ? JSON.nullNode() : JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** What the application answered. */
  public record Answer(int status, @Nullable String location, String body) {

    /** The body as JSON. */
    public JsonNode json() {
      return Baton.json(body);
    }
  }

  /**
   * What the bot of the simulator was asked in the sessions of one conversation, a line each:
   * {@code start}, the message's type, {@code end REASON}.
   */
  public static List<String> askedOfTheBot(Simulator simulator) {
    ArrayNode journal = simulator.journal();
    List<String> lines = new ArrayList<>();
    for (JsonNode call : journal) {
      String path = call.path("path").asText();
      String method = call.path("method").asText();
      if (path.endsWith("/sessions") && method.equals("POST")) {
        lines.add("start");
      } else if (path.endsWith("/messages")) {
        lines.add(call.path("body").path("message").path("type").asText());
      } else if (method.equals("DELETE") && path.contains("/sessions/")) {
        lines.add("end " + call.path("headers").path("X-Session-End-Reason").asText());
      }
    }
    return lines;
  }
}
