package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Offers;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.camunda.bpm.engine.HistoryService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application is stopped while conversations stand in every state in which one can wait, and
 * another is started on the same database. The org goes on living meanwhile: its journal shows what
 * reached it in all.
 */
class SurvivalTest {

  private static final String ORDER_STATUS = "Order Status";
  private static final String TRANSFER = "Transfer To Agent";

  /** The org does not take the call: the order is on its way to the next try at the stop. */
  private static final String REFUSED = "{\"status\":503}";

  /** The org takes the call and answers late: the call is under way at the stop. */
  private static final String LATE = "{\"delayMs\":2500}";

  private final Org org = new Org();

  @SuppressWarnings("NullAway.Init") // Each test starts its own.
  private Baton baton;

  @Test
  void aStopLosesNothingOnH2(@TempDir Path folder) {
    survives(
        "jdbc:h2:file:" + folder.resolve("baton") + ";LOCK_TIMEOUT=10000;DB_CLOSE_ON_EXIT=FALSE");
  }

  @Test
  void aStopLosesNothingOnPostgres() {
    survives(Postgres.newDatabase(), Postgres.USER);
  }

  private void survives(String database, String... user) {
    List<String> all = new ArrayList<>(List.of(user));
    all.add("baton.targets.enabled=queue,bot");
    String[] properties = all.toArray(String[]::new);
    try (org) {
      org.simulator().script("{\"org\":{\"afterDecline\":\"goes\"}}");
      List<Guest> guests = guests();
      baton = Baton.startOn(database, org.simulator(), properties);
      try {
        guests.forEach(Guest::approach);
        guests.forEach(Guest::enter);
        guests.forEach(Guest::arrived);
      } finally {
        baton.close();
      }
      org.heal();
      baton = Baton.startOn(database, org.simulator(), properties);
      try {
        guests.forEach(Guest::goOn);
        guests.forEach(Guest::over);
        guests.forEach(Guest::check);
        assertThat(baton.get("/engine-rest/execution/count").json().path("count").asInt()).isZero();
        assertThat(baton.get("/engine-rest/event-subscription/count").json().path("count").asInt())
            .as("only those of the three messages that start the inbox")
            .isEqualTo(3);
      } finally {
        baton.close();
      }
    }
  }

  private List<Guest> guests() {
    List<Guest> guests = new ArrayList<>();
    guests.add(new Waiting());
    guests.add(new Silent());
    guests.add(new OfferOpen());
    guests.add(new AtIncident());
    for (String fault : List.of(REFUSED, LATE)) {
      guests.add(new Starting(fault));
      guests.add(new Sending(fault));
      guests.add(new Offering(fault));
      guests.add(new WithdrawingOthers(fault));
      guests.add(new WithdrawingAll(fault));
      guests.add(new TellingSuccess(fault));
      guests.add(new TellingFailure(fault));
      guests.add(new Delivering(fault));
      guests.add(new EndingTransferred(fault));
      guests.add(new EndingSession(fault));
      guests.add(new Switching(fault, "Offer"));
      guests.add(new Switching(fault, "TellSucceeded"));
      guests.add(new Switching(fault, "EndTransferred"));
    }
    for (int i = 0; i < guests.size(); i++) {
      guests.get(i).settle(i + 1);
    }
    return guests;
  }

  /** A conversation with a bot and two queues of its own, and the state in which it waits. */
  private abstract class Guest {

    private final String fault;
    String key = "";
    String bot = "";
    String queue = "";
    String otherQueue = "";

    Guest(String fault) {
      this.fault = fault;
    }

    void settle(int n) {
      key = "%s-%d".formatted(getClass().getSimpleName(), n);
      bot = Org.bot(100 + n);
      queue = Org.queue(1000 + 2 * n);
      otherQueue = Org.queue(1001 + 2 * n);
      org.addQueue(queue, "wait", 0);
      org.addQueue(otherQueue, "wait", 0);
      org.addBot(bot, queue);
    }

    /** Goes to the state before. */
    abstract void approach();

    /** Does what leads into the state. */
    abstract void enter();

    /** The step where its token then is. */
    abstract String step();

