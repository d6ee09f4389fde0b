package dev.baton.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Conversations;
import dev.baton.dispatch.RetryPolicy;
import dev.baton.http.RawServer;
import dev.baton.http.TestServer;
import dev.baton.http.TimeLimits;
import dev.baton.it.support.Baton;
import dev.baton.it.support.HostileFront;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Each {@link HostileAnswers hostile answer} in each role that a remote system has, to a
 * conversation of its own, all in one application at the same time. None of them does harm to
 * another conversation or to the node, and each conversation comes to an end that is defined.
 */
@Timeout(600)
class HostileRemoteTest {

  private static final int MODES = 60;
  private static final List<String> ROLES = List.of("token-", "bot-", "org-", "webhook-");

  /** How many hostile conversations follow until another one has a turn. */
  private static final int EVERY_SO_MANY = 20;

  private static final String TRANSFER = "Transfer To Agent";
  private static final String WEBHOOK = "baton.targets.webhook.";
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);

  /** It may end, stand at an incident, or go on where the answer could be understood. */
  private static final Set<String> DEFINED = Set.of("ended", "failed", "talking");

  @Configuration(proxyBeanMethods = false)
  static class Impatient {

    @Bean
    TimeLimits shortLimits() {
      return new TimeLimits(
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          Duration.ofMillis(700),
          Duration.ofMillis(1500));
    }

    @Bean
    RetryPolicy oneRetry() {
      return new RetryPolicy(List.of(Duration.ofMillis(50)), Duration.ofSeconds(20));
    }
  }

  private final Org org = new Org();
  private final TestServer canary = new TestServer(request -> TestServer.Reply.json(200, "{}"));
  private final HostileAnswers answers = new HostileAnswers(canary.uri());
  private final List<String> names = List.copyOf(answers.all().keySet());
  private final Map<String, String> bots = new LinkedHashMap<>();
  private final Map<String, String> queues = new LinkedHashMap<>();
  private final Queue<String> tokens = new ConcurrentLinkedQueue<>();
  private final Set<String> met = ConcurrentHashMap.newKeySet();

  /** A share of the campaign below. */
  @Test
  void noAnswerDoesHarmInOneRole() throws Exception {
    Set<String> modes = new LinkedHashSet<>();
    for (int i = 0; i < names.size(); i++) {
      modes.add(ROLES.get(i % ROLES.size()) + names.get(i));
    }
    run(modes, false);
  }

  @Tag("campaign")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noAnswerDoesHarmInAnyRole(boolean isH2) throws Exception {
    Set<String> modes = new LinkedHashSet<>();
    names.forEach(name -> ROLES.forEach(role -> modes.add(role + name)));
    assertThat(modes).hasSizeGreaterThanOrEqualTo(MODES);
    run(modes, isH2);
  }

  private void run(Set<String> modes, boolean isH2) throws Exception {
    names.stream().filter(name -> modes.contains("token-" + name)).forEach(tokens::add);
    try (org;
        canary;
        HostileFront front = new HostileFront(org.simulator(), this::hostile)) {
      script();
      List<String> properties = new ArrayList<>(List.of(front.properties()));
      Collections.addAll(
          properties,
          "baton.api.answer-limit=1s",
          // Each call is to meet its answer: no system counts as down.
          "baton.outage.calls=100000");
      names.forEach(
          name -> {
            properties.add(WEBHOOK + name + ".url=" + front.uri() + "/hook/" + name + "/");
            properties.add(WEBHOOK + name + ".secret=sixteen characters");
          });
      if (!isH2) {
        properties.add(Postgres.USER[0]);
      }
      String database =
          isH2
              ? "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=10000"
              : Postgres.newDatabase();
      try (Baton baton =
          Baton.startOn(
              database, org.simulator(), Impatient.class, properties.toArray(String[]::new))) {
        theTokenEndpoint(baton);
        theOthers(baton, modes);
        assertThat(met).containsExactlyInAnyOrderElementsOf(modes);
        assertThat(canary.requests).as("where redirects lead").isEmpty();
        assertThat(answers.accepted())
            .allSatisfy(
                (name, bytes) -> assertThat(bytes).as(name).isLessThan(HostileAnswers.ENDLESS));
      }
    }
  }

  /** There is one for all conversations: they fail, and go on once it gives tokens. */
  private void theTokenEndpoint(Baton baton) {
    List<String> keys = new ArrayList<>();
    while (!tokens.isEmpty()) {
      String key = "token-" + keys.size();
      keys.add(key);
      baton.startProcess(key, "botId", Org.bot(1));
      awaitDefined(baton, key);
    }
    keys.forEach(key -> awaitTalking(baton, key));
  }

  private void theOthers(Baton baton, Set<String> modes) {
    baton.startProcess("other", "botId", Org.bot(1));
    awaitTalking(baton, "other");
    String session =
        String.valueOf(baton.bean(Conversations.class).find("other").orElseThrow().sessionId());
    List<String> others = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (String key : modes) {
      if (!key.startsWith("token-")) {
        keys.add(key);
        baton.startProcess(key, "botId", java.util.Objects.requireNonNull(bots.get(key)));
      }
    }
    for (int i = 0; i < keys.size(); i++) {
      String key = keys.get(i);
      if (!key.startsWith("bot-")) {
        assertThat(baton.correlate(key, "m1", TRANSFER).status()).isEqualTo(204);
      }
      if (i % EVERY_SO_MANY == 0) {
        others.add(key);
        assertThat(baton.correlate("other", key, key).status()).isEqualTo(204);
        awaitTalking(baton, "other");
      }
    }
    keys.forEach(key -> awaitDefined(baton, key));
    assertThat(Org.takenIn(org.journal(), session)).containsSubsequence(others);
    assertThat(baton.send(baton.request("/health/ready").GET()).status()).isEqualTo(200);
  }

  /** An operator retries what failed: on a slow machine healthy answers are late as well. */
  private static void awaitTalking(Baton baton, String key) {
    Awaitility.await(key + " talks")
        .atMost(LONG_ENOUGH)
        .until(
            () -> retried(baton, key),
            now -> now.path("state").asText().equals("talking") && isAtRest(now));
  }

  private static JsonNode retried(Baton baton, String key) {
    JsonNode now = baton.conversation(key);
    if (now.path("state").asText().equals("failed")) {
      for (JsonNode task : baton.get("/engine-rest/external-task?noRetriesLeft=true").json()) {
        if (task.path("businessKey").asText().equals(key)) {
          baton.put("external-task/" + task.path("id").asText() + "/retries", "{\"retries\":1}");
        }
      }
    }
    return now;
  }

  private static void awaitDefined(Baton baton, String key) {
    Awaitility.await(key + " comes to something")
        .atMost(LONG_ENOUGH)
        .until(
            () -> baton.conversation(key),
            now -> DEFINED.contains(now.path("state").asText()) && isAtRest(now));
  }

  /**
   * What is taken back when a conversation is over may go on for long: it is all the same to it.
   */
  private static boolean isAtRest(JsonNode conversation) {
    return !conversation.path("state").asText().equals("talking")
        || conversation.path("underWay").isEmpty();
  }

  private void script() {
    org.addBot(Org.bot(1));
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      bots.put("bot-" + name, Org.bot(1000 + i));
      bots.put("org-" + name, Org.bot(2000 + i));
      bots.put("webhook-" + name, Org.bot(3000 + i));
      queues.put("org-" + name, Org.queue(2000 + i));
      org.addBot(Org.bot(1000 + i));
      org.addQueue(Org.queue(2000 + i), "wait", 0);
      org.addBot(Org.bot(2000 + i), Org.queue(2000 + i));
      org.simulator()
          .script(
              """
              {"bots":{"%s":{"targets":[{"type":"Baton:Webhook","value":"%s"}]}}}"""
                  .formatted(Org.bot(3000 + i), name));
    }
  }

  private Optional<RawServer.Behaviour> hostile(HostileFront.Request request) {
    return mode(request)
        .map(
            mode -> {
              met.add(mode);
              return answers.all().get(mode.substring(mode.indexOf('-') + 1));
            });
  }

  private Optional<String> mode(HostileFront.Request request) {
    if (request.path().equals("/services/oauth2/token")) {
      return Optional.ofNullable(tokens.poll()).map(name -> "token-" + name);
    }
    if (request.path().startsWith("/hook/")) {
      return Optional.of("webhook-" + request.path().split("/", -1)[2]);
    }
    if (request.path().startsWith("/services/data/")) {
      return named(request, queues.entrySet().stream());
    }
    return named(request, bots.entrySet().stream().filter(bot -> bot.getKey().startsWith("bot-")));
  }

  private static Optional<String> named(
      HostileFront.Request request, Stream<Map.Entry<String, String>> ids) {
    return ids.filter(id -> request.names(id.getValue())).map(Map.Entry::getKey).findFirst();
  }
}
