package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.http.TestServer;
import dev.baton.http.TestServer.Reply;
import dev.baton.http.TestServer.Request;
import dev.baton.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.camunda.bpm.engine.HistoryService;
import org.camunda.bpm.engine.RepositoryService;
import org.camunda.bpm.engine.history.HistoricActivityInstance;
import org.camunda.bpm.engine.history.HistoricProcessInstance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A conversation that a channel begins has a process once its bot has answered: whoever looks or
 * steps in before or after that finds what there would be to find if the process had begun first.
 */
class BegunAheadTest {

  private static final String WAIT = "WaitForCustomer";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** What the client sets by itself. */
  private static final Set<String> OWN =
      Set.of("host", "connection", "content-length", "upgrade", "http2-settings", "expect");

  private static final Set<String> OF_THE_BODY = Set.of("content-length", "transfer-encoding");

  private static TestServer front;
  private static Trial trial;
  private static Baton baton;
  private static volatile Runnable meanwhile = () -> {};

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  @BeforeAll
  static void start() {
    front = new TestServer(BegunAheadTest::passOn);
    trial =
        Trial.startOn(
            Postgres.newDatabase(),
            ShortRetries.class,
            Postgres.USER[0],
            "baton.bots.base-url=" + front.uri(),
            "baton.bots.force-config-endpoint=" + front.uri());
    baton = trial.baton;
    // The first has its process along: nobody knows yet how that goes.
    baton.begin("first");
    baton.awaitAt("first", WAIT);
  }

  @AfterAll
  static void stop() {
    trial.close();
    front.close();
  }

  @AfterEach
  void release() {
    released.countDown();
    meanwhile = () -> {};
    trial.change("{'faults':[]}");
  }

