package dev.baton.salesforce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.OddJson;
import dev.baton.bots.Target;
import dev.baton.transfer.Handover;
import dev.baton.transfer.Offer;
import dev.baton.transfer.OfferOverException;
import dev.baton.transfer.PlacedOffer;
import dev.baton.transfer.TargetException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an org answers is read, or a documented fault; and no answer leads to another host. */
@Timeout(120)
class OddOrgTest {

  private static final int CASES = 200;
  private static final String CASE = "500xx000000bZiuAAE";
  private static final int[] STATUSES = {200, 200, 200, 201, 204, 302, 400, 403, 404, 500, 503};

  private static final String CREATED =
      "{\"id\":\"%s\",\"success\":true,\"errors\":[]}".formatted(CASE);
  private static final String PAGE =
      """
      {"totalSize":1,"done":true,"records":[
       {"attributes":{"type":"AgentWork","url":"/services/data/v63.0/x"},"Id":"0Bzxx0000000001CAA",
        "Status":"Opened","UserId":"005xx0000000001AAA","WorkItemId":"%s","IsActive":true,
        "AcceptDateTime":"2026-01-01T12:00:00.000+0000","ApiName":"Route_Chat","Name":"x",
        "DurableId":"300xx0000000001AAA","QueueRoutingConfigId":"0K9xx0000000001CAA"}]}"""
          .formatted(CASE);
  private static final String COMPOSITE =
      """
      {"compositeResponse":[
       {"body":{"id":"%s","success":true,"errors":[]},"httpStatusCode":201,"referenceId":"kase"},
       {"body":null,"httpHeaders":{},"httpStatusCode":204,"referenceId":"ready"}]}"""
          .formatted(CASE);
  private static final String FLOW =
      """
      [{"actionName":"Route_Chat","errors":null,"isSuccess":true,"outputValues":{
        "Flow__InterviewGuid":"4f2c","Flow__InterviewStatus":"Finished","workItemId":"%s"},
        "sortOrder":-1,"version":1}]"""
          .formatted(CASE);
  private static final String DESCRIPTION =
      "{\"inputs\":[{\"name\":\"sessionId\",\"required\":true}],\"outputs\":[]}";
  private static final String FAULT =
      "[{\"message\":\"No\",\"errorCode\":\"MALFORMED_ID\",\"fields\":[\"OwnerId\"]}]";

  private final ScriptedOrg org = new ScriptedOrg();

  @AfterEach
  void close() {
    org.close();
  }

  record Call(String name, Function<SalesforceClient, CompletableFuture<?>> made) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Call> calls() {
    return Stream.of(
        new Call("create", client -> client.create("Case", subject(), Map.of())),
        new Call("upsert", client -> client.upsert("Case", "Key__c", "k", subject(), Map.of())),
        new Call("update", client -> client.update("Case", CASE, subject(), Map.of())),
        new Call("delete", client -> client.delete("Case", CASE)),
        new Call("query", client -> client.query("SELECT Id FROM Case")),
        new Call(
            "composite",
            client ->
                client.composite(
                    List.of(
                        Composite.Step.create("kase", "Case", subject()),
                        Composite.Step.update("ready", "Case", "kase", subject())))),
        new Call("describe a flow", client -> client.describeFlow("Route_Chat")),
        new Call("run a flow", client -> client.runFlow("Route_Chat", subject())));
  }

  private static ObjectNode subject() {
    return JsonNodeFactory.instance.objectNode().put("Subject", "words");
  }

  private void answer(OddJson odd, int turn) {
    int status = STATUSES[turn % STATUSES.length];
    org.answers(
        status,
        status == 204
            ? ""
            : status < 300
                ? odd.of(CREATED, PAGE, COMPOSITE, FLOW, DESCRIPTION)
                : odd.of(FAULT, CREATED, FLOW));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void nothingButDocumentedFaultsComesOutOfACall(Call call) throws Exception {
    OddJson odd = new OddJson(call.name().hashCode());
    SalesforceClient client = org.client();
    for (int i = 0; i < CASES; i++) {
      answer(odd, i);
      assertDocumented(call.made().apply(client));
    }
  }

  @Test
  void norOutOfAnOfferOfAnyKind() throws Exception {
    OddJson odd = new OddJson(8);
    SalesforceTarget targets =
        new SalesforceTarget(
            org.client(),
            new TargetSettings(
                Set.of(Target.QUEUE, Target.SKILL, Target.FLOW, TargetSettings.AGENT),
                CaseSettings.DEFAULT,
                null,
                AgentRouting.PREFERRED_USER,
                Map.of()));
    List<Target> all =
        List.of(
            new Target(Target.QUEUE, "00Gxx0000012345EAA"),
            new Target(Target.SKILL, "0C5xx0000000001CAA"),
            new Target(Target.FLOW, "300xx0000000001AAA"),
            new Target(TargetSettings.AGENT, "005xx0000000001AAA"));
    for (int i = 0; i < CASES * 2; i++) {
      Target target = all.get(i % all.size());
      Offer offer = new Offer("offer-" + i, target, new Handover("c1", "s1", List.of()));
      PlacedOffer placed = new PlacedOffer("offer-" + i, target, CASE);
      for (int answers = 0; answers < 4; answers++) {
        answer(odd, i + answers);
      }
      CompletableFuture<?> call =
          switch ((i / all.size()) % 5) {
            case 0 -> targets.availability(target);
            case 1 ->
                targets
                    .offer(offer)
                    .thenAccept(
                        reference ->
                            assertThat(reference)
                                .hasSizeLessThanOrEqualTo(255)
                                .doesNotContain("\0"));
            case 2 -> targets.find(offer);
            case 3 -> targets.status(List.of(placed));
            default -> targets.withdraw(placed);
          };
      assertDocumented(call);
    }
  }

  private static void assertDocumented(CompletableFuture<?> call) throws Exception {
    try {
      call.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable fault = e.getCause() instanceof CompletionException c ? c.getCause() : e.getCause();
      assertThat(fault).isInstanceOfAny(TargetException.class, OfferOverException.class);
      assertThat(String.valueOf(fault).length()).isLessThan(1000);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/services/data/v63.0/query/next",
        "//127.0.0.1:1/services/data/v63.0/query/next",
        "@127.0.0.1:1/services/data/",
        ".example.com/services/data/",
        "/services/data/../../../elsewhere",
        "/services/data/ a space",
        "/services/data/%zz",
        "/elsewhere"
      })
  void noPageLeadsOutOfTheRestApi(String next) {
    org.answers(
        200,
        "{\"totalSize\":1,\"done\":false,\"nextRecordsUrl\":\"%s\",\"records\":[]}"
            .formatted(next));

    assertThat(ScriptedOrg.fault(org.client().query("SELECT Id FROM Case")))
        .isInstanceOf(SalesforceException.NoAnswer.class);
    assertThat(org.requests()).hasSize(1);
  }

  @Test
  void noRedirectIsFollowed() {
    org.answers(302, "");

    assertThat(ScriptedOrg.fault(org.client().query("SELECT Id FROM Case")))
        .isInstanceOf(SalesforceException.Rejected.class);
    assertThat(org.requests()).hasSize(1);
  }
}
