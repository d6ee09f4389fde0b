package dev.baton.salesforce;

import static dev.baton.salesforce.ScriptedOrg.fault;
import static dev.baton.salesforce.ScriptedOrg.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.http.Gate;
import dev.baton.http.HttpCaller;
import dev.baton.http.SystemFault;
import dev.baton.http.TimeLimits;
import dev.baton.oauth.AccessToken;
import dev.baton.oauth.Grant;
import dev.baton.oauth.TokenSource;
import dev.baton.oauth.TokenSources;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SalesforceClientTest {

  private static final String CASE = "500xx000000bZiuAAE";
  private static final String SOQL = "SELECT Id FROM Case";

  private final ScriptedOrg org = new ScriptedOrg();
  private final SalesforceClient client = org.client();

  @AfterEach
  void close() {
    org.close();
  }

  private static ObjectNode subject(String text) {
    return JsonNodeFactory.instance.objectNode().put("Subject", text);
  }

  private CompletableFuture<String> create() {
    return client.create("Case", subject("Secret words"), Map.of());
  }

  private CompletableFuture<Void> update() {
    return client.update("Case", CASE, subject("Secret words"), Map.of());
  }

  @Test
  void aCreateGoesOutAsDocumented() {
    org.created(CASE);

    String id = get(client.create("Case", subject("Grüße"), Map.of("Sforce-Auto-Assign", "FALSE")));

    assertThat(id).isEqualTo(CASE);
    ScriptedOrg.Request request = org.request(0);
    assertThat(request.line()).isEqualTo("POST /services/data/v63.0/sobjects/Case");
    assertThat(request.body()).isEqualTo("{\"Subject\":\"Grüße\"}");
    assertThat(request.headers())
        .containsEntry("Authorization", "Bearer token-1")
        .containsEntry("Content-Type", "application/json")
        .containsEntry("Accept", "application/json")
        .containsEntry("Sforce-Auto-Assign", "FALSE");
  }

  @Test
  void anUpdateGoesOutAsDocumentedAndNeedsNoBodyInTheAnswer() {
    org.noContent();

    get(update());

    assertThat(org.request(0).line()).isEqualTo("PATCH /services/data/v63.0/sobjects/Case/" + CASE);
    assertThat(org.request(0).body()).isEqualTo("{\"Subject\":\"Secret words\"}");
  }

  @Test
  void aPageInPlaceOfTheAnswerIsNoUpdate() {
    org.answers(200, "<html>Sign in</html>");

    SalesforceException fault = fault(update());

    assertThat(fault).isInstanceOf(SalesforceException.NoAnswer.class);
    assertThat(fault.mayHaveBeenProcessed()).isTrue();
  }

  @Test
  void anUpsertNamesItsKeyInTheAddressAndNowhereElse() {
    org.answers(201, "{\"id\":\"" + CASE + "\",\"success\":true,\"created\":true,\"errors\":[]}")
        .answers(200, "{\"id\":\"" + CASE + "\",\"success\":true,\"created\":false,\"errors\":[]}");

    for (int i = 0; i < 2; i++) {
      assertThat(get(client.upsert("Case", "Transfer_Key__c", "a/b c?", subject("x"), Map.of())))
          .isEqualTo(CASE);
    }

    assertThat(org.lines())
        .containsOnly("PATCH /services/data/v63.0/sobjects/Case/Transfer_Key__c/a%2Fb%20c%3F");
    assertThat(org.request(0).body()).isEqualTo("{\"Subject\":\"x\"}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.upsert("Case", "../Id", "k", subject("x"), Map.of()));
  }

  @Test
  void aDeleteNeedsNoBodyAndNothingButAnId() {
    org.noContent();

    get(client.delete("Case", CASE));

    assertThat(org.lines()).containsExactly("DELETE /services/data/v63.0/sobjects/Case/" + CASE);
    assertThat(fault(client.delete("Case", "../Contact/003xx0000000001")).retryable()).isFalse();
    assertThat(org.requests()).hasSize(1);
  }

  @Test
  void everyAnswerTellsHowManyCallsAreLeftFaultsToo() {
    assertThat(client.usage()).isEmpty();
    org.error(503, "SERVER_UNAVAILABLE");

    fault(client.query(SOQL));

    assertThat(client.usage()).contains(new ApiUsage(18, 5000));
  }

  @Test
  void aQueryArrivesCharacterByCharacter() {
    org.noRecords();
    String soql = "SELECT Id FROM Case WHERE Subject='a+b & c=d 50% #é \\' 😀'";

    assertThat(get(client.query(soql))).isEmpty();

    assertThat(org.request(0).line()).isEqualTo("GET /services/data/v63.0/query");
    assertThat(org.request(0).soql()).isEqualTo(soql);
    assertThat(org.request(0).body()).isEmpty();
    assertThat(org.request(0).headers()).doesNotContainKey("Content-Type");
  }

  @Test
  void halfACharacterInATextDoesNotLoseTheRest() {
    org.created(CASE);

    get(client.create("Case", subject("a\uD83Db"), Map.of()));

    assertThat(org.request(0).body()).isEqualTo("{\"Subject\":\"a?b\"}");
  }

  @Test
  void recordsOnLaterPagesAreNotLost() {
    org.answers(
            200,
            """
            {"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v63.0/query/01gxx-2",
             "records":[{"Id":"1"},{"Id":"2"}]}""")
        .records("{\"Id\":\"3\"}");

    assertThat(get(client.query(SOQL)))
        .extracting(row -> row.path("Id").asText())
        .containsExactly("1", "2", "3");
    assertThat(org.request(1).line()).isEqualTo("GET /services/data/v63.0/query/01gxx-2");
    assertThat(org.request(1).headers()).containsEntry("Authorization", "Bearer token-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://elsewhere.example/services/data/", "//elsewhere.example/", ""})
  void aNextPageOnAnotherHostDoesNotGetOurToken(String next) {
    org.answers(200, "{\"done\":false,\"nextRecordsUrl\":\"" + next + "\",\"records\":[]}");

    assertThat(fault(client.query(SOQL))).isInstanceOf(SalesforceException.NoAnswer.class);
    assertThat(org.requests()).hasSize(1);
  }

  @Test
  void pagesThatGoInACircleEnd() {
    IntStream.range(0, 150)
        .forEach(
            i ->
                org.answers(
                    200,
                    """
                    {"done":false,"nextRecordsUrl":"/services/data/v63.0/query/x","records":[]}"""));

    assertThat(fault(client.query(SOQL))).isInstanceOf(SalesforceException.NoAnswer.class);
    assertThat(org.requests()).hasSize(100);
  }

  @Test
  void pagesThatAreTooLargeTogetherEnd() {
    String page =
        """
        {"done":false,"nextRecordsUrl":"/services/data/v63.0/query/x","records":[{"Id":"%s"}]}"""
            .formatted("x".repeat(1_000_000));
    IntStream.range(0, 10).forEach(i -> org.answers(200, page));

    assertThat(fault(client.query(SOQL))).isInstanceOf(SalesforceException.NoAnswer.class);
    assertThat(org.requests()).hasSize(5);
  }

  @Test
  void aTokenThatRanOutInTheMiddleOfATransferIsRenewedOnce() {
    org.error(401, "INVALID_SESSION_ID").created(CASE);

    assertThat(get(create())).isEqualTo(CASE);
    assertThat(org.requests())
        .extracting(request -> request.headers().get("Authorization"))
        .containsExactly("Bearer token-1", "Bearer token-2");
    assertThat(org.request(1).body()).isEqualTo(org.request(0).body());
  }

  @Test
  void aRefusedTokenIsRecognisedByItsCodeToo() {
    org.error(403, "INVALID_SESSION_ID").noRecords();

    assertThat(get(client.query(SOQL))).isEmpty();
  }

  @Test
  void anOrgThatRefusesEveryTokenIsNotAskedForEver() {
    org.error(401, "INVALID_SESSION_ID").answers(401, "");

    SalesforceException fault = fault(create());

    assertThat(fault).isInstanceOf(SalesforceException.NotAuthorised.class);
    assertThat(fault.retryable()).isFalse();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(org.requests()).hasSize(2);
  }

  @Test
  void aUsedUpQuotaIsNoMissingPermission() {
    org.error(403, "REQUEST_LIMIT_EXCEEDED").answers(429, "");

    for (SalesforceException fault : List.of(fault(create()), fault(create()))) {
      assertThat(fault).isInstanceOf(SalesforceException.QuotaExceeded.class);
      assertThat(fault.retryable()).isTrue();
      assertThat(fault.mayHaveBeenProcessed()).isFalse();
      assertThat(fault.retryAfter()).contains(Duration.ofMinutes(5));
    }
    assertThat(org.requests()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "400,MALFORMED_ID",
    "400,INVALID_FIELD",
    "400,FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "400,DUPLICATES_DETECTED",
    "400,DUPLICATE_VALUE",
    "403,INSUFFICIENT_ACCESS_OR_READONLY",
    "403,API_DISABLED_FOR_ORG",
    "405,METHOD_NOT_ALLOWED",
    "415,UNSUPPORTED_MEDIA_TYPE",
    "410,UNSUPPORTED_API_VERSION"
  })
  void aPermanentFaultIsNotRetried(int status, String code) {
    org.error(status, code);

    SalesforceException fault = fault(create());

    assertThat(fault).isInstanceOf(SalesforceException.Rejected.class);
    assertThat(fault.retryable()).isFalse();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(fault.retryAfter()).isEmpty();
    assertThat(fault.status()).isEqualTo(status);
    assertThat(fault.codes()).containsExactly(code);
  }

  @ParameterizedTest
  @CsvSource({"404,NOT_FOUND", "400,ENTITY_IS_DELETED"})
  void aRecordThatIsGoneIsToldFromARefusal(int status, String code) {
    org.error(status, code);

    SalesforceException fault = fault(update());

    assertThat(fault).isInstanceOf(SalesforceException.NotFound.class);
    assertThat(fault.retryable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 500})
  void aLockedRowIsRetriedAndSurelyNotWritten(int status) {
    org.error(status, "UNABLE_TO_LOCK_ROW");

    SalesforceException fault = fault(create());

    assertThat(fault).isInstanceOf(SalesforceException.Passing.class);
    assertThat(fault.retryable()).isTrue();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
  }

  /** Of two upserts at the same time one is refused, although the record is there then. */
  @Test
  void aKeyThatAnotherRequestHasJustUsedIsNoRefusal() {
    org.error(400, "DUPLICATE_VALUE");

    SalesforceException fault =
        fault(org.client().upsert("Case", "Transfer_Key__c", "k", subject("x"), Map.of()));

    assertThat(fault.retryable()).isTrue();
    assertThat(fault.mayHaveBeenProcessed()).isTrue();
    assertThat(fault.health()).isEqualTo(SystemFault.Health.UP);
    assertThat(fault.codes()).containsExactly("DUPLICATE_VALUE");
  }

  @ParameterizedTest
  @CsvSource({
    "500,UNKNOWN_EXCEPTION",
    "502,BAD_GATEWAY",
    "503,SERVER_UNAVAILABLE",
    "400,SERVER_UNAVAILABLE",
    "408,REQUEST_TIMEOUT"
  })
  void afterAServerFaultAWriteMayHaveHappenedAndAQueryMayBeRepeated(int status, String code) {
    org.error(status, code).error(status, code).error(status, code);

    SalesforceException created = fault(create());
    SalesforceException updated = fault(update());
    SalesforceException queried = fault(client.query(SOQL));

    assertThat(List.of(created, updated, queried))
        .allSatisfy(
            fault -> {
              assertThat(fault).isInstanceOf(SalesforceException.Passing.class);
              assertThat(fault.retryable()).isTrue();
            });
    assertThat(created.mayHaveBeenProcessed()).isTrue();
    assertThat(updated.mayHaveBeenProcessed()).isTrue();
    assertThat(queried.mayHaveBeenProcessed()).isFalse();
    assertThat(org.requests()).as("nothing is repeated in here").hasSize(3);
  }

  @Test
  void anOutageThatAnswersHtmlOrNothingIsStillAnOutage() {
    org.answersHtml(503).answers(500, "").answers(502, "[");

    for (int i = 0; i < 3; i++) {
      assertThat(fault(create())).isInstanceOf(SalesforceException.Passing.class);
    }
  }

  @Test
  void aCreateWithoutAnswerMayHaveMadeARecord() {
    org.hangsUp();

    SalesforceException fault = fault(create());

    assertThat(fault).isInstanceOf(SalesforceException.NoAnswer.class);
    assertThat(fault.retryable()).isTrue();
    assertThat(fault.mayHaveBeenProcessed()).isTrue();
    assertThat(fault.status()).isZero();
    assertThat(org.requests()).hasSize(1);
  }

  @Test
  void aQueryWithoutAnswerHasChangedNothing() {
    org.hangsUp();

    SalesforceException fault = fault(client.query(SOQL));

    assertThat(fault.retryable()).isTrue();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
  }

  @Test
  void aCreateThatWasNeverSentIsNotInDoubt() {
    URI nobody = org.url();
    org.close();
    try (HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 1)) {
      SalesforceClient alone =
          new SalesforceClient(
              new SalesforceSettings(nobody, "v63.0"), http, org.tokens(null), Gate.open());

      SalesforceException fault = fault(alone.create("Case", subject("x"), Map.of()));

      assertThat(fault.retryable()).isTrue();
      assertThat(fault.mayHaveBeenProcessed()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "<html>", "{}", "[]", "{\"id\":null,\"success\":true}", "{\"id\":\"../x\"}"})
  void aSuccessThatNamesNoRecordIsInDoubt(String body) {
    org.answers(201, body);

    SalesforceException fault = fault(create());

    assertThat(fault).isInstanceOf(SalesforceException.NoAnswer.class);
    assertThat(fault.mayHaveBeenProcessed()).isTrue();
    assertThat(fault.status()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "{}", "{\"records\":[]}", "{\"done\":true}"})
  void aSuccessThatHoldsNoRecordsIsNotTakenForNoRecords(String body) {
    org.answers(200, body);

    SalesforceException fault = fault(client.query(SOQL));

    assertThat(fault).isInstanceOf(SalesforceException.NoAnswer.class);
    assertThat(fault.retryable()).isTrue();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
  }

  @Test
  void aCreateThatFailsUnderASuccessfulStatusHasFailed() {
    org.answers(
        200,
        """
        {"id":null,"success":false,
         "errors":[{"statusCode":"MALFORMED_ID","message":"m","fields":["OwnerId"]}]}""");

    SalesforceException fault = fault(create());

    assertThat(fault).isInstanceOf(SalesforceException.Rejected.class);
    assertThat(fault.codes()).containsExactly("MALFORMED_ID");
    assertThat(fault).hasMessageContaining("fields OwnerId");
  }

  @Test
  void aSingleErrorObjectIsUnderstoodToo() {
    org.answers(400, "{\"message\":\"m\",\"errorCode\":\"JSON_PARSER_ERROR\"}");

    assertThat(fault(create()).codes()).containsExactly("JSON_PARSER_ERROR");
  }

  @Test
  void whatTheCustomerSaidDoesNotComeBackInAMessage() {
    org.answers(
            400,
            """
            [{"message":"Subject: data value too large: Secret words",
              "errorCode":"STRING_TOO_LONG","fields":["Subject","Secret words"]}]""")
        .answers(400, "[{\"message\":\"m\",\"errorCode\":\"Secret words\"}]");

    assertThat(fault(create()))
        .hasMessage(
            "Salesforce answered HTTP 400 STRING_TOO_LONG to \"create Case\", fields Subject")
        .hasMessageNotContaining("Secret");
    assertThat(fault(update())).hasMessage("Salesforce answered HTTP 400 to \"update Case\"");
  }

  @Test
  void aRefusedQuerySaysWhatTheOrgDislikesInAFewWords() {
    org.answers(
            400,
            """
            [{"message":"No such column 'QueueRoutingConfigId'\\non  entity 'Group'",
              "errorCode":"INVALID_FIELD"}]""")
        .answers(
            400, "[{\"message\":\"" + "long ".repeat(99) + "\",\"errorCode\":\"INVALID_FIELD\"}]");

    assertThat(fault(client.query(SOQL)))
        .hasMessage(
            "Salesforce answered HTTP 400 INVALID_FIELD to \"query\": No such column"
                + " 'QueueRoutingConfigId' on entity 'Group'");
    assertThat(fault(client.query(SOQL)).getMessage()).hasSizeLessThan(300).endsWith("...");
  }

  @Test
  void noTokenAppearsInAnyFault() {
    org.error(401, "INVALID_SESSION_ID").answers(401, "").hangsUp();

    for (int i = 0; i < 2; i++) {
      for (Throwable cause = fault(create()); cause != null; cause = cause.getCause()) {
        assertThat(cause.toString()).doesNotContain("token-", "Secret");
      }
    }
  }

  @Test
  void theInstanceUrlIsConfiguredWhereTheTokenNamesNone() {
    org.noRecords();
    SalesforceClient configured =
        new SalesforceClient(
            new SalesforceSettings(URI.create(org.url() + "/"), "v67.0"),
            org.http(),
            org.tokens(null),
            Gate.open());

    get(configured.query(SOQL));

    assertThat(org.request(0).path()).isEqualTo("/services/data/v67.0/query");
  }

  @Test
  void theTokensInstanceIsAskedAndNotTheConfiguredOne() {
    org.noRecords();
    SalesforceClient configured =
        new SalesforceClient(
            new SalesforceSettings(URI.create("http://192.0.2.1"), "v63.0"),
            org.http(),
            org.tokens(org.url()),
            Gate.open());

    assertThat(get(configured.query(SOQL))).isEmpty();
  }

  @Test
  void withoutAnyInstanceUrlTheFaultSaysWhatToDo() {
    SalesforceException fault = fault(org.client(org.tokens(null)).query(SOQL));

    assertThat(fault).isInstanceOf(SalesforceException.Misconfigured.class);
    assertThat(fault.retryable()).isFalse();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(fault).hasMessageContaining("configure the instance URL");
  }

  @Test
  void aTokenThatIsRefusedForGoodIsNotAskedForAgainAndTheReasonIsPassedOn() {
    org.answers(
        400,
        """
        {"error":"invalid_grant","error_description":"user hasn't approved this consumer"}""");

    SalesforceException fault = fault(org.client(tokenFromOrg()).query(SOQL));

    assertThat(fault).isInstanceOf(SalesforceException.Misconfigured.class);
    assertThat(fault.retryable()).isFalse();
    assertThat(fault).hasMessageContaining("invalid_grant");
  }

  @Test
  void withoutATokenACreateWasNotSentAndMayBeRepeated() {
    org.answers(503, "");

    SalesforceException fault =
        fault(org.client(tokenFromOrg()).create("Case", subject("x"), Map.of()));

    assertThat(fault.retryable()).isTrue();
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
  }

  private TokenSource tokenFromOrg() {
    Grant grant = new Grant.ClientCredentials(org.url(), "client", "secret");
    return TokenSources.of(grant, org.http(), Clock.systemUTC());
  }

  @Test
  void aBugIsNotDressedUpAsAFaultOfTheOrg() {
    TokenSource broken =
        new TokenSource() {
          @Override
          public CompletableFuture<AccessToken> token() {
            return CompletableFuture.failedFuture(new IllegalStateException("bug"));
          }

          @Override
          public void reject(AccessToken token) {}
        };

    assertThatThrownBy(() -> org.client(broken).query(SOQL).join())
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void namesThatWouldChangeTheUrlAreRefused() {
    assertThat(fault(client.update("Case", "../Contact/003", subject("x"), Map.of())))
        .isInstanceOf(SalesforceException.Misconfigured.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.create("Case/x", subject("x"), Map.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> new SalesforceSettings(null, "63.0"));
    assertThat(org.requests()).isEmpty();
  }
}
