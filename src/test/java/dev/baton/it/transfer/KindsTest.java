package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Kind;
import dev.baton.it.support.OrgTrail;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues, skills, agents and flows, and what is particular about each. */
class KindsTest extends EveryKind {

  @Override
  String[] settings() {
    return new String[] {"baton.targets.enabled=queue,skill,agent,flow"};
  }

  @Override
  Stream<Kind> kinds() {
    return Stream.of(Kind.QUEUE, Kind.SKILL, Kind.AGENT, Kind.FLOW);
  }

  @Test
  void anAgentWhoDeclinedIsNotWaitedForAlthoughTheItemStaysInTheLine() {
    String key = escalate(Kind.AGENT, "stays");
    trial.decline(trial.awaitCase(key, 1));
    OrgTrail trail = over(key, "ended");
    assertThat(trail.writes()).containsExactly(Kind.AGENT.offer, Kind.LEAVE_LINE, Kind.CLOSE);
    assertThat(transfer(key)).isEqualTo("failed NoAgentAvailable: declined");
    assertThat(openCases()).isEmpty();
  }

  @Test
  void aSkillItemThatOneDeclinedIsTheNextAgentsAlthoughTheFirstOwnsTheCase() {
    String key =
        escalate(
            Kind.SKILL,
            "next",
            "'agents':{'%s':{'skills':[{'id':'%s'}]}}".formatted(BEN, Simulator.DEMO_SKILL_ID));
    String offered = trial.awaitCase(key, 1);
    trial.decline(offered);
    trial.accept(offered);
    OrgTrail trail = over(key, "transferred");
    assertThat(trail.writes()).containsExactly(Kind.SKILL.offer);
    assertThat(openCases()).containsExactly(BEN);
  }