  /** Stands between Baton and the bots: something happens while one is asked for a session. */
  private static Reply passOn(Request request) {
    if (request.path().endsWith("/sessions")) {
      meanwhile.run();
    }
    HttpRequest.Builder on =
        HttpRequest.newBuilder(URI.create(trial.simulator.baseUrl() + request.path()))
            .method(request.method(), BodyPublishers.ofString(request.body()));
    request
        .headers()
        .forEach(
            (name, values) -> {
              if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> on.header(name, value));
              }
            });
    try {
      HttpResponse<String> answer = HTTP.send(on.build(), BodyHandlers.ofString());
      Map<String, String> headers = new HashMap<>();
      answer.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
      headers.keySet().removeAll(OF_THE_BODY);
      return new Reply(answer.statusCode(), headers, answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The bot has not answered before it is released. */
  private void holds() {
    meanwhile =
        () -> {
          asked.countDown();
          await(released);
        };
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void thinks() {
    Instant begun = Instant.now();
    Trial.until("thought", Instant::now, now -> now.isAfter(begun.plusMillis(600)));
  }

  @Test
  void theProcessHasThePastThatItWouldHaveHad() {
    List<Boolean> ahead = new CopyOnWriteArrayList<>();
    meanwhile =
        () -> {
          ahead.add(isAhead("ahead"));
          ahead.add(baton.instances("ahead").isEmpty());
          thinks();
        };
    assertThat(baton.begin("ahead").path("messages")).isNotEmpty();
    assertThat(ahead).containsExactly(true, true);
    meanwhile = BegunAheadTest::thinks;
    assertThat(baton.startProcess("along").status()).isEqualTo(200);
    for (String key : List.of("ahead", "along")) {
      baton.awaitAt(key, WAIT);
      HistoricProcessInstance instance = instance(key);
      assertThat(instance.getStartUserId()).isEqualTo("olga");
      Map<String, Object> row = row(key);
      assertThat(row).containsEntry("process_instance_id", instance.getId());
      assertMoment(instance.getStartTime().toInstant(), row.get("started_at"));
      HistoricActivityInstance start = visits(key).get(0);
      assertThat(start.getActivityId()).isEqualTo("StartSession");
      assertMoment(start.getStartTime().toInstant(), row.get("started_at"));
      assertThat(Duration.between(start.getStartTime().toInstant(), start.getEndTime().toInstant()))
          .isCloseTo(Duration.ofMillis(start.getDurationInMillis()), Duration.ofMillis(1))
          .isGreaterThanOrEqualTo(Duration.ofMillis(500));
      assertThat(trial.trail(key)).containsExactly("start");
    }
    assertThat(visited("ahead")).isEqualTo(visited("along"));
    assertThat(variables("ahead")).isEqualTo(variables("along"));
    assertThat(trial.said("ahead")).isEqualTo(trial.said("along"));
    assertThat(trial.engineRows("ahead")).isEqualTo(trial.engineRows("along"));
  }

  @Test
  void anotherBotThanTheUsualOneIsKnownToTheProcess() {
    String other = "0XxBn0000000002KAA";
    trial.script("{'bots':{'%s':{}}}".formatted(other));
    List<Boolean> ahead = new CopyOnWriteArrayList<>();
    meanwhile = () -> ahead.add(isAhead("another"));
    baton.post("/api/conversations", Baton.object("key", "another", "botId", other));
    baton.awaitAt("another", WAIT);
    assertThat(ahead).containsExactly(true);
    assertThat(variables("another")).contains("botId=" + other);
    assertThat(trial.trail("another")).containsExactly("start");
  }

  @Test
  void aBotThatTakesItsTimeIsWaitedForAtItsStep() {
    holds();
    CompletableFuture<Baton.Answer> begun = baton.beginLater("lasts");
    await(asked);
    baton.awaitAt("lasts", "StartSession");
    assertThat(isAhead("lasts")).isFalse();
    assertThat(baton.conversation("lasts").path("underWay").findValuesAsText("call"))
        .containsExactly("bot-start");
    assertThat(
            trial.count(
                "select count(*) from baton_order where conversation_key = 'lasts'"
                    + " and task_id is not null"))
        .isEqualTo(1);
    released.countDown();
    assertThat(begun.join().json().path("messages")).isNotEmpty();
    baton.awaitAt("lasts", WAIT);
    assertThat(trial.trail("lasts")).containsExactly("start");
    assertThat(instance("lasts").getStartUserId()).isEqualTo("olga");
  }

  @Test
  void whatIsUnderWayBeforeThereIsAProcessIsShown() {
    List<List<String>> shown = new CopyOnWriteArrayList<>();
    meanwhile =
        () -> shown.add(baton.conversation("shown").path("underWay").findValuesAsText("call"));
    baton.begin("shown");
    assertThat(shown).containsExactly(List.of("bot-start"));
  }

  @Test
  void aBotThatFailsIsFoundAtItsStep() {
    trial.change("{'faults':[{'match':{'path':'/sessions$','times':0},'then':{'status':400}}]}");
    CompletableFuture<Baton.Answer> begun = baton.beginLater("fails");
    baton.awaitState("fails", "failed");
    assertThat(baton.standsAt("fails")).containsExactly("StartSession");
    String instance = instance("fails").getId();
    assertThat(baton.get("/engine-rest/incident?processInstanceId=" + instance).json())
        .extracting(incident -> incident.path("activityId").asText())
        .containsExactly("StartSession");
    trial.change("{'faults':[]}");
    JsonNode task = baton.get("/engine-rest/external-task?processInstanceId=" + instance).json();
    assertThat(task).hasSize(1);
    baton.put("external-task/" + task.path(0).path("id").asText() + "/retries", "{\"retries\":1}");
    baton.awaitAt("fails", WAIT);
    assertThat(begun.join().status()).isIn(201, 202);
    assertThat(baton.write("fails", "m1", "1").path("messages")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoLeavesWhileTheBotIsAskedIsGone(boolean ahead) {
    String key = "leaves-" + ahead;
    List<Integer> left = new CopyOnWriteArrayList<>();
    if (ahead) {
      meanwhile = () -> left.add(baton.leave(key).status());
      baton.begin(key);
    } else {
      holds();
      CompletableFuture<Baton.Answer> begun = baton.beginLater(key);
      baton.awaitAt(key, "StartSession");
      left.add(baton.leave(key).status());
      released.countDown();
      begun.join();
    }
    baton.awaitState(key, "ended");
    trial.awaitNothingLeft(key);
    assertThat(left).containsExactly(204);
    assertThat(trial.trail(key)).containsExactly("start", "end UserRequest");
    assertThat(instance(key).getEndTime()).isNotNull();
  }

  @Test
  void whatIsWrittenWhileTheBotIsAskedReachesItOnce() {
    List<CompletableFuture<Baton.Answer>> written = new CopyOnWriteArrayList<>();
    meanwhile =
        () -> {
          written.add(baton.writeLater("writes", "m1", "1"));
          Trial.until(
              "accepted",
              () ->
                  trial.count("select count(*) from baton_inbox where conversation_key = 'writes'"),
              count -> count == 1);
        };
    baton.begin("writes");
    assertThat(written.get(0).join().json().path("messages")).isNotEmpty();
    baton.awaitAt("writes", WAIT);
    assertThat(trial.trail("writes")).containsExactly("start", "text");
    assertThat(baton.write("writes", "m2", "2").path("messages")).isNotEmpty();
  }

  @Test
  void whoBeginsTwiceHasOneConversation() {
    List<CompletableFuture<Baton.Answer>> again = new CopyOnWriteArrayList<>();
    List<Integer> instances = new CopyOnWriteArrayList<>();
    meanwhile =
        () -> {
          again.add(baton.beginLater("twice"));
          // By the engine as well: that instance is over at once.
          instances.add(baton.startProcess("twice").status());
        };
    Baton.Answer first = baton.post("/api/conversations", Baton.object("key", "twice"));
    Baton.Answer second = again.get(0).join();
    assertThat(first.status()).isEqualTo(201);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.json().path("messages")).isEqualTo(first.json().path("messages"));
    assertThat(instances).containsExactly(200);
    baton.awaitAt("twice", WAIT);
    assertThat(trial.trail("twice")).containsExactly("start");
    assertThat(front.requests).filteredOn(BegunAheadTest::startsOne).hasSizeGreaterThan(1);
  }

  private static boolean startsOne(Request request) {
    return request.path().endsWith("/sessions");
  }

  @ParameterizedTest
  @ValueSource(strings = {"escalate", "end"})
  void aBotThatBeginsWithTheEndIsHeard(String says) {
    String key = "begins-with-" + says;
    trial.script(
        "{'bots':{'%s':{'onStart':'%s','targets':[]}}}".formatted(Simulator.DEMO_BOT_ID, says));
    List<Boolean> ahead = new CopyOnWriteArrayList<>();
    meanwhile = () -> ahead.add(isAhead(key));
    baton.begin(key);
    baton.awaitState(key, "ended");
    trial.awaitNothingLeft(key);
    assertThat(ahead).containsExactly(true);
    assertThat(trial.trail(key)).startsWith("start");
    trial.script("{}");
  }

  @Test
  void anOperatorWhoHoldsNewInstancesHoldsWhatComesOfTheCall() {
    CompletableFuture<Baton.Answer> begun;
    try {
      trial.forget();
      meanwhile = () -> suspendDefinition(true);
      begun = baton.beginLater("held");
      Trial.until(
          "answered",
          () -> trial.calls().stream().filter(call -> call.path("status").asInt() > 0).count(),
          count -> count > 0);
      Baton.Answer refused = baton.post("/api/conversations", Baton.object("key", "new"));
      assertThat(refused.status()).as(refused.body()).isGreaterThanOrEqualTo(400);
      assertThat(isAhead("held")).isTrue();
      assertThat(baton.instances("held")).isEmpty();
    } finally {
      meanwhile = () -> {};
      suspendDefinition(false);
    }
    baton.awaitAt("held", WAIT);
    assertThat(begun.join().json().path("messages")).isNotEmpty();
    assertThat(trial.trail("held")).containsExactly("start");
  }

  @Test
  void whatADeadNodeHadBegunIsBegunByAnother() {
    trial.jdbc.update(
        "insert into baton_node (id, alive_until)"
            + " values ('gone', current_timestamp - interval '20' second)");
    begunBy("gone", "orphan");
    baton.awaitAt("orphan", WAIT);
    assertThat(trial.trail("orphan")).containsExactly("start");
    assertThat(instance("orphan").getStartUserId()).isEqualTo("olga");
    trial.jdbc.update("delete from baton_node where id = 'gone'");
  }

  /** A connection may be lost at a commit of which the node does not hear then. */
  @Test
  void whatALivingNodeDoesNotKnowOfIsBegunAllTheSame() {
    String node =
        trial
            .jdbc
            .queryForList(
                "select id from baton_node where alive_until > current_timestamp", String.class)
            .get(0);
    begunBy(node, "unheard");
    baton.awaitAt("unheard", WAIT);
    assertThat(trial.trail("unheard")).containsExactly("start");
  }

  private static void begunBy(String node, String key) {
    String definition =
        baton
            .bean(RepositoryService.class)
            .createProcessDefinitionQuery()
            .processDefinitionKey("bot-conversation")
            .latestVersion()
            .singleResult()
            .getId();
    trial.jdbc.update(
        """
        insert into baton_conversation (conversation_key, process_instance_id, bot_id, state,
          opening_variables, turn, turn_owner, ahead_call, begins_as, begun_by, started_at,
          ahead_since)
        values (?, '', ?, 'TALKING', '[]', 'AHEAD', ?, ?, ?, 'olga', current_timestamp,
          current_timestamp)""",
        key,
        Simulator.DEMO_BOT_ID,
        node,
        -5_000_000_000_000_000L - key.length(),
        definition);
  }

  @Test
  void anotherModelBeginsWithItsProcess() throws IOException {
    String shipped = Files.readString(Path.of("bpmn", "bot-conversation.bpmn"));
    Baton.Answer deployed =
        Deployments.deploy(
            baton,
            "mine.bpmn",
            shipped.replaceFirst("</bpmn:documentation>", "It is ours.</bpmn:documentation>"));
    try {
      List<List<String>> stood = new CopyOnWriteArrayList<>();
      meanwhile = () -> stood.add(baton.standsAt("ours"));
      baton.begin("ours");
      baton.awaitAt("ours", WAIT);
      assertThat(stood).containsExactly(List.of("StartSession"));
    } finally {
      String path =
          "/engine-rest/deployment/" + deployed.json().path("id").asText() + "?cascade=true";
      assertThat(baton.send(baton.request(path).DELETE()).status()).isEqualTo(204);
    }
  }

  // What there is to see

  private static boolean isAhead(String key) {
    return trial.count(
            "select count(*) from baton_conversation where conversation_key = ? and turn = 'AHEAD'",
            key)
        > 0;
  }

  private static Map<String, Object> row(String key) {
    return trial.jdbc.queryForMap(
        "select * from baton_conversation where conversation_key = ?", key);
  }

  private static HistoricProcessInstance instance(String key) {
    return baton
        .bean(HistoryService.class)
        .createHistoricProcessInstanceQuery()
        .processInstanceBusinessKey(key)
        .singleResult();
  }

  private static List<HistoricActivityInstance> visits(String key) {
    return baton
        .bean(HistoryService.class)
        .createHistoricActivityInstanceQuery()
        .processInstanceId(instance(key).getId())
        .orderPartiallyByOccurrence()
        .asc()
        .list();
  }

  private static List<String> visited(String key) {
    return visits(key).stream().map(HistoricActivityInstance::getActivityId).toList();
  }

  private static List<String> variables(String key) {
    List<String> variables = new ArrayList<>();
    baton
        .get("/engine-rest/process-instance/" + instance(key).getId() + "/variables")
        .json()
        .properties()
        .forEach(
            entry -> variables.add(entry.getKey() + "=" + entry.getValue().path("value").asText()));
    variables.sort(null);
    return variables;
  }

  private static void suspendDefinition(boolean suspended) {
    baton.put(
        "process-definition/key/bot-conversation/suspended",
        "{\"suspended\":%s,\"includeProcessInstances\":false}".formatted(suspended));
  }

  private static void assertMoment(Instant seen, @Nullable Object column) {
    assertThat(seen)
        .isCloseTo(
            ((Timestamp) Objects.requireNonNull(column)).toInstant(),
            within(200, ChronoUnit.MILLIS));
  }
}
