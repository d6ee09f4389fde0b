package dev.baton.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.conversation.Conversations;
import dev.baton.it.support.Aftermath;
import dev.baton.it.support.Baton;
import dev.baton.it.support.FaultCase;
import dev.baton.it.support.ShortestRetries;
import dev.baton.it.support.Trial;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Runs many conversations at once, each with its fault, in one application: until each is over or
 * stands still; then the faults are lifted, and what stands still is tried again.
 */
final class FaultTrial implements AutoCloseable {

  private static final FaultCase COMPANION =
      new FaultCase(
          99,
          new FaultCase.Remote("none", "{}", null, null, null),
          new FaultCase.Fault("none", "{}"),
          false,
          true);

  /**
   * What became of a conversation.
   *
   * @param incident where it stood still, and why; null if it did not
   * @param state how it ended
   * @param report what the bot was told, and why
   * @param outcome of the offer
   * @param openCases cases that are not closed
   * @param wrong what must never be
   */
  record Found(
      @Nullable String incident,
      String state,
      String report,
      String outcome,
      int undelivered,
      long openCases,
      List<String> wrong) {}

  private final Trial trial =
      Trial.startWith(
          ShortestRetries.class,
          "baton.api.answer-limit=20ms",
          "baton.transfer.patience=5m",
          "baton.transfer.watch-every=50ms",
          // What each fault leads to by itself: together they would pass for an outage.
          "baton.outage.calls=100000",
          "baton.salesforce.calls-per-second=1000");
  private final Baton baton = trial.baton;
  private final ExecutorService channels = Executors.newFixedThreadPool(6);
  private final Map<String, List<String>> refusals = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> taken = new ConcurrentHashMap<>();
  private final Map<String, String> incidents = new HashMap<>();

  /** Runs cases whose faults are bound to them, all together. */
  Map<FaultCase, Found> together(List<FaultCase> cases) {
    // The companion's offer stays open: what is asked of all open offers names more than one queue.
    ObjectNode script = (ObjectNode) Baton.json(FaultCase.script(cases));
    COMPANION.addTo(script);
    String key = COMPANION.key() + "-" + cases.get(0).n();
    start(script.toString());
    talk(COMPANION.bot(), key);
    trial.awaitCase(key, 1);
    run(cases);
    trial.accept(trial.cases(key).get(0));
    baton.awaitState(key, "transferred");
    trial.awaitNothingLeft();
    return found(cases);
  }

  /** Runs cases whose faults hit everybody. */
  Map<FaultCase, Found> alone(List<FaultCase> cases) {
    start(FaultCase.script(cases));
    trial.revokeTokens();
    run(cases);
    trial.awaitNothingLeft();
    return found(cases);
  }

  private void start(String script) {
    trial.forget();
    trial.simulator.script(script);
  }

  private void run(List<FaultCase> cases) {
    List<CompletableFuture<Void>> talks = new ArrayList<>();
    for (FaultCase one : cases) {
      talks.add(CompletableFuture.runAsync(() -> talk(one.bot(), one.key()), channels));
    }
    talks.forEach(CompletableFuture::join);
    settle(cases, one -> over(one.key()) || standsStill(one.key()));
    cases.forEach(this::noteIncident);
    trial.change("{'faults':[]}");
    cases.forEach(this::retry);
    settle(cases, one -> over(one.key()));
  }

  /**
   * What is typed second is held: the first message is a wish to be transferred. Nothing of this
   * waits for the bot.
   */
  private void talk(String bot, String key) {
    int begun = baton.post("/api/conversations", Baton.object("key", key, "botId", bot)).status();
    if (!Set.of(201, 202).contains(begun)) {
      refused(key, begun);
    }
    write(key, "Transfer To Agent");
    write(key, "are you there");
  }

