package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompositeTest extends SimulatedTest {

  private static final String KASE =
      part("POST", "sobjects/Case", "kase", "{'Subject':'Chat transfer'}", "FALSE");
  private static final String ROW =
      part(
          "POST",
          "sobjects/PendingServiceRouting",
          "psr",
          "{'WorkItemId':'@{kase.id}','ServiceChannelId':'0N9xx0000000001CAA','RoutingType':'SkillsBased','RoutingModel':'MostAvailable','RoutingPriority':1,'CapacityWeight':1,'IsReadyForRouting':false}",
          "");
  private static final String READY =
      part(
          "PATCH",
          "sobjects/PendingServiceRouting/@{psr.id}",
          "ready",
          "{'IsReadyForRouting':true}",
          "");

  @Test
  void fourStepsAreOneRoundTrip() {
    Client.Response answer = composite(true, KASE, ROW, skill(Simulator.DEMO_SKILL_ID), READY);

    assertThat(statuses(answer)).isEqualTo("kase 201, psr 201, skill1 201, ready 204");
    String kase = answer.json().at("/compositeResponse/0/body/id").asText();
    assertThat(answer.json().at("/compositeResponse/0/httpHeaders/Location").asText())
        .endsWith("/sobjects/Case/" + kase);
    assertThat(answer.json().at("/compositeResponse/3/body").isNull()).isTrue();
    assertThat(client.routing(kase)).isEqualTo("Assigned 1");
    assertThat(answer.header("Sforce-Limit-Info")).startsWith("api-usage=1/");
  }

  @Test
  void oneFailureTakesAllBackThoughTheAnswerIs200() {
    Client.Response answer = composite(true, KASE, ROW, skill("0C5xx0000000088CAA"), READY);

    assertThat(statuses(answer))
        .isEqualTo(
            "kase PROCESSING_HALTED, psr PROCESSING_HALTED, skill1 INVALID_CROSS_REFERENCE_KEY,"
                + " ready PROCESSING_HALTED");
    assertThat(count("Case")).isZero();
    assertThat(count("PendingServiceRouting")).isZero();
  }

  @Test
  void withoutAllOrNoneWhatWorkedStays() {
    Client.Response answer = composite(false, KASE, ROW, skill("0C5xx0000000088CAA"), READY);

    assertThat(statuses(answer))
        .isEqualTo("kase 201, psr 201, skill1 INVALID_CROSS_REFERENCE_KEY, ready 204");
    assertThat(count("Case")).isEqualTo(1);
  }

  @Test
  void aReferenceToWhatFailedFails() {
    script("{'org':{'requiredCaseFields':['Origin']}}");

    assertThat(statuses(composite(false, KASE, ROW)))
        .isEqualTo("kase REQUIRED_FIELD_MISSING, psr PROCESSING_HALTED");
  }

  @Test
  void aQueryCanBeReferredTo() {
    client.create("Case", "{'Subject':'before'}");

    assertThat(
            statuses(
                composite(
                    true,
                    part("GET", "query?q=SELECT+Id+FROM+Case", "q", "null", ""),
                    part("DELETE", "sobjects/Case/@{q.records[0].Id}", "gone", "null", ""))))
        .isEqualTo("q 200, gone 204");
    assertThat(count("Case")).isZero();
  }

  @Test
  void theAssignmentRuleStrikesInsideToo() {
    Client.Response answer =
        composite(true, part("POST", "sobjects/Case", "kase", "{'Subject':'a'}", ""));

    assertThat(client.owner(answer.json().at("/compositeResponse/0/body/id").asText()))
        .isEqualTo("00Gxx0000099999EAA");
  }

  @ParameterizedTest
  @CsvSource({"refuses-routing, 200", "off, 404"})
  void anOrgMayRefuseItSoThatStepsAreLeft(String composite, int status) {
    script("{'org':{'composite':'" + composite + "'}}");

    assertThat(composite(true, KASE, ROW, READY).status()).isEqualTo(status);

    assertThat(count("Case")).isZero();
    String kase = client.create("Case", "{'Subject':'a'}").id();
    assertThat(client.route(kase, "'RoutingModel':'LeastActive','CapacityWeight':1").status())
        .isEqualTo(201);
  }

  @Test
  void aLockedRowInTheMiddleCanBeScripted() {
    script(
        "{'faults':[{'match':{'path':'/sobjects/PendingServiceRouting'},'then':{'status':400,'error':'UNABLE_TO_LOCK_ROW'}}]}");

    assertThat(statuses(composite(true, KASE, ROW)))
        .isEqualTo("kase PROCESSING_HALTED, psr UNABLE_TO_LOCK_ROW");
    assertThat(statuses(composite(true, KASE, ROW))).isEqualTo("kase 201, psr 201");
  }

  @Test
  void whatIsNoCompositeRequestIsRefused() {
    String many =
        IntStream.range(0, 26)
            .mapToObj(i -> part("GET", "query?q=SELECT+Id+FROM+Case", "r" + i, "null", ""))
            .collect(Collectors.joining(","));

    assertThat(composite(true, many).refusal()).isEqualTo("400 LIMIT_EXCEEDED");
    assertThat(composite(true, KASE, KASE).refusal()).isEqualTo("400 JSON_PARSER_ERROR");
    assertThat(composite(true, KASE.replace("kase", "1")).refusal())
        .isEqualTo("400 JSON_PARSER_ERROR");
    assertThat(statuses(composite(true, part("GET", "actions/custom/flow/a", "f", "null", ""))))
        .isEqualTo("f INVALID_URL");
    assertThat(statuses(composite(true, KASE.replace("Sforce-Auto-Assign", "Accept"))))
        .isEqualTo("kase INVALID_HEADER");
  }

  private Client.Response composite(boolean allOrNone, String... parts) {
    return client.post(
        Client.ORG + "/composite",
        "{\"allOrNone\":%s,\"collateSubrequests\":false,\"compositeRequest\":[%s]}"
            .formatted(allOrNone, String.join(",", parts)));
  }

  private static String statuses(Client.Response answer) {
    return StreamSupport.stream(answer.json().path("compositeResponse").spliterator(), false)
        .map(
            item ->
                item.path("referenceId").asText()
                    + " "
                    + (item.path("httpStatusCode").asInt() < 400
                        ? item.path("httpStatusCode").asText()
                        : item.at("/body/0/errorCode").asText()))
        .collect(Collectors.joining(", "));
  }

  private static String skill(String id) {
    return part(
        "POST",
        "sobjects/SkillRequirement",
        "skill1",
        "{'RelatedRecordId':'@{psr.id}','SkillId':'" + id + "','SkillLevel':0}",
        "");
  }

  private static String part(
      String method, String url, String reference, String body, String autoAssign) {
    String headers =
        autoAssign.isEmpty() ? "" : ",'httpHeaders':{'Sforce-Auto-Assign':'" + autoAssign + "'}";
    return "{'method':'%s','url':'%s/%s','referenceId':'%s','body':%s%s}"
        .formatted(method, Client.ORG, url, reference, body, headers)
        .replace('\'', '"');
  }

  private int count(String object) {
    return client.query("SELECT COUNT() FROM " + object).json().path("totalSize").asInt(-1);
  }
}
