package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Kind;
import dev.baton.it.support.OrgTrail;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of target of an org in whole conversations: what becomes of the transfer, what the bot
 * is told, what the org is asked for and what is left in it.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class EveryKind {

  static final String ADA = Simulator.DEMO_AGENT_ID;
  static final String BEN = "005xx0000000002AAA";
  static final String GOES = "'org':{'afterDecline':'goes'}";
  private static final String LATE =
      "'agents':{'%s':{'does':'accept-after-withdraw'}}".formatted(ADA);
  private static final String[] TOLD_SUCCESS = {
    "start", "text", "transferSucceeded", "end Transfer"
  };
  private static final String[] TOLD_FAILURE = {"start", "text", "transferFailed", "end Other"};
  private static final String[] TOLD_ERROR = {"start", "text", "transferFailed", "end Error"};

  private final Set<String> casesBefore = new HashSet<>();
  Trial trial;

  /** The application's settings. */
  abstract String[] settings();

  /** The kinds that it serves. */
  abstract Stream<Kind> kinds();

  @BeforeAll
  void start() {
    trial = Trial.startWith(ShortRetries.class, settings());
  }

  @AfterAll
  void stop() {
    trial.close();
  }

  @BeforeEach
  void rememberTheCases() {
    trial.query("SELECT Id FROM Case").forEach(kase -> casesBefore.add(kase.path("Id").asText()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whoeverAcceptsHasTheConversationAlone(Kind kind) {
    String key = escalate(kind, "accepted");
    trial.accept(trial.awaitCase(key, 1));
    OrgTrail trail = over(key, "transferred");
    assertThat(trail.writes()).containsExactly(kind.offer);
    assertThat(trail.reads()).containsExactlyInAnyOrderElementsOf(kind.reads());
    assertThat(Baton.askedOfTheBot(trial.simulator)).containsExactly(TOLD_SUCCESS);
    assertThat(transfer(key)).isEqualTo("succeeded: accepted");
    assertThat(openCases()).containsExactly(ADA);
    assertSentByTheBook();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void nothingStaysWithWhomTheConversationWasDeclinedBy(Kind kind) {
    String key = escalate(kind, "declined", GOES);
    trial.decline(trial.awaitCase(key, 1));
    OrgTrail trail = over(key, "ended");
    assertThat(trail.writes()).containsExactly(kind.offer, Kind.CLOSE);
    assertThat(Baton.askedOfTheBot(trial.simulator)).containsExactly(TOLD_FAILURE);
    assertThat(transfer(key)).isEqualTo("failed NoAgentAvailable: declined");
    assertThat(openCases()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatNobodyAnswersIsTakenBackWhenPatienceIsOver(Kind kind) {
    String key = escalateWithLittlePatience(kind, "silence");
    OrgTrail trail = over(key, "ended");
    assertThat(trail.writes()).containsExactlyElementsOf(then(kind.offer, kind.withdrawal()));
    assertThat(trail.looksAtWorkInTheEnd()).isTrue();
    assertThat(Baton.askedOfTheBot(trial.simulator)).containsExactly(TOLD_FAILURE);
    assertThat(transfer(key)).isEqualTo("failed NoAgentAvailable: timed-out");
    assertThat(openCases()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatTheOrgRefusesIsAnErrorAndLeavesNothing(Kind kind) {
    String key =
        escalate(
            kind,
            "refused",
            "'flows':{'Route_Chat':{'does':'fail'}}",
            fault(
                "'method':'POST','path':'/sobjects/Case$','times':0",
                "'status':400,'error':'FIELD_CUSTOM_VALIDATION_EXCEPTION'"));
    OrgTrail trail = over(key, "ended");
    String refused = kind.offer.startsWith("POST composite") ? kind.offer : kind.offer + " -> 400";
    assertThat(trail.writes()).containsExactly(refused);
    assertThat(Baton.askedOfTheBot(trial.simulator)).containsExactly(TOLD_ERROR);
    assertThat(transfer(key)).isEqualTo("failed Error: error");
    assertThat(openCases()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aCustomerWhoCancelsGoesOnWithTheBotAndTheOfferIsTakenBack(Kind kind) {
    String key = escalate(kind, "cancelled");
    trial.awaitCase(key, 1);
    assertThat(cancel(key)).isEqualTo(204);
    trial.baton.awaitState(key, "talking");
    trial.baton.awaitAt(key, "WaitForCustomer");
    OrgTrail trail = OrgTrail.of(trial, key);
    assertThat(trail.writes()).containsExactlyElementsOf(then(kind.offer, kind.withdrawal()));
    assertThat(Baton.askedOfTheBot(trial.simulator))
        .containsExactly("start", "text", "transferFailed");
    assertThat(transfer(key)).isEqualTo("failed NoAgentAvailable: withdrawn-by-customer");
    assertThat(openCases()).isEmpty();
    trial.baton.leave(key);
    trial.baton.awaitOver(key);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aCustomerWhoLeavesTakesTheOfferAlong(Kind kind) {
    String key = escalate(kind, "left");
    trial.awaitCase(key, 1);
    trial.baton.leave(key);
    OrgTrail trail = over(key, "ended");
    assertThat(trail.writes()).containsExactlyElementsOf(then(kind.offer, kind.withdrawal()));
    assertThat(Baton.askedOfTheBot(trial.simulator))
        .containsExactly("start", "text", "end UserRequest");
    assertThat(transfer(key)).isEqualTo("null: withdrawn-by-customer");
    assertThat(openCases()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whoeverAcceptsDuringTheWithdrawalHasTheConversation(Kind kind) {
    String key = escalateWithLittlePatience(kind, "late", LATE);
    OrgTrail trail = over(key, "transferred");
    assertThat(trail.writes())
        .containsExactlyElementsOf(then(kind.offer, then(kind.withdrawal(), Kind.OPEN_AGAIN)));
    assertThat(Baton.askedOfTheBot(trial.simulator)).containsExactly(TOLD_SUCCESS);
    assertThat(transfer(key)).isEqualTo("succeeded: accepted");
    assertThat(openCases()).containsExactly(ADA);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whoeverAcceptsAfterTheCustomerLeftIsToldThatNobodyIsThere(Kind kind) {
    String key = escalate(kind, "nobody there", LATE);
    trial.awaitCase(key, 1);
    trial.baton.leave(key);
    OrgTrail trail = over(key, "ended");
    assertThat(trail.writes())
        .containsExactlyElementsOf(
            then(kind.offer, then(then(kind.withdrawal(), Kind.OPEN_AGAIN), Kind.CLOSE)));
    assertThat(Baton.askedOfTheBot(trial.simulator))
        .containsExactly("start", "text", "end UserRequest");
    assertThat(transfer(key)).isEqualTo("null: withdrawn-by-customer");
    assertThat(openCases()).isEmpty();
  }

  /** The create is done, and nobody hears of it. */
  @ParameterizedTest
  @MethodSource("kinds")
  void whatMayHaveBeenMadeIsFoundAgainAndNotMadeTwice(Kind kind) {
    String key =
        escalate(
            kind,
            "lost",
            fault(
                "'method':'POST','path':'(sobjects/Case|composite|Route_Chat)$'",
                "'connection':'reset-after'"));
    trial.accept(trial.awaitCase(key, 1));
    OrgTrail trail = over(key, "transferred");
    assertThat(trail.writes()).containsExactly(kind.offer);
    assertThat(trail.reads()).contains("SELECT Id FROM Case WHERE Subject='Chat transfer <offer>'");
    assertThat(Baton.askedOfTheBot(trial.simulator)).containsExactly(TOLD_SUCCESS);
    assertThat(openCases()).containsExactly(ADA);
  }

  final String escalate(Kind kind, String what, String... script) {
    String key = kind + " " + what;
    script(kind, script);
    trial.baton.begin(key);
    trial.baton.write(key, "m1", "Transfer To Agent");
    return key;
  }

  final String escalateWithLittlePatience(Kind kind, String what, String... script) {
    String key = kind + " " + what;
    script(kind, script);
    trial.begin(key, "patience", "PT2S");
    trial.baton.write(key, "m1", "Transfer To Agent");
    return key;
  }

  final void script(Kind kind, String... members) {
    List<String> all = new ArrayList<>(List.of(members));
    all.add("'bots':{'%s':{'targets':[%s]}}".formatted(Simulator.DEMO_BOT_ID, kind.target()));
    trial.script("{" + String.join(",", all) + "}");
  }

  final int cancel(String key) {
    String path = "/api/conversations/" + key.replace(" ", "%20") + "/transfer";
    return trial.baton.send(trial.baton.request(path).DELETE()).status();
  }

  static String fault(String match, String then) {
    return "'faults':[{'match':{%s},'then':{%s}}]".formatted(match, then);
  }

  final OrgTrail over(String key, String state) {
    trial.baton.awaitState(key, state);
    trial.awaitNothingLeft(key);
    return OrgTrail.of(trial, key);
  }

  /** What the bot was told, and how each offer ended. */
  final String transfer(String key) {
    JsonNode transfers = trial.baton.conversation(key).path("transfers");
    assertThat(transfers).hasSize(1);
    JsonNode transfer = transfers.path(0);
    StringBuilder line = new StringBuilder(transfer.path("report").asText());
    if (transfer.hasNonNull("reason")) {
      line.append(' ').append(transfer.path("reason").asText());
    }
    line.append(':');
    transfer.path("attempts").forEach(a -> line.append(' ').append(a.path("outcome").asText()));
    return line.toString();
  }

  /** Nobody rings or waits; the owners of the cases that are not closed. */
  final List<String> openCases() {
    assertThat(trial.query("SELECT Id FROM PendingServiceRouting")).isEmpty();
    assertThat(trial.query("SELECT Id FROM SkillRequirement")).isEmpty();
    assertThat(trial.query("SELECT Id FROM AgentWork WHERE Status='Assigned'")).isEmpty();
    return trial.query("SELECT Id,OwnerId,Status FROM Case").stream()
        .filter(kase -> !casesBefore.contains(kase.path("Id").asText()))
        .filter(kase -> !kase.path("Status").asText().equals("Closed"))
        .map(kase -> kase.path("OwnerId").asText())
        .toList();
  }

  final void assertSentByTheBook() {
    for (JsonNode call : trial.simulator.journal()) {
      JsonNode headers = call.path("headers");
      if (call.path("path").asText().startsWith("/services/data/")) {
        assertThat(headers.path("Authorization").asText()).isEqualTo("Bearer ***");
        assertThat(headers.path("Content-Type").asText(""))
            .isEqualTo(call.path("body").isNull() ? "" : "application/json");
        assertThat(call.has("duplicateOf")).isFalse();
      }
    }
  }

  static List<String> then(String first, List<String> rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all;
  }

  static List<String> then(List<String> first, String last) {
    List<String> all = new ArrayList<>(first);
    all.add(last);
    return all;
  }
}