  private void write(String key, String words) {
    int status =
        baton
            .post(
                "/api/conversations/" + key + "/messages",
                Baton.object("id", words.substring(0, 3), "text", words))
            .status();
    if (Set.of(200, 202).contains(status)) {
      taken.computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet()).add(words);
    } else if (status != 409) {
      refused(key, status);
    }
  }

  private void refused(String key, int status) {
    refusals
        .computeIfAbsent(key, k -> new CopyOnWriteArrayList<>())
        .add("the channel was answered " + status);
  }

  /** Lets the agents act until every case is where it shall be. */
  private void settle(List<FaultCase> cases, Predicate<FaultCase> there) {
    List<FaultCase> left = new ArrayList<>(cases);
    Awaitility.await("all settled")
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              act(cases);
              left.removeIf(there);
              assertThat(left).as("cases that do not settle").isEmpty();
            });
  }

  private void act(List<FaultCase> cases) {
    Map<String, FaultCase> byAgent =
        cases.stream().collect(Collectors.toMap(FaultCase::agent, one -> one));
    for (JsonNode work :
        Aftermath.rows(trial, "SELECT WorkItemId,UserId FROM AgentWork WHERE Status='Assigned'")) {
      FaultCase one = byAgent.get(work.path("UserId").asText());
      if (one != null) {
        String caseId = work.path("WorkItemId").asText();
        if (one.accepted()) {
          trial.accept(caseId);
        } else {
          trial.decline(caseId);
        }
      }
    }
  }

  private boolean over(String key) {
    return trial
            .jdbc
            .queryForList(
                "select 1 from baton_conversation where conversation_key = ? and closed_at is not null",
                key)
            .size()
        == 1;
  }

  private boolean standsStill(String key) {
    return trial
            .jdbc
            .queryForList(
                "select 1 from baton_conversation where conversation_key = ? and stuck = true", key)
            .size()
        == 1;
  }

  private String instance(FaultCase one) {
    return baton.bean(Conversations.class).find(one.key()).orElseThrow().processInstanceId();
  }

  private void noteIncident(FaultCase one) {
    if (standsStill(one.key())) {
      JsonNode all = baton.get("/engine-rest/incident?processInstanceId=" + instance(one)).json();
      JsonNode incident = all.path(0);
      incidents.put(
          one.key(),
          incident.path("activityId").asText() + ": " + incident.path("incidentMessage").asText());
    }
  }

  /** As an operator does, in Cockpit or over REST. */
  private void retry(FaultCase one) {
    if (!standsStill(one.key())) {
      return;
    }
    JsonNode tasks =
        baton
            .get("/engine-rest/external-task?noRetriesLeft=true&processInstanceId=" + instance(one))
            .json();
    for (JsonNode task : tasks) {
      assertThat(
              baton
                  .send(
                      baton
                          .request(
                              "/engine-rest/external-task/" + task.path("id").asText() + "/retries")
                          .header("Content-Type", "application/json")
                          .PUT(BodyPublishers.ofString("{\"retries\":1}")))
                  .status())
          .isEqualTo(204);
    }
  }

  private Map<FaultCase, Found> found(List<FaultCase> cases) {
    Aftermath aftermath = new Aftermath(trial);
    return cases.stream().collect(Collectors.toMap(one -> one, one -> found(one, aftermath)));
  }

  private Found found(FaultCase one, Aftermath aftermath) {
    String key = one.key();
    JsonNode view = baton.conversation(key);
    List<String> wrong = aftermath.wrong(view, one.queue(), one.agent());
    wrong.addAll(refusals.getOrDefault(key, List.of()));
    long heard =
        aftermath
            .takenIn(view)
            .filter(call -> Aftermath.message(call).path("type").asText().equals("text"))
            .count();
    long passedOn = aftermath.comments(trial.cases(key)).count();
    int undelivered = view.path("undelivered").asInt();
    int accepted = taken.getOrDefault(key, Set.of()).size();
    if (heard > 1 || passedOn > 1 || accepted - heard - passedOn != undelivered) {
      wrong.add(
          "of %d messages the bot has %d and the agent has %d, and undelivered are %d"
              .formatted(accepted, heard, passedOn, undelivered));
    }
    JsonNode transfer = view.path("transfers").path(0);
    String report = transfer.path("report").asText("none");
    return new Found(
        incidents.get(key),
        view.path("state").asText(),
        report.equals("failed") ? report + " " + transfer.path("reason").asText() : report,
        transfer.path("attempts").path(0).path("outcome").asText("none"),
        undelivered,
        aftermath.openCases(one.queue(), one.agent()),
        wrong);
  }

  @Override
  public void close() {
    channels.shutdownNow();
    trial.close();
  }
}
