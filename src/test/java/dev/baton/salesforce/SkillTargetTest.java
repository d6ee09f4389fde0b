package dev.baton.salesforce;

import static dev.baton.salesforce.ScriptedOrg.fault;
import static dev.baton.salesforce.ScriptedOrg.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Target;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Handover;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.PlacedOffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SkillTargetTest {

  private static final Target SKILL = new Target("Salesforce:Core:Skill:Id", "0C5xx0000000001CAA");
  private static final String CHANNEL = "0N9xx0000000001CAA";
  private static final String CASE = "500xx000000bZiuAAE";
  private static final String OTHER_CASE = "500xx000000bZivAAE";
  private static final String ROW = "0JRxx0000000001CAA";
  private static final PlacedOffer PLACED = new PlacedOffer("offer-1", SKILL, CASE);

  private static final String DATA = "/services/data/v63.0";
  private static final String QUERY = "GET " + DATA + "/query";
  private static final String COMPOSITE = "POST " + DATA + "/composite";
  private static final String CREATE_CASE = "POST " + DATA + "/sobjects/Case";
  private static final String CREATE_ROW = "POST " + DATA + "/sobjects/PendingServiceRouting";
  private static final String CREATE_SKILL = "POST " + DATA + "/sobjects/SkillRequirement";
  private static final String READY = "PATCH " + DATA + "/sobjects/PendingServiceRouting/" + ROW;
  private static final String DELETE_ROW =
      "DELETE " + DATA + "/sobjects/PendingServiceRouting/" + ROW;
  private static final String DELETE_CASE = "DELETE " + DATA + "/sobjects/Case/" + CASE;
  private static final String PATCH_CASE = "PATCH " + DATA + "/sobjects/Case/" + CASE;

  private static final String PLACED_ANSWER =
      """
      {"compositeResponse":[
       {"body":{"id":"%s","success":true,"errors":[]},"httpHeaders":{},"httpStatusCode":201,"referenceId":"kase"},
       {"body":{"id":"%s","success":true,"errors":[]},"httpHeaders":{},"httpStatusCode":201,"referenceId":"psr"},
       {"body":{"id":"0hUxx0000000001CAA","success":true,"errors":[]},"httpHeaders":{},"httpStatusCode":201,"referenceId":"skill1"},
       {"body":null,"httpHeaders":{},"httpStatusCode":204,"referenceId":"ready"}]}"""
          .formatted(CASE, ROW);

  private final ScriptedOrg org = new ScriptedOrg();
  private final SalesforceTarget skills =
      new SalesforceTarget(
          org.client(),
          new TargetSettings(
              Set.of(Target.SKILL, Target.QUEUE),
              CaseSettings.DEFAULT,
              CHANNEL,
              AgentRouting.PREFERRED_USER,
              Map.of()));

  @AfterEach
  void close() {
    org.close();
  }

  private static Offer offer(String... said) {
    Instant noon = Instant.parse("2026-03-01T12:00:00Z");
    return new Offer(
        "offer-1",
        SKILL,
        new Handover(
            "c1",
            "s1",
            List.of(said).stream()
                .map(text -> new Handover.Line(noon, "customer", text))
                .toList()));
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static String work(String caseId, String status) {
    return "{\"Id\":\"0Bz\",\"WorkItemId\":\"%s\",\"Status\":\"%s\",\"UserId\":\"005A\"}"
        .formatted(caseId, status);
  }

  private static String row(String caseId, boolean ready) {
    return "{\"Id\":\"%s\",\"WorkItemId\":\"%s\",\"IsReadyForRouting\":%s}"
        .formatted(ROW, caseId, ready);
  }

  /** Every step is halted but one, which has a fault. */
  private static String failed(int step, int status, String code) {
    StringBuilder answer = new StringBuilder("{\"compositeResponse\":[");
    for (int i = 0; i < 4; i++) {
      answer.append(i == 0 ? "" : ",");
      answer.append(
          "{\"body\":[{\"errorCode\":\"%s\",\"message\":\"x\"}],\"httpHeaders\":{},\"httpStatusCode\":%d,\"referenceId\":\"r\"}"
              .formatted(i == step ? code : "PROCESSING_HALTED", i == step ? status : 400));
    }
    return answer.append("]}").toString();
  }

  // availability

  @Test
  void aSkillThatExistsIsAvailable() {
    org.records("{\"Id\":\"0C5xx0000000001CAA\"}");

    assertThat(get(skills.availability(SKILL))).isEqualTo(new Availability.Available());
    assertThat(org.request(0).soql())
        .isEqualTo("SELECT Id,DeveloperName,MasterLabel FROM Skill WHERE Id='0C5xx0000000001CAA'");
    assertThat(org.requests()).hasSize(1);
  }

  @Test
  void aSkillThatDoesNotExistIsAFaultAndNotAMissingAgent() {
    org.noRecords();

    assertThat(get(skills.availability(SKILL)))
        .isEqualTo(
            new Availability.Unavailable(
                Outcome.ERROR, "there is no such skill, or our user cannot see it"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x' OR Name LIKE '%", "00Gxx0000012345EAA", "0C5xx0000000001CAB"})
  void aValueThatIsNoSkillIdNeverReachesTheOrg(String value) {
    Target target = new Target(SKILL.type(), value);

    assertThat(get(skills.availability(target)))
        .isEqualTo(
            new Availability.Unavailable(Outcome.ERROR, "the target's value is no id of a skill"));
    assertThat(fault(skills.offer(new Offer("k", target, offer().handover()))).retryable())
        .isFalse();
    assertThat(org.requests()).isEmpty();
  }

  @Test
  void theServiceChannelIsLookedUpOnceForAllOffers() {
    SalesforceTarget unconfigured =
        new SalesforceTarget(
            org.client(),
            new TargetSettings(
                Set.of(Target.SKILL),
                CaseSettings.DEFAULT,
                null,
                AgentRouting.PREFERRED_USER,
                Map.of()));
    org.records("{\"Id\":\"" + CHANNEL + "\"}").answers(200, PLACED_ANSWER);
    get(unconfigured.offer(offer()));
    org.answers(200, PLACED_ANSWER);
    get(unconfigured.offer(offer()));

    assertThat(org.lines()).containsExactly(QUERY, COMPOSITE, COMPOSITE);
    assertThat(org.request(0).soql())
        .isEqualTo(
            "SELECT Id,DeveloperName,RelatedEntity FROM ServiceChannel WHERE RelatedEntity='Case'");
    assertThat(json(org.request(1).body()).at("/compositeRequest/1/body/ServiceChannelId").asText())
        .isEqualTo(CHANNEL);
  }

  @Test
  void anOrgWithoutAServiceChannelForCasesIsSaidToHaveNone() {
    SalesforceTarget unconfigured =
        new SalesforceTarget(
            org.client(),
            new TargetSettings(
                Set.of(Target.SKILL),
                CaseSettings.DEFAULT,
                null,
                AgentRouting.PREFERRED_USER,
                Map.of()));
    org.records("{\"Id\":\"0C5xx0000000001CAA\"}").noRecords();

    SalesforceException fault = fault(unconfigured.availability(SKILL));

    assertThat(fault).hasMessageContaining("no service channel for Case");
    assertThat(fault.retryable()).isFalse();
  }

  // offer

  @Test
  void allFourStepsGoOutInOneTransaction() {
    org.answers(200, PLACED_ANSWER);

    assertThat(get(skills.offer(offer("I want an agent")))).isEqualTo(CASE);

    assertThat(org.lines()).containsExactly(COMPOSITE);
    assertThat(json(org.request(0).body()))
        .isEqualTo(
            json(
                """
                {"allOrNone":true,"collateSubrequests":false,"compositeRequest":[
                 {"method":"POST","url":"/services/data/v63.0/sobjects/Case","referenceId":"kase",
                  "body":{"Subject":"Chat transfer offer-1",
                   "Description":"[2026-03-01T12:00:00Z] customer: I want an agent","Origin":"Chat"},
                  "httpHeaders":{"Sforce-Auto-Assign":"FALSE"}},
                 {"method":"POST","url":"/services/data/v63.0/sobjects/PendingServiceRouting",
                  "referenceId":"psr",
                  "body":{"WorkItemId":"@{kase.id}","ServiceChannelId":"0N9xx0000000001CAA",
                   "RoutingType":"SkillsBased","RoutingModel":"MostAvailable","RoutingPriority":1,
                   "CapacityWeight":1,"IsReadyForRouting":false}},
                 {"method":"POST","url":"/services/data/v63.0/sobjects/SkillRequirement",
                  "referenceId":"skill1",
                  "body":{"RelatedRecordId":"@{psr.id}","SkillId":"0C5xx0000000001CAA",
                   "SkillLevel":0}},
                 {"method":"PATCH",
                  "url":"/services/data/v63.0/sobjects/PendingServiceRouting/@{psr.id}",
                  "referenceId":"ready","body":{"IsReadyForRouting":true}}]}"""));
  }

  @Test
  void aCustomerCannotWriteReferencesOfTheTransaction() {
    org.answers(200, PLACED_ANSWER);

    get(skills.offer(offer("@{psr.id} and @{kase.id}")));

    assertThat(json(org.request(0).body()).at("/compositeRequest/0/body/Description").asText())
        .endsWith("@ {psr.id} and @ {kase.id}");
  }

  @Test
  void aTransactionThatTheOrgRefusesIsDoneStepByStep() {
    org.error(404, "NOT_FOUND")
        .created(CASE)
        .created(ROW)
        .created("0hUxx0000000001CAA")
        .noContent();

    assertThat(get(skills.offer(offer()))).isEqualTo(CASE);

    assertThat(org.lines())
        .containsExactly(COMPOSITE, CREATE_CASE, CREATE_ROW, CREATE_SKILL, READY);
    assertThat(org.request(1).headers()).containsEntry("Sforce-Auto-Assign", "FALSE");
    assertThat(json(org.request(2).body()))
        .isEqualTo(
            json(
                """
                {"WorkItemId":"500xx000000bZiuAAE","ServiceChannelId":"0N9xx0000000001CAA",
                 "RoutingType":"SkillsBased","RoutingModel":"MostAvailable","RoutingPriority":1,
                 "CapacityWeight":1,"IsReadyForRouting":false}"""));
    assertThat(json(org.request(3).body()))
        .isEqualTo(
            json(
                """
                {"RelatedRecordId":"0JRxx0000000001CAA","SkillId":"0C5xx0000000001CAA",
                 "SkillLevel":0}"""));
    assertThat(org.request(4).body()).isEqualTo("{\"IsReadyForRouting\":true}");
  }

  @Test
  void aStepThatTheTransactionRefusesIsTriedByItself() {
    org.answers(200, failed(1, 400, "INVALID_CROSS_REFERENCE_KEY"))
        .created(CASE)
        .created(ROW)
        .created("0hUxx0000000001CAA")
        .noContent();

    assertThat(get(skills.offer(offer()))).isEqualTo(CASE);
  }

  @Test
  void theFaultIsTheOneOfTheStepThatFailedAndNotOfTheInnocent() {
    org.answers(200, failed(0, 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION"));

    SalesforceException fault = fault(skills.offer(offer()));

    assertThat(fault.codes()).containsExactly("FIELD_CUSTOM_VALIDATION_EXCEPTION");
    assertThat(fault).hasMessageContaining("create Case");
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(org.lines()).containsExactly(COMPOSITE);
  }

  @Test
  void aLockedRowInTheTransactionIsRetriedAsAWhole() {
    org.answers(200, failed(3, 400, "UNABLE_TO_LOCK_ROW"));

    SalesforceException fault = fault(skills.offer(offer()));

    assertThat(fault.retryable()).isTrue();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(org.lines()).containsExactly(COMPOSITE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"compositeResponse\":[]}", "<html>"})
  void anAnswerThatTellsNothingIsInDoubt(String body) {
    org.answers(200, body);

    assertThat(fault(skills.offer(offer())).mayHaveBeenProcessed()).isTrue();
  }

  @Test
  void aLongTalkDoesNotCostTheAgentInATransactionEither() {
    org.answers(200, failed(0, 400, "STRING_TOO_LONG")).answers(200, PLACED_ANSWER);

    assertThat(get(skills.offer(offer("x".repeat(40_000))))).isEqualTo(CASE);
    assertThat(org.requests())
        .extracting(
            request ->
                json(request.body()).at("/compositeRequest/0/body/Description").asText().length())
        .containsExactly(32_000, 8_000);
  }

  @Test
  void halfAnOfferIsRemovedWhenAStepIsRefused() {
    org.error(404, "NOT_FOUND")
        .created(CASE)
        .created(ROW)
        .error(400, "INVALID_CROSS_REFERENCE_KEY")
        .noContent()
        .noContent();

    SalesforceException fault = fault(skills.offer(offer()));

    assertThat(fault.codes()).containsExactly("INVALID_CROSS_REFERENCE_KEY");
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(org.lines())
        .containsExactly(COMPOSITE, CREATE_CASE, CREATE_ROW, CREATE_SKILL, DELETE_ROW, DELETE_CASE);
  }

  @Test
  void aCaseThatMayNotBeDeletedIsClosed() {
    org.error(404, "NOT_FOUND")
        .created(CASE)
        .error(400, "FIELD_INTEGRITY_EXCEPTION")
        .error(403, "INSUFFICIENT_ACCESS_OR_READONLY")
        .noContent();

    assertThat(fault(skills.offer(offer())).codes()).containsExactly("FIELD_INTEGRITY_EXCEPTION");
    assertThat(org.lines())
        .containsExactly(COMPOSITE, CREATE_CASE, CREATE_ROW, DELETE_CASE, PATCH_CASE);
    assertThat(org.request(4).body()).isEqualTo("{\"Status\":\"Closed\"}");
  }

  @Test
  void whatCannotBeRemovedIsLookedForByTheRepeat() {
    org.error(404, "NOT_FOUND")
        .created(CASE)
        .error(403, "REQUEST_LIMIT_EXCEEDED")
        .error(403, "REQUEST_LIMIT_EXCEEDED");

    SalesforceException fault = fault(skills.offer(offer()));

    assertThat(fault).isInstanceOf(SalesforceException.LeftBehind.class);
    assertThat(fault.mayHaveBeenProcessed()).isTrue();
    assertThat(fault.retryable()).isTrue();
  }

  @Test
  void aStepInDoubtIsNotUndoneUnderAnAgentsHands() {
    org.error(404, "NOT_FOUND").created(CASE).created(ROW).created("0hUxx0000000001CAA").hangsUp();

    assertThat(fault(skills.offer(offer())).mayHaveBeenProcessed()).isTrue();
    assertThat(org.lines())
        .containsExactly(COMPOSITE, CREATE_CASE, CREATE_ROW, CREATE_SKILL, READY);
  }

  // find

  @Test
  void anOfferThatIsInTheLineIsFound() {
    org.records("{\"Id\":\"" + CASE + "\"}").records(row(CASE, true)).noRecords();

    assertThat(get(skills.find(offer()))).contains(CASE);
    assertThat(org.lines()).containsExactly(QUERY, QUERY, QUERY);
    assertThat(org.request(0).soql())
        .isEqualTo("SELECT Id FROM Case WHERE Subject='Chat transfer offer-1'");
  }

  @Test
  void anOfferThatAnAgentHasIsFoundAlthoughItLeftTheLine() {
    org.records("{\"Id\":\"" + CASE + "\"}").noRecords().records(work(CASE, "Opened"));

    assertThat(get(skills.find(offer()))).contains(CASE);
  }

  @Test
  void halfAnOfferThatACrashLeftIsRemovedAndNotFound() {
    org.records("{\"Id\":\"" + CASE + "\"}")
        .records(row(CASE, false))
        .noRecords()
        .records(row(CASE, false))
        .noContent()
        .noContent();

    assertThat(get(skills.find(offer()))).isEmpty();
    assertThat(org.lines()).containsExactly(QUERY, QUERY, QUERY, QUERY, DELETE_ROW, DELETE_CASE);
  }

  @Test
  void ofTwoCasesTheOneThatAnAgentHasIsKept() {
    org.records("{\"Id\":\"" + CASE + "\"}", "{\"Id\":\"" + OTHER_CASE + "\"}")
        .records(row(CASE, true))
        .records(work(OTHER_CASE, "Opened"))
        .records(row(CASE, true))
        .noContent()
        .noContent();

    assertThat(get(skills.find(offer()))).contains(OTHER_CASE);
    assertThat(org.lines()).endsWith(DELETE_ROW, DELETE_CASE);
  }

  @Test
  void anOfferThatNeverHappenedIsNotFound() {
    org.noRecords();

    assertThat(get(skills.find(offer()))).isEmpty();
    assertThat(org.lines()).containsExactly(QUERY);
  }

  // status

  @Test
  void offersOfAllTypesTogetherCostTwoQueries() {
    PlacedOffer queue =
        new PlacedOffer("offer-2", new Target(Target.QUEUE, "00Gxx0000012345EAA"), OTHER_CASE);
    org.records(row(CASE, true)).records(work(OTHER_CASE, "Opened"));

    assertThat(get(skills.status(List.of(PLACED, queue))))
        .containsEntry("offer-1", new OfferStatus.Waiting())
        .containsEntry("offer-2", new OfferStatus.Accepted("005A"));
    assertThat(org.requests()).hasSize(2);
  }

  @Test
  void aDeclinedItemWaitsForAnotherAgentAlthoughTheDeclinerOwnsTheCase() {
    org.records(row(CASE, true)).records(work(CASE, "Declined"));

    assertThat(get(skills.status(List.of(PLACED))))
        .containsEntry("offer-1", new OfferStatus.Waiting());
  }

  // withdraw

  @Test
  void aWithdrawnItemLeavesTheLineAndTheCaseIsClosedWhoeverOwnsIt() {
    org.records(work(CASE, "Declined"))
        .records(row(CASE, true))
        .noContent()
        .noContent()
        .records(work(CASE, "Declined"));

    assertThat(get(skills.withdraw(PLACED))).isEqualTo(new OfferStatus.Withdrawn());
    assertThat(org.lines()).containsExactly(QUERY, QUERY, DELETE_ROW, PATCH_CASE, QUERY);
    assertThat(org.request(3).body()).isEqualTo("{\"Status\":\"Closed\"}");
  }

  @Test
  void anAgentWhoAcceptsWhileTheRowIsDeletedKeepsTheConversation() {
    org.noRecords()
        .records(row(CASE, true))
        .error(404, "NOT_FOUND")
        .noContent()
        .records(work(CASE, "Opened"))
        .noContent();

    assertThat(get(skills.withdraw(PLACED))).isEqualTo(new OfferStatus.Accepted("005A"));
    assertThat(org.request(5).body()).isEqualTo("{\"Status\":\"New\"}");
  }

  @Test
  void aConversationThatAnAgentHasIsNotTouched() {
    org.records(work(CASE, "Opened")).records("{\"Status\":\"Working\"}");

    assertThat(get(skills.withdraw(PLACED))).isEqualTo(new OfferStatus.Accepted("005A"));
    assertThat(org.lines()).containsExactly(QUERY, QUERY);
  }

  @ParameterizedTest
  @CsvSource({"503,SERVER_UNAVAILABLE", "400,UNABLE_TO_LOCK_ROW"})
  void aWithdrawalThatFailsHalfWayCanBeRepeated(int status, String code) {
    org.noRecords().records(row(CASE, true)).error(status, code);

    assertThat(fault(skills.withdraw(PLACED)).retryable()).isTrue();
  }

  @Test
  void releasingClosesTheCase() {
    org.noContent();

    get(skills.release(PLACED));

    assertThat(org.lines()).containsExactly(PATCH_CASE);
    assertThat(org.request(0).body()).isEqualTo("{\"Status\":\"Closed\"}");
  }
}
