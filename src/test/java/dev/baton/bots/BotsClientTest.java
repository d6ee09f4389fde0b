package dev.baton.bots;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.bots.BotsException.Retry;
import dev.baton.http.HttpCaller;
import dev.baton.http.NotSentException;
import dev.baton.http.RawServer;
import dev.baton.http.TestServer;
import dev.baton.http.TestServer.Reply;
import dev.baton.http.TestServer.Request;
import dev.baton.http.TimeLimits;
import dev.baton.oauth.Grant.ClientCredentials;
import dev.baton.oauth.Grant.GivenToken;
import dev.baton.oauth.TokenSource;
import dev.baton.oauth.TokenSources;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class BotsClientTest {

  private static final UUID KEY = UUID.fromString("57904eb6-5352-4c5e-adf6-5f100572cf5d");
  private static final UUID REQUEST = UUID.fromString("19c056ab-d909-49df-b976-65e56b6ab214");
  private static final SessionRef SESSION = new SessionRef("S1", null);
  private static final SessionMessage TEXT = new SessionMessage.Text(1, null, "private words");
  private static final StartSession START =
      new StartSession("0XxB", KEY, null, List.of(), List.of(), null);

  private final HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 5);

  @AfterEach
  void close() {
    http.close();
  }

  @Test
  void a_bare_start_has_only_what_is_required() {
    Request request = sent(bots -> bots.start(START, REQUEST));
    assertThat(request.method() + " " + request.path())
        .isEqualTo("POST /v5.3.0/bots/0XxB/sessions");
    assertThat(request.body())
        .isEqualTo(
            "{\"externalSessionKey\":\"57904eb6-5352-4c5e-adf6-5f100572cf5d\","
                + "\"forceConfig\":{\"endpoint\":\"https://x.my.salesforce.com/\"}}");
    assertThat(request.header("Authorization")).isEqualTo("Bearer T");
    assertThat(request.header("X-Org-Id")).isEqualTo("00DORG");
    assertThat(request.header("X-Request-ID")).isEqualTo(REQUEST.toString());
    assertThat(request.header("Content-Type")).isEqualTo("application/json");
    assertThat(request.header("Accept")).isEqualTo("application/json");
    assertThat(request.headers()).doesNotContainKeys("X-runtime-crc", "X-session-end-reason");
  }

  @Test
  void a_full_start_has_no_type_on_its_message() {
    StartSession start =
        new StartSession(
            "0Xx/B",
            KEY,
            "Hello",
            List.of(new Variable.OfText("CustomerName", "Bob")),
            List.of(new Referrer(Referrer.BOT, "0XxA"), new Referrer(Referrer.SESSION, "S0")),
            "America/Los_Angeles");
    try (TestServer server = new TestServer(request -> Reply.json(200, "{\"sessionId\":\"S1\"}"))) {
      bots(server, ApiVersion.V5_3, given(), true).start(start, REQUEST).join();
      assertThat(server.requests.get(0).path()).isEqualTo("/v5.3.0/bots/0Xx%2FB/sessions");
      assertThat(server.requests.get(0).body())
          .isEqualTo(
              "{\"externalSessionKey\":\"57904eb6-5352-4c5e-adf6-5f100572cf5d\","
                  + "\"message\":{\"text\":\"Hello\"},"
                  + "\"forceConfig\":{\"endpoint\":\"https://x.my.salesforce.com/\"},"
                  + "\"responseOptions\":{\"variables\":{\"include\":true,\"onlyChanged\":false}},"
                  + "\"tz\":\"America/Los_Angeles\","
                  + "\"variables\":[{\"name\":\"CustomerName\",\"type\":\"text\",\"value\":\"Bob\"}],"
                  + "\"referrers\":[{\"type\":\"Salesforce:Core:Bot:Id\",\"value\":\"0XxA\"},"
                  + "{\"type\":\"Salesforce:BotRuntime:Session:Id\",\"value\":\"S0\"}]}");
    }
  }

  static Stream<Arguments> messages() {
    return Stream.of(
        Arguments.of(
            new SessionMessage.Text(1, "m0", "Order Status"),
            "{\"type\":\"text\",\"sequenceId\":1,\"text\":\"Order Status\",\"inReplyToMessageId\":\"m0\"}"),
        Arguments.of(
            new SessionMessage.Text(1, null, "ü \"q\""),
            "{\"type\":\"text\",\"sequenceId\":1,\"text\":\"ü \\\"q\\\"\"}"),
        Arguments.of(
            new SessionMessage.Choice(2, null, "c1"),
            "{\"type\":\"choice\",\"sequenceId\":2,\"choiceId\":\"c1\"}"),
        Arguments.of(
            new SessionMessage.ChoiceAt(2, "m1", 0),
            "{\"type\":\"choice\",\"sequenceId\":2,\"choiceIndex\":1,\"inReplyToMessageId\":\"m1\"}"),
        Arguments.of(
            new SessionMessage.Redirect(3, "d1"),
            "{\"type\":\"redirect\",\"sequenceId\":3,\"dialogId\":\"d1\"}"),
        Arguments.of(
            new SessionMessage.TransferSucceeded(4, "m2"),
            "{\"type\":\"transferSucceeded\",\"sequenceId\":4,\"inReplyToMessageId\":\"m2\"}"),
        Arguments.of(
            new SessionMessage.TransferFailed(
                5, "m2", FailureReason.NO_AGENT_AVAILABLE, "queue empty"),
            "{\"type\":\"transferFailed\",\"sequenceId\":5,\"reason\":\"NoAgentAvailable\","
                + "\"description\":\"queue empty\",\"inReplyToMessageId\":\"m2\"}"),
        Arguments.of(
            new SessionMessage.TransferFailed(5, null, FailureReason.ERROR, null),
            "{\"type\":\"transferFailed\",\"sequenceId\":5,\"reason\":\"Error\"}"),
        Arguments.of(
            new SessionMessage.SetVariables(
                6, List.of(new Variable.OfNumber("qty", BigDecimal.TEN))),
            "{\"type\":\"setVariables\",\"sequenceId\":6,"
                + "\"variables\":[{\"name\":\"qty\",\"type\":\"number\",\"value\":10}]}"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void a_message_has_no_member_the_server_would_refuse(SessionMessage message, String json) {
    Request request = sent(bots -> bots.send(SESSION, message, REQUEST));
    assertThat(request.method() + " " + request.path())
        .isEqualTo("POST /v5.3.0/sessions/S1/messages");
    assertThat(request.body()).isEqualTo("{\"message\":" + json + "}");
    assertThat(request.headers()).doesNotContainKeys("X-runtime-crc", "X-session-end-reason");
  }

  @Test
  void the_runtime_crc_goes_along_when_known() {
    SessionRef session = new SessionRef("S1", "crc-7");
    assertThat(sent(bots -> bots.send(session, TEXT, REQUEST)).header("X-Runtime-CRC"))
        .isEqualTo("crc-7");
    assertThat(sent(bots -> bots.end(session, EndReason.OTHER, REQUEST)).header("X-Runtime-CRC"))
        .isEqualTo("crc-7");
  }

  @ParameterizedTest
  @CsvSource({
    "USER_REQUEST,UserRequest",
    "TRANSFER,Transfer",
    "EXPIRATION,Expiration",
    "ERROR,Error",
    "OTHER,Other"
  })
  void an_end_says_why_and_has_no_body(EndReason reason, String wire) {
    Request request = sent(bots -> bots.end(SESSION, reason, REQUEST));
    assertThat(request.method() + " " + request.path()).isEqualTo("DELETE /v5.3.0/sessions/S1");
    assertThat(request.body()).isEmpty();
    assertThat(request.header("X-Session-End-Reason")).isEqualTo(wire);
    assertThat(request.headers()).doesNotContainKeys("Content-type", "X-runtime-crc");
  }

  @ParameterizedTest
  @CsvSource({
    "V5_0,/v5.0.0/sessions/S1/messages,0",
    "V5_1,/v5.1.0/sessions/S1/messages,1",
    "V5_2,/v5.2.0/sessions/S1/messages,1",
    "V5_3,/v5.3.0/sessions/S1/messages,1"
  })
  void the_first_choice_is_0_in_version_5_0_only(ApiVersion version, String path, int index) {
    SessionMessage first = new SessionMessage.ChoiceAt(1, null, 0);
    Request request = sent(version, bots -> bots.send(SESSION, first, REQUEST));
    assertThat(request.path()).isEqualTo(path);
    assertThat(request.body()).contains("\"choiceIndex\":" + index);
  }

  @ParameterizedTest
  @EnumSource(ApiVersion.class)
  void setVariables_is_not_sent_to_a_version_that_lacks_it(ApiVersion version) {
    SessionMessage set = new SessionMessage.SetVariables(1, List.of());
    try (TestServer server = new TestServer(request -> Reply.json(200, "{}"))) {
      CompletableFuture<BotAnswer> answer =
          bots(server, version, given(), false).send(SESSION, set, REQUEST);
      if (version.compareTo(ApiVersion.V5_2) < 0) {
        assertThat(failure(answer)).isInstanceOf(BotsException.Rejected.class);
        assertThat(server.requests).isEmpty();
      } else {
        answer.join();
        assertThat(server.requests).hasSize(1);
      }
    }
  }

  @Test
  void status_and_versions_carry_no_token() {
    try (TestServer server =
        new TestServer(
            request ->
                Reply.json(
                    200,
                    request.path().equals("/status")
                        ? "{\"status\":\"UP\"}"
                        : "{\"versions\":[{\"versionNumber\":\"5.3.0\",\"status\":\"ACTIVE\"},{}]}"))) {
      BotsClient bots = bots(server);
      assertThat(bots.status().join()).isTrue();
      assertThat(bots.versions().join())
          .containsExactly(new OfferedVersion("5.3.0", "ACTIVE"), new OfferedVersion(null, null));
      assertThat(server.requests)
          .extracting(request -> request.method() + " " + request.path())
          .containsExactly("GET /status", "GET /versions");
      assertThat(server.requests)
          .allSatisfy(
              request ->
                  assertThat(request.headers())
                      .doesNotContainKeys("Authorization", "X-org-id", "X-request-id"));
    }
  }

  @Test
  void a_server_that_is_down_is_not_up() {
    try (TestServer server = new TestServer(request -> Reply.json(200, "{\"status\":\"DOWN\"}"))) {
      assertThat(bots(server).status().join()).isFalse();
    }
  }

  static Stream<Arguments> errors() {
    return Stream.of(
            Arguments.of(400, BotsException.Rejected.class, Retry.NEVER, false),
            Arguments.of(401, BotsException.Unauthorized.class, Retry.FEW_TIMES, false),
            Arguments.of(403, BotsException.Forbidden.class, Retry.NEVER, false),
            Arguments.of(404, BotsException.SessionGone.class, Retry.NEVER, false),
            Arguments.of(410, BotsException.SessionGone.class, Retry.NEVER, false),
            Arguments.of(422, BotsException.NotProcessable.class, Retry.FEW_TIMES, false),
            Arguments.of(423, BotsException.Busy.class, Retry.YES, false),
            Arguments.of(429, BotsException.TooManyRequests.class, Retry.YES, false),
            Arguments.of(500, BotsException.ServerFault.class, Retry.YES, true),
            Arguments.of(503, BotsException.ServerFault.class, Retry.YES, true),
            Arguments.of(408, BotsException.ServerFault.class, Retry.YES, true),
            Arguments.of(302, BotsException.Rejected.class, Retry.NEVER, false),
            Arguments.of(418, BotsException.Rejected.class, Retry.NEVER, false))
        .flatMap(
            error ->
                Stream.of(
                        "{\"status\":1,\"error\":\"E\",\"message\":\"why\",\"additionalProp1\":{}}",
                        "<html>fault filter abort</html>",
                        "")
                    .map(
                        body -> {
                          Object[] e = error.get();
                          return Arguments.of(e[0], body, e[1], e[2], e[3]);
                        }));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void the_status_decides_whatever_the_body_is(
      int status, String body, Class<?> type, Retry retry, boolean mayHaveBeenProcessed) {
    String contentType = body.startsWith("<") ? "text/html" : "application/json";
    Reply reply =
        new Reply(status, body.isEmpty() ? Map.of() : Map.of("Content-Type", contentType), body);
    try (TestServer server = new TestServer(request -> reply)) {
      BotsException fault = fault(bots(server).send(SESSION, TEXT, REQUEST));
      assertThat(fault).isExactlyInstanceOf(type);
      assertThat(fault.retry()).isEqualTo(retry);
      assertThat(fault.mayHaveBeenProcessed()).isEqualTo(mayHaveBeenProcessed);
      assertThat(fault.status()).isEqualTo(status);
      assertThat(fault.requestId()).contains(REQUEST);
      assertThat(fault)
          .hasMessage(
              "HTTP " + status + ", request " + REQUEST + (body.contains("why") ? ", E: why" : ""));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void a_start_cannot_lose_a_session_it_does_not_have(int status) {
    try (TestServer server = new TestServer(request -> Reply.json(status, ""))) {
      assertThat(fault(bots(server).start(START, REQUEST)))
          .isInstanceOf(BotsException.NotFound.class);
    }
  }

  @Test
  void pauses_are_those_the_server_asks_for() {
    String inAnHour =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
    assertThat(pause(423, Map.of())).isEqualTo(Duration.ofSeconds(30));
    assertThat(pause(423, Map.of("Retry-After", "7"))).isEqualTo(Duration.ofSeconds(7));
    assertThat(pause(429, Map.of())).isNull();
    assertThat(pause(429, Map.of("Retry-After", "120"))).isEqualTo(Duration.ofMinutes(2));
    assertThat(pause(503, Map.of("Retry-After", inAnHour)))
        .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
    assertThat(pause(429, Map.of("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT")))
        .isEqualTo(Duration.ZERO);
    assertThat(pause(429, Map.of("Retry-After", "soon"))).isNull();
  }

  @Test
  void what_people_said_and_tokens_stay_out_of_faults() {
    String echo =
        "{\"error\":\"BadRequestError\",\"message\":\"cannot read say \\\\\\\"hi\\\\\\\" or say"
            + " \\\"hi\\\"\\nnor 42 Main St, 4111\"}";
    SessionMessage set =
        new SessionMessage.SetVariables(
            1,
            List.of(
                new Variable.OfText("a", "say \"hi\""),
                new Variable.OfNumber("b", new BigDecimal(4111)),
                new Variable.OfList("c", List.of(Json.object().put("street", "42 Main St")))));
    try (TestServer server = new TestServer(request -> Reply.json(400, echo))) {
      BotsException fault = fault(bots(server).send(SESSION, set, REQUEST));
      assertThat(fault)
          .hasMessage(
              "HTTP 400, request "
                  + REQUEST
                  + ", BadRequestError: cannot read *** or *** nor ***,"
                  + " ***");
    }
  }

  @Test
  void a_long_complaint_is_cut() {
    String body = "{\"error\":\"E\",\"message\":\"" + "x".repeat(5000) + "\"}";
    try (TestServer server = new TestServer(request -> Reply.json(400, body))) {
      assertThat(fault(bots(server).send(SESSION, TEXT, REQUEST)).getMessage())
          .hasSizeLessThan(300);
    }
  }

  @Test
  void a_401_is_answered_with_a_new_token_once() {
    try (Org org = new Org("T2");
        TestServer server = org.bots()) {
      bots(server, ApiVersion.V5_3, org.tokens(), false).send(SESSION, TEXT, REQUEST).join();
      assertThat(server.requests)
          .extracting(request -> request.header("Authorization"))
          .containsExactly("Bearer T1", "Bearer T2");
      assertThat(server.requests)
          .extracting(Request::body)
          .containsOnly(
              "{\"message\":{\"type\":\"text\",\"sequenceId\":1,\"text\":\"private words\"}}");
      assertThat(org.server.requests).hasSize(2);
    }
  }

  @Test
  void a_401_to_the_new_token_too_is_the_end() {
    try (Org org = new Org("never");
        TestServer server = org.bots()) {
      BotsClient bots = bots(server, ApiVersion.V5_3, org.tokens(), false);
      assertThat(fault(bots.send(SESSION, TEXT, REQUEST)))
          .isInstanceOf(BotsException.Unauthorized.class);
      assertThat(server.requests).hasSize(2);
      assertThat(org.server.requests).hasSize(2);
    }
  }

  @Test
  void a_token_that_cannot_be_renewed_is_not_tried_again() {
    try (TestServer server = new TestServer(request -> Reply.json(401, ""))) {
      assertThat(fault(bots(server).send(SESSION, TEXT, REQUEST)))
          .isInstanceOf(BotsException.Unauthorized.class);
      assertThat(server.requests).hasSize(1);
    }
  }

  @Test
  void many_callers_with_an_expired_token_cause_one_renewal() {
    try (Org org = new Org("T2");
        TestServer server = org.bots()) {
      BotsClient bots = bots(server, ApiVersion.V5_3, org.tokens(), false);
      List<CompletableFuture<BotAnswer>> answers =
          Stream.generate(() -> bots.send(SESSION, TEXT, REQUEST)).limit(20).toList();
      assertThat(answers).allSatisfy(CompletableFuture::join);
      assertThat(org.server.requests).hasSize(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"400,invalid_grant,NEVER", "503,x,YES"})
  void without_a_token_nothing_is_sent(int status, String error, Retry retry) {
    try (TestServer login =
            new TestServer(request -> Reply.json(status, "{\"error\":\"" + error + "\"}"));
        TestServer server = new TestServer(request -> Reply.json(200, "{}"))) {
      TokenSource tokens =
          TokenSources.of(
              new ClientCredentials(login.uri(), "id", "secret"), http, Clock.systemUTC());
      BotsException fault =
          fault(bots(server, ApiVersion.V5_3, tokens, false).send(SESSION, TEXT, REQUEST));
      assertThat(fault).isInstanceOf(BotsException.NoToken.class);
      assertThat(fault.retry()).isEqualTo(retry);
      assertThat(fault.mayHaveBeenProcessed()).isFalse();
      assertThat(server.requests).isEmpty();
    }
  }

  @Test
  void the_org_id_comes_from_the_token_if_not_set() {
    try (Org org = new Org("T1");
        TestServer server = org.bots()) {
      BotsSettings settings = new BotsSettings(server.uri(), ApiVersion.V5_3, null, "f", false);
      new BotsClient(settings, http, org.tokens()).send(SESSION, TEXT, REQUEST).join();
      assertThat(server.requests.get(0).header("X-Org-Id")).isEqualTo("00DTOKEN");
      assertThat(fault(new BotsClient(settings, http, given()).send(SESSION, TEXT, REQUEST)))
          .isInstanceOf(BotsException.Rejected.class)
          .hasMessageContaining("org id");
    }
  }

  @Test
  void a_refused_connection_has_surely_not_been_processed() throws IOException {
    URI nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
    BotsException fault = fault(bots(nobody).send(SESSION, TEXT, REQUEST));
    assertThat(fault).isInstanceOf(BotsException.NoAnswer.class);
    assertThat(fault).hasCauseInstanceOf(NotSentException.class);
    assertThat(fault.mayHaveBeenProcessed()).isFalse();
    assertThat(fault.retry()).isEqualTo(Retry.YES);
    assertThat(fault.status()).isZero();
  }

  @Test
  void an_answer_cut_off_may_have_been_processed() throws IOException {
    try (RawServer server =
        new RawServer(RawServer.says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"))) {
      BotsException fault = fault(bots(server.uri()).send(SESSION, TEXT, REQUEST));
      assertThat(fault).isInstanceOf(BotsException.NoAnswer.class);
      assertThat(fault.mayHaveBeenProcessed()).isTrue();
      assertThat(fault.retry()).isEqualTo(Retry.YES);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>welcome</html>", "[]", "{\"messages\":", "null", "\"x\""})
  void a_2xx_that_is_no_answer_of_the_api_is_never_repeated(String body) {
    try (TestServer server = new TestServer(request -> Reply.json(200, body))) {
      BotsException fault = fault(bots(server).send(SESSION, TEXT, REQUEST));
      assertThat(fault).isInstanceOf(BotsException.Unreadable.class);
      assertThat(fault.retry()).isEqualTo(Retry.NEVER);
      assertThat(fault.mayHaveBeenProcessed()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"messages,200", "targets,100", "variables,1000"})
  void an_answer_has_a_limit_for_each_list(String list, int limit) {
    assertThat(failure(listOf(list, limit))).isEmpty();
    assertThat(failure(listOf(list, limit + 1)))
        .hasValueSatisfying(
            fault -> {
              assertThat(fault).isInstanceOf(BotsException.Unreadable.class);
              assertThat(fault).hasMessageContaining(limit + " " + list);
            });
  }

  private static String listOf(String list, int size) {
    String item =
        switch (list) {
          case "messages" -> "{\"type\":\"text\",\"text\":\"x\"}";
          case "targets" -> "{\"type\":\"t\",\"value\":\"v\"}";
          default -> "{\"name\":\"n\",\"type\":\"text\",\"value\":\"x\"}";
        };
    String items = "\"" + list + "\":[" + item + ("," + item).repeat(size - 1) + "]";
    return list.equals("targets")
        ? "{\"messages\":[{\"type\":\"escalate\"," + items + "}]}"
        : "{" + items + "}";
  }

  private Optional<Throwable> failure(String answer) {
    try (TestServer server = new TestServer(request -> Reply.json(200, answer))) {
      return bots(server)
          .send(SESSION, TEXT, REQUEST)
          .handle((read, fault) -> Optional.ofNullable(fault))
          .join();
    }
  }

  @Test
  void an_empty_2xx_is_an_answer_without_messages_but_no_start() {
    try (TestServer server = new TestServer(request -> Reply.json(200, ""))) {
      assertThat(bots(server).end(SESSION, EndReason.TRANSFER, REQUEST).join().messages())
          .isEmpty();
      assertThat(fault(bots(server).start(START, REQUEST)))
          .isInstanceOf(BotsException.Unreadable.class)
          .hasMessageContaining("session id");
    }
  }

  @Test
  void the_runtime_crc_of_the_answer_is_handed_on() {
    Reply reply = new Reply(200, Map.of("x-runtime-crc", "crc-8"), "{\"sessionId\":\"S1\"}");
    try (TestServer server = new TestServer(request -> reply)) {
      BotAnswer answer = bots(server).start(START, REQUEST).join();
      assertThat(answer.runtimeCrc()).isEqualTo("crc-8");
      assertThat(answer.sessionId()).isEqualTo("S1");
    }
  }

  /** A login server that gives T1, T2 ... and bots that accept one of them. */
  private final class Org implements AutoCloseable {
    private final AtomicInteger given = new AtomicInteger();
    private final String accepted;
    final TestServer server =
        new TestServer(
            request ->
                Reply.json(
                    200,
                    "{\"access_token\":\"T"
                        + given.incrementAndGet()
                        + "\",\"id\":\"https://x/id/00DTOKEN/005\"}"));

    Org(String accepted) {
      this.accepted = accepted;
    }

    TokenSource tokens() {
      return TokenSources.of(
          new ClientCredentials(server.uri(), "id", "secret"), http, Clock.systemUTC());
    }

    TestServer bots() {
      return new TestServer(
          request ->
              request.header("Authorization").equals("Bearer " + accepted)
                  ? Reply.json(200, "{}")
                  : Reply.json(401, ""));
    }

    @Override
    public void close() {
      server.close();
    }
  }

  private Request sent(Function<BotsClient, CompletableFuture<BotAnswer>> call) {
    return sent(ApiVersion.V5_3, call);
  }

  private Request sent(
      ApiVersion version, Function<BotsClient, CompletableFuture<BotAnswer>> call) {
    try (TestServer server = new TestServer(request -> Reply.json(200, "{\"sessionId\":\"S1\"}"))) {
      call.apply(bots(server, version, given(), false)).join();
      assertThat(server.requests).hasSize(1);
      return server.requests.get(0);
    }
  }

  private @Nullable Duration pause(int status, Map<String, String> headers) {
    try (TestServer server = new TestServer(request -> new Reply(status, headers, ""))) {
      return fault(bots(server).send(SESSION, TEXT, REQUEST)).retryAfter().orElse(null);
    }
  }

  private BotsClient bots(TestServer server) {
    return bots(server.uri());
  }

  private BotsClient bots(URI uri) {
    return new BotsClient(
        new BotsSettings(uri, ApiVersion.V5_3, "00DORG", "https://x.my.salesforce.com/", false),
        http,
        given());
  }

  private BotsClient bots(
      TestServer server, ApiVersion version, TokenSource tokens, boolean withVariables) {
    return new BotsClient(
        new BotsSettings(
            URI.create(server.uri() + "/"),
            version,
            "00DORG",
            "https://x.my.salesforce.com/",
            withVariables),
        http,
        tokens);
  }

  private TokenSource given() {
    return TokenSources.of(new GivenToken("T", null), http, Clock.systemUTC());
  }

  private static BotsException fault(CompletableFuture<?> answer) {
    return (BotsException) failure(answer);
  }

  /** The failure exactly as {@code whenComplete} shows it. */
  private static Throwable failure(CompletableFuture<?> answer) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    try {
      answer.whenComplete((result, fault) -> failure.set(fault)).join();
    } catch (CompletionException e) {
      Throwable seen = failure.get();
      if (seen != null) {
        return seen;
      }
    }
    throw new AssertionError("answered");
  }
}
