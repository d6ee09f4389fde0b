package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Offers;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.camunda.bpm.engine.HistoryService;

/**
 * A conversation in every state in which one can wait, for tests in which the application is not
 * the same before and after.
 */
final class Guests {

  private static final String ORDER_STATUS = "Order Status";
  private static final String TRANSFER = "Transfer To Agent";

  /** The org does not take the call: the order is on its way to the next try. */
  static final String REFUSED = "{\"status\":503}";

  private final Org org;
  private final Duration silence;
  private final List<Guest> all = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // Set before the first guest does anything.
  private Baton baton;

  /**
   * Guests of this org, which gets to know their bots and queues.
   *
   * @param silence of the one who says nothing
   * @param underWay what the org does with a call that is to be under way
   */
  Guests(Org org, Duration silence, String underWay) {
    this.org = org;
    this.silence = silence;
    org.simulator().script("{\"org\":{\"afterDecline\":\"goes\"}}");
    all.add(new Waiting());
    all.add(new Silent());
    all.add(new OfferOpen());
    all.add(new AtIncident());
    for (String fault : List.of(REFUSED, underWay)) {
      all.add(new Starting(fault));
      all.add(new Sending(fault));
      all.add(new Offering(fault));
      all.add(new WithdrawingOthers(fault));
      all.add(new WithdrawingAll(fault));
      all.add(new TellingSuccess(fault));
      all.add(new TellingFailure(fault));
      all.add(new Delivering(fault));
      all.add(new EndingTransferred(fault));
      all.add(new EndingSession(fault));
      all.add(new Switching(fault, "Offer"));
      all.add(new Switching(fault, "TellSucceeded"));
      all.add(new Switching(fault, "EndTransferred"));
    }
    all.add(new Racing());
    all.add(new AskingWhoIsThere(underWay));
    for (int i = 0; i < all.size(); i++) {
      all.get(i).settle(i + 1);
    }
  }

  List<Guest> all() {
    return all;
  }

  /** From now on they are at this application. */
  void at(Baton application) {
    baton = application;
  }

  /** A conversation with a bot and two queues of its own, and the state in which it waits. */
  abstract class Guest {

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

    String fault() {
      return fault;
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
      start("silence", silence.toString());
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
      return fault().equals(REFUSED) ? "SendMessage" : "WaitForCustomer";
    }

    @Override
    void goOn() {
      // One order follows the other in the same transaction.
      Awaitility.await(key + " sent")
          .atMost(Duration.ofSeconds(60))
          .until(() -> baton.conversation(key).path("underWay").isEmpty());
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
    void settle(int n) {
      super.settle(n);
      org.addBot(bot, queue, otherQueue);
    }

    @Override
    void approach() {
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

  private final class Racing extends Guest {
    Racing() {
      super(REFUSED);
    }

    @Override
    void settle(int n) {
      super.settle(n);
      org.addBot(bot, queue, otherQueue);
    }

    @Override
    void approach() {
      start("strategy", "race");
      baton.awaitAt(key, "WaitForCustomer");
      say(TRANSFER);
      awaitOffers(2);
    }

    @Override
    void enter() {}

    @Override
    String step() {
      return "Offer";
    }

    @Override
    void goOn() {
      org.accept(String.valueOf(awaitOffers(2).get(1).reference()));
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

  private final class AskingWhoIsThere extends Guest {
    AskingWhoIsThere(String fault) {
      super(fault);
    }

    @Override
    void settle(int n) {
      super.settle(n);
      org.addBot(bot, queue, otherQueue);
    }

    @Override
    void approach() {
      talk();
      org.fault("{\"method\":\"GET\",\"query\":\"%s\"}".formatted(otherQueue), fault());
    }

    @Override
    void enter() {
      say(TRANSFER);
    }

    @Override
    String step() {
      return "AskAvailability";
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
}