  @ParameterizedTest(name = "the agent is {0}: {1}")
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "'online':false, no-agent",
        "'away':true, no-agent",
        "'status':'0N5xx0000000002CAA', no-agent",
        "'capacity':0, queue-full"
      })
  void anAgentWhoCannotTakeItIsNotAsked(String agent, String outcome) {
    String key =
        escalate(
            Kind.AGENT,
            "cannot " + agent.replaceAll("[^a-z]", ""),
            "'agents':{'%s':{%s}}".formatted(ADA, agent));
    OrgTrail trail = over(key, "ended");
    assertThat(trail.writes()).isEmpty();
    assertThat(transfer(key)).isEqualTo("failed NoAgentAvailable: " + outcome);
  }

  @ParameterizedTest
  @ValueSource(strings = {"refuses-routing", "off"})
  void anOrgThatDoesNotTakeItInOneCallGetsItInFour(String composite) {
    String key =
        escalate(
            Kind.SKILL, "by four " + composite, "'org':{'composite':'%s'}".formatted(composite));
    trial.accept(trial.awaitCase(key, 1));
    OrgTrail trail = over(key, "transferred");
    assertThat(trail.writes().subList(1, 5))
        .containsExactly(
            "POST sobjects/Case auto-assign=FALSE"
                + " {\"Subject\":\"Chat transfer <offer>\",\"Description\":\"<transcript>\",\"Origin\":\"Chat\"}",
            "POST sobjects/PendingServiceRouting"
                + " {\"WorkItemId\":\"<case>\",\"ServiceChannelId\":\"0N9xx0000000001CAA\",\"RoutingType\":\"SkillsBased\","
                + "\"RoutingModel\":\"MostAvailable\",\"RoutingPriority\":1,\"CapacityWeight\":1,\"IsReadyForRouting\":false}",
            "POST sobjects/SkillRequirement"
                + " {\"RelatedRecordId\":\"<row>\",\"SkillId\":\"0C5xx0000000001CAA\",\"SkillLevel\":0}",
            "PATCH sobjects/PendingServiceRouting/<row> {\"IsReadyForRouting\":true}");
    assertThat(trail.writes()).hasSize(5);
    assertThat(openCases()).containsExactly(ADA);
  }

  @Test
  void whatIsRefusedHalfWayIsRemoved() {
    String key =
        escalate(
            Kind.SKILL,
            "half way",
            "'org':{'composite':'off'}",
            fault(
                "'method':'POST','path':'/sobjects/SkillRequirement$','times':0",
                "'status':403,'error':'INSUFFICIENT_ACCESS_OR_READONLY'"));
    OrgTrail trail = over(key, "ended");
    assertThat(trail.count("DELETE", "/sobjects/PendingServiceRouting/")).isEqualTo(1);
    assertThat(trail.count("DELETE", "/sobjects/Case/")).isEqualTo(1);
    assertThat(transfer(key)).isEqualTo("failed Error: error");
    assertThat(openCases()).isEmpty();
  }

  /** Each a flow of its own: what was looked up is kept for a while. */
  @ParameterizedTest(name = "{0} in a view of ids of {1}")
  @CsvSource({
    "300xx0000000011AAA, 15",
    "300xx0000000012, 18",
    "301xx0000000013AAA, 15",
    "301xx0000000014, 18"
  })
  void aFlowIsFoundInWhateverSpelling(String id, int viewed) {
    String key = "flow " + id;
    trial.script(
        """
        {'org':{'flowIdLength':%d,'flowViewRefusesOr':true},
         'flows':{'Flow_%s':{'id':'300%sAAA','queue':'%s'}},
         'bots':{'%s':{'targets':[{'type':'Salesforce:Core:Flow:Id','value':'%s'}]}}}"""
            .formatted(
                viewed,
                id,
                id.substring(3, 15),
                Simulator.DEMO_QUEUE_ID,
                Simulator.DEMO_BOT_ID,
                id));
    trial.baton.begin(key);
    trial.baton.write(key, "m1", "Transfer To Agent");
    trial.accept(trial.awaitCase(key, 1));
    OrgTrail trail = over(key, "transferred");
    assertThat(trail.writes())
        .containsExactly("POST actions/custom/flow/Flow_%s {\"inputs\":[{}]}".formatted(id));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "'processType':'RoutingFlow', failed Error: error",
        "'active':false, failed Error: error",
        "'does':'interview-error', failed Error: error",
        "'does':'wait', failed NoAgentAvailable: timed-out",
        "'queue':null, succeeded: accepted"
      })
  void whatAFlowSaysDecides(String flow, String outcome) {
    String key =
        escalateWithLittlePatience(
            Kind.FLOW,
            "says " + flow.replaceAll("[^A-Za-z]", ""),
            "'flows':{'Route_Chat':{%s}}".formatted(flow));
    OrgTrail trail = over(key, outcome.startsWith("succeeded") ? "transferred" : "ended");
    assertThat(trail.writes()).hasSizeLessThan(2).allMatch(line -> line.contains("/flow/"));
    assertThat(transfer(key)).isEqualTo(outcome);
    assertThat(openCases()).isEmpty();
  }

  @Test
  void aTokenThatIsRefusedInTheMiddleIsRenewedOnce() {
    script(Kind.SKILL);
    trial.baton.begin("expired");
    trial.revokeTokens();
    trial.baton.write("expired", "m1", "Transfer To Agent");
    String offered = trial.awaitCase("expired", 1);
    trial.revokeTokens();
    trial.accept(offered);
    OrgTrail trail = over("expired", "transferred");
    assertThat(trail.writes().stream().filter(line -> !line.endsWith("-> 401")))
        .containsExactly(Kind.SKILL.offer);
    assertThat(tokenRequests()).isEqualTo(2);
    assertThat(transfer("expired")).isEqualTo("succeeded: accepted");
  }

  /** A 403, but nothing that a permission would mend: it passes, and a new token is of no use. */
  @Test
  void anAllowanceThatIsUsedUpIsNoPermissionThatLacks() {
    String key =
        escalateWithLittlePatience(
            Kind.SKILL,
            "quota",
            fault("'path':'/composite$'", "'status':403,'error':'REQUEST_LIMIT_EXCEEDED'"));
    OrgTrail trail = over(key, "ended");
    assertThat(trail.writes()).containsExactly(Kind.SKILL.offer + " -> 403");
    assertThat(tokenRequests()).isZero();
    assertThat(transfer(key)).isEqualTo("failed NoAgentAvailable: timed-out");
    assertThat(openCases()).isEmpty();
  }

  /** However many conversations wait, and for whomever. */
  @Test
  void aLookAtAllOpenOffersIsTwoQueries() {
    List<String> keys = new ArrayList<>();
    for (Kind kind : kinds().toList()) {
      for (int i = 1; i <= 3; i++) {
        keys.add(escalate(kind, "look " + i));
      }
    }
    keys.forEach(key -> trial.awaitCase(key, 1));
    List<String> cases = keys.stream().flatMap(key -> trial.cases(key).stream()).toList();
    script(Kind.QUEUE);
    List<String> queries =
        Trial.until("three looks", this::queries, asked -> asked.size() >= 7).subList(1, 7);
    assertThat(queries)
        .allSatisfy(soql -> assertThat(cases).hasSize(12).allMatch(soql::contains))
        .filteredOn(soql -> soql.contains("FROM PendingServiceRouting"))
        .hasSize(3);
    assertThat(trial.simulator.journal())
        .allMatch(call -> call.path("path").asText().endsWith("/query"));
    keys.forEach(trial.baton::leave);
    keys.forEach(trial::awaitNothingLeft);
    assertThat(openCases()).isEmpty();
  }

  private List<String> queries() {
    return journal().map(call -> call.path("query").path("q").asText()).toList();
  }

  private long tokenRequests() {
    return journal().filter(call -> call.path("path").asText().endsWith("/token")).count();
  }

  private Stream<JsonNode> journal() {
    return StreamSupport.stream(trial.simulator.journal().spliterator(), false);
  }
}