    /** After the restart: does what leads to the end, if anything has to be done. */
    void goOn() {}

    /** What its bot took in, all in all. */
    abstract List<String> heard();

    void arrived() {
      String instance = baton.bean(Conversations.class).find(key).orElseThrow().processInstanceId();
      // In the history: a call under way may have come back when the others have arrived.
      Awaitility.await(key + " at " + step())
          .atMost(Duration.ofSeconds(90))
          .until(
              () ->
                  baton
                          .bean(HistoryService.class)
                          .createHistoricActivityInstanceQuery()
                          .processInstanceId(instance)
                          .activityId(step())
                          .count()
                      > 0);
    }

    void start(String... variables) {
      List<String> all = new ArrayList<>(List.of("botId", bot));
      all.addAll(List.of(variables));
      assertThat(baton.startProcess(key, all.toArray(String[]::new)).status()).isEqualTo(200);
    }

    void talk() {
      start();
      baton.awaitAt(key, "WaitForCustomer");
    }

    void say(String text) {
      assertThat(baton.correlate(key, text, text).status()).isEqualTo(204);
    }

    void leave() {
      assertThat(baton.leave(key).status()).isEqualTo(204);
    }

    void beOffered() {
      talk();
      say(TRANSFER);
      awaitOffers(1);
    }

    List<Attempt> awaitOffers(int count) {
      return Awaitility.await(key + " has offers")
          .atMost(Duration.ofSeconds(90))
          .until(
              () -> baton.bean(Offers.class).open(key),
              offers ->
                  offers.stream().filter(offer -> offer.reference() != null).count() == count);
    }

    String caseId() {
      return String.valueOf(awaitOffers(1).get(0).reference());
    }

    void faultOfSession(String match) {
      String session = baton.bean(Conversations.class).find(key).orElseThrow().sessionId();
      org.fault("{\"session\":\"%s\",%s}".formatted(session, match), fault);
    }

    void faultOfOrg(String method, String path, String body) {
      org.fault(
          "{\"method\":\"%s\",\"path\":\"%s\",\"body\":\"%s\"}".formatted(method, path, body),
          fault);
    }

    void over() {
      Awaitility.await(key + " over")
          .atMost(Duration.ofSeconds(90))
          .until(() -> baton.instances(key).isEmpty());
    }

    void check() {
      List<JsonNode> journal = org.journal();
      List<String> sessions = Org.sessions(journal, bot);
      assertThat(sessions).as(key + ": sessions").hasSize(1);
      assertThat(Org.takenIn(journal, sessions.get(0))).as(key).isEqualTo(heard());
      checkOffers(journal);
      assertThat(baton.bean(Offers.class).open(key)).as(key + ": offers").isEmpty();
      assertThat(baton.conversation(key).path("undelivered").asInt()).as(key).isZero();
    }

    void checkOffers(List<JsonNode> journal) {
      long offers = heard().contains(TRANSFER) ? 1 : 0;
      assertThat(Org.created(journal, "Case", queue)).as(key + ": cases").isEqualTo(offers);
    }
  }

  private final class Waiting extends Guest {
    Waiting() {
      super(REFUSED);
    }

    @Override
    void approach() {
      talk();
    }

    @Override
    void enter() {}

    @Override
    String step() {
      return "WaitForCustomer";
    }

    @Override
    void goOn() {
      JsonNode turn = baton.write(key, "m1", ORDER_STATUS);
      assertThat(turn.path("messages").size()).isPositive();
      leave();
    }

    @Override
    List<String> heard() {
      return List.of("start", ORDER_STATUS, "end UserRequest");
    }
  }

  /** The timer falls due before, during or after the stop. */
  private final class Silent extends Guest {
    Silent() {
      super(REFUSED);
    }

    @Override
    void approach() {}

    @Override
    void enter() {
      start("silence", "PT4S");
    }

    @Override
    String step() {
      return "WaitForCustomer";
    }

    @Override
    List<String> heard() {
      return List.of("start", "end Expiration");
    }
  }

  private final class OfferOpen extends Guest {
    OfferOpen() {
      super(REFUSED);
    }

