package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Offers;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A process is killed, as by a crash, and another on the same database takes its work over. */
class TakeOverTest {

  private static final String TRANSFER = "Transfer To Agent";
  private static final List<String> KEYS =
      List.of("turn", "talk", "open", "offer", "tell", "deliver", "switch", "chain");

  /** Over before others take over: until then a session is busy, and would have them wait. */
  private static final String LATE = "{\"delayMs\":8000}";

  private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

  private final Org org = new Org();

  @Test
  void whatAKilledNodeHadUnderWayIsFinishedByAnother() {
    String database = Postgres.newDatabase();
    String[] properties = {Postgres.USER[0], "baton.targets.enabled=queue,bot"};
    for (String key : KEYS) {
      org.addQueue(queue(key), "wait", 0);
      org.addBot(bot(key), queue(key));
    }
    for (String key : List.of("switch", "chain")) {
      org.addBot(otherBot(key));
      org.addBotBefore(bot(key), otherBot(key));
    }
    try (org;
        Baton doomed = Baton.forkOn(database, org.simulator(), properties);
        Baton other = Baton.startOn(database, org.simulator(), properties)) {
      for (String key : KEYS) {
        assertThat(doomed.startProcess(key, "botId", bot(key)).status()).isEqualTo(200);
        doomed.awaitAt(key, "WaitForCustomer");
      }
      theOtherNodesRequestComesFirst(doomed, other);
      for (String key : List.of("open", "tell", "deliver")) {
        say(doomed, key, TRANSFER);
      }
      String open = caseId(other, "open");
      String tell = caseId(other, "tell");
      String deliver = caseId(other, "deliver");
      say(doomed, "deliver", "held");

      late("{\"session\":\"%s\",\"body\":\"Order Status\"}".formatted(session(other, "talk")));
      late("{\"path\":\"/sobjects/Case$\",\"body\":\"%s\"}".formatted(queue("offer")));
      late("{\"body\":\"transferSucceeded\",\"session\":\"%s\"}".formatted(session(other, "tell")));
      late("{\"path\":\"/sobjects/CaseComment$\",\"body\":\"held\"}");
      late("{\"session\":\"%s\",\"method\":\"DELETE\"}".formatted(session(other, "switch")));
      late("{\"path\":\"/bots/%s/sessions$\"}".formatted(otherBot("chain")));
      say(doomed, "switch", TRANSFER);
      say(doomed, "chain", TRANSFER);
      org.accept(tell);
      org.accept(deliver);
      say(doomed, "talk", "Order Status");
      say(doomed, "offer", TRANSFER);
      Awaitility.await("the calls of the doomed")
          .atMost(LONG_ENOUGH)
          .until(
              () ->
                  came("talk", "Order Status")
                      && Org.created(org.journal(), "Case", queue("offer")) == 1
                      && came("tell", "transferSucceeded")
                      && came("switch", "end Transfer")
                      && Org.sessions(org.journal(), otherBot("chain")).size() == 1
                      && Org.created(org.journal(), "CaseComment", "held") == 1);
      doomed.kill();
      System.out.printf(
          "%d calls under way at the kill%n",
          org.journal().stream().filter(Org::unanswered).count());
      long killed = System.nanoTime();
      org.heal();
      org.accept(open);

      other.awaitAt("talk", "WaitForCustomer");
      System.out.printf("talk: %.1f s after the kill%n", seconds(killed));
      org.accept(caseId(other, "offer"));
      for (String key : List.of("open", "offer", "tell", "deliver")) {
        Awaitility.await(key).atMost(LONG_ENOUGH).until(() -> other.instances(key).isEmpty());
        System.out.printf("%s: %.1f s after the kill%n", key, seconds(killed));
      }
      for (String key : List.of("talk", "switch", "chain")) {
        other.awaitAt(key, "WaitForCustomer");
        other.leave(key);
        other.awaitOver(key);
      }

      List<JsonNode> journal = org.journal();
      heard(journal, "talk", "start", "Order Status", "end UserRequest");
      for (String key : List.of("open", "offer", "tell", "deliver")) {
        heard(journal, key, "start", TRANSFER, "transferSucceeded", "end Transfer");
        assertThat(Org.created(journal, "Case", queue(key))).as(key).isEqualTo(1);
      }
      assertThat(Org.created(journal, "CaseComment", "held")).isEqualTo(1);
      heard(journal, "switch", "start", TRANSFER, "transferSucceeded", "end Transfer");
      assertThat(fromTheOtherBot(journal, "switch"))
          .containsExactly(List.of("start", "end UserRequest"));
      heard(journal, "chain", "start", TRANSFER, "transferSucceeded", "end Transfer");
      assertThat(fromTheOtherBot(journal, "chain"))
          .as("the session whose answer was lost with the process expires by itself")
          .containsExactly(List.of("start"), List.of("start", "end UserRequest"));
    }
  }

  /** The customer leaves at one node while the other has a message at the bot. */
  private void theOtherNodesRequestComesFirst(Baton one, Baton other) {
    org.fault("{\"session\":\"%s\"}".formatted(session(other, "turn")), "{\"delayMs\":1000}");
    say(one, "turn", "Order Status");
    Awaitility.await("the message is at the bot")
        .atMost(LONG_ENOUGH)
        .until(() -> org.journal().stream().anyMatch(Org::unanswered));
    other.leave("turn");
    other.awaitOver("turn");
    heard(org.journal(), "turn", "start", "Order Status", "end UserRequest");
  }

  private boolean came(String key, String line) {
    List<JsonNode> journal = org.journal();
    return Org.takenIn(journal, Org.sessions(journal, bot(key)).get(0)).contains(line);
  }

  private void late(String match) {
    org.fault(match, LATE);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static void say(Baton baton, String key, String text) {
    assertThat(baton.correlate(key, text, text).status()).isEqualTo(204);
  }

  private static String caseId(Baton baton, String key) {
    List<Attempt> offers =
        Awaitility.await(key)
            .atMost(LONG_ENOUGH)
            .until(
                () -> baton.bean(Offers.class).open(key),
                now -> now.size() == 1 && now.get(0).reference() != null);
    return String.valueOf(offers.get(0).reference());
  }

  private static String session(Baton baton, String key) {
    return String.valueOf(baton.bean(Conversations.class).find(key).orElseThrow().sessionId());
  }

  private static void heard(List<JsonNode> journal, String key, String... lines) {
    List<String> sessions = Org.sessions(journal, bot(key));
    assertThat(sessions).as(key).hasSize(1);
    assertThat(Org.takenIn(journal, sessions.get(0))).as(key).containsExactly(lines);
  }

  private static List<List<String>> fromTheOtherBot(List<JsonNode> journal, String key) {
    return Org.sessions(journal, otherBot(key)).stream()
        .map(session -> Org.takenIn(journal, session))
        .toList();
  }

  private static String otherBot(String key) {
    return Org.bot(100_000 + (key.hashCode() & 0xffff));
  }

  private static String bot(String key) {
    return Org.bot(key.hashCode() & 0xffff);
  }

  private static String queue(String key) {
    return Org.queue(key.hashCode() & 0xffff);
  }
}