    @Override
    void approach() {
      beOffered();
    }

    @Override
    void enter() {
      say("meanwhile");
    }

    @Override
    String step() {
      return "Offer";
    }

    @Override
    void goOn() {
      org.accept(caseId());
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "transferSucceeded", "end Transfer");
    }

    @Override
    void checkOffers(List<JsonNode> journal) {
      super.checkOffers(journal);
      assertThat(Org.created(journal, "CaseComment", "meanwhile")).isPositive();
    }
  }

  private final class AtIncident extends Guest {
    AtIncident() {
      super("{\"status\":403}");
    }

    @Override
    void approach() {
      talk();
      faultOfSession("\"body\":\"" + ORDER_STATUS + "\"");
    }

    @Override
    void enter() {
      say(ORDER_STATUS);
      baton.awaitState(key, "failed");
    }

    @Override
    String step() {
      return "SendMessage";
    }

    @Override
    void goOn() {
      assertThat(baton.conversation(key).path("state").asText()).isEqualTo("failed");
      String instance = baton.instances(key).path(0).path("id").asText();
      String task =
          baton
              .get("/engine-rest/external-task?processInstanceId=" + instance)
              .json()
              .path(0)
              .path("id")
              .asText();
      Baton.Answer retried =
          baton.send(
              baton
                  .request("/engine-rest/external-task/" + task + "/retries")
                  .header("Content-Type", "application/json")
                  .PUT(BodyPublishers.ofString("{\"retries\":1}")));
      assertThat(retried.status()).isEqualTo(204);
      baton.awaitAt(key, "WaitForCustomer");
      leave();
    }

    @Override
    List<String> heard() {
      return List.of("start", ORDER_STATUS, "end UserRequest");
    }
  }

  private final class Starting extends Guest {
    Starting(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      faultOfOrg("POST", "/bots/" + bot + "/sessions", "");
    }

    @Override
    void enter() {
      start();
    }

    @Override
    String step() {
      return "StartSession";
    }

    @Override
    void goOn() {
      baton.awaitAt(key, "WaitForCustomer");
      leave();
    }

    @Override
    List<String> heard() {
      return List.of("start", "end UserRequest");
    }
  }

  private final class Sending extends Guest {
    Sending(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      talk();
      faultOfSession("\"body\":\"" + ORDER_STATUS + "\"");
    }

    @Override
    void enter() {
      say(ORDER_STATUS);
      say("and then");
    }

    @Override
    String step() {
      return "SendMessage";
    }

    @Override
    void goOn() {
      baton.awaitAt(key, "WaitForCustomer");
      leave();
    }

    @Override
    List<String> heard() {
      return List.of("start", ORDER_STATUS, "and then", "end UserRequest");
    }
  }

  private final class Offering extends Guest {
    Offering(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      talk();
      faultOfOrg("POST", "/sobjects/Case$", queue);
    }

    @Override
    void enter() {
      say(TRANSFER);
    }

    @Override
    String step() {
      return "Offer";
    }

    @Override
    void goOn() {
      org.accept(caseId());
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "transferSucceeded", "end Transfer");
    }
  }

  private final class WithdrawingOthers extends Guest {
    private String accepting = "";

    WithdrawingOthers(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      org.addBot(bot, queue, otherQueue);
      start("strategy", "race");
      baton.awaitAt(key, "WaitForCustomer");
      say(TRANSFER);
      List<Attempt> offers = awaitOffers(2);
      accepting = String.valueOf(offers.get(1).reference());
      faultOfOrg("PATCH", "/sobjects/Case/" + offers.get(0).reference(), "Closed");
    }

    @Override
    void enter() {
      org.accept(accepting);
    }

    @Override
    String step() {
      return "WithdrawOthers";
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "transferSucceeded", "end Transfer");
    }

    @Override
    void checkOffers(List<JsonNode> journal) {
      super.checkOffers(journal);
      assertThat(Org.created(journal, "Case", otherQueue)).isEqualTo(1);
    }
  }

  private final class WithdrawingAll extends Guest {
    WithdrawingAll(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      beOffered();
      faultOfOrg("PATCH", "/sobjects/Case/" + caseId(), "Closed");
    }

    @Override
    void enter() {
      leave();
    }

    @Override
    String step() {
      return "WithdrawAll";
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "end UserRequest");
    }
  }

  private final class TellingSuccess extends Guest {
    TellingSuccess(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      beOffered();
      faultOfSession("\"body\":\"transferSucceeded\"");
    }

    @Override
    void enter() {
      org.accept(caseId());
    }

    @Override
    String step() {
      return "TellSucceeded";
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "transferSucceeded", "end Transfer");
    }
  }

  private final class TellingFailure extends Guest {
    TellingFailure(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      beOffered();
      faultOfSession("\"body\":\"transferFailed\"");
    }

    @Override
    void enter() {
      org.decline(caseId());
    }

    @Override
    String step() {
      return "TellFailed";
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "transferFailed", "end Other");
    }
  }

  private final class Delivering extends Guest {
    Delivering(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      beOffered();
      say("first " + key);
      say("second " + key);
      faultOfOrg("POST", "/sobjects/CaseComment$", "first " + key);
    }

    @Override
    void enter() {
      org.accept(caseId());
    }

    @Override
    String step() {
      return "DeliverHeld";
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "transferSucceeded", "end Transfer");
    }

    @Override
    void checkOffers(List<JsonNode> journal) {
      super.checkOffers(journal);
      assertThat(Org.created(journal, "CaseComment", "first " + key)).as(key).isEqualTo(1);
      assertThat(Org.created(journal, "CaseComment", "second " + key)).as(key).isEqualTo(1);
    }
  }

  private final class EndingTransferred extends Guest {
    EndingTransferred(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      beOffered();
      faultOfSession("\"method\":\"DELETE\"");
    }

    @Override
    void enter() {
      org.accept(caseId());
    }

    @Override
    String step() {
      return "EndTransferred";
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "transferSucceeded", "end Transfer");
    }
  }

  private final class EndingSession extends Guest {
    EndingSession(String fault) {
      super(fault);
    }

    @Override
    void approach() {
      talk();
      faultOfSession("\"method\":\"DELETE\"");
    }

    @Override
    void enter() {
      leave();
    }

    @Override
    String step() {
      return "EndSession";
    }

    @Override
    List<String> heard() {
      return List.of("start", "end UserRequest");
    }
  }

  /** On the way from one bot to the next. */
  private final class Switching extends Guest {
    private final String step;
    private String otherBot = "";

    Switching(String fault, String step) {
      super(fault);
      this.step = step;
    }

    @Override
    void settle(int n) {
      super.settle(n);
      otherBot = Org.bot(500 + n);
      org.addBot(otherBot, queue);
      org.addBotBefore(bot, otherBot);
    }

    @Override
    void approach() {
      talk();
      switch (step) {
        case "Offer" -> faultOfOrg("POST", "/bots/" + otherBot + "/sessions", "");
        case "TellSucceeded" -> faultOfSession("\"body\":\"transferSucceeded\"");
        default -> faultOfSession("\"method\":\"DELETE\"");
      }
    }

    @Override
    void enter() {
      say(TRANSFER);
      say("meanwhile");
    }

    @Override
    String step() {
      return step;
    }

    @Override
    void goOn() {
      baton.awaitAt(key, "WaitForCustomer");
      assertThat(baton.write(key, "m1", ORDER_STATUS).path("messages").size()).isPositive();
      leave();
    }

    @Override
    List<String> heard() {
      return List.of("start", TRANSFER, "transferSucceeded", "end Transfer");
    }

    @Override
    void checkOffers(List<JsonNode> journal) {
      List<String> sessions = Org.sessions(journal, otherBot);
      assertThat(sessions).as(key + ": the other bot's sessions").hasSize(1);
      assertThat(Org.takenIn(journal, sessions.get(0)))
          .as(key + ": the other bot")
          .containsExactly("start", "meanwhile", ORDER_STATUS, "end UserRequest");
      assertThat(Org.sequence(journal, sessions.get(0))).as(key).containsExactly(1L, 2L);
    }
  }
}
