package dev.baton.bots;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.OddJson;
import dev.baton.http.HttpCaller;
import dev.baton.http.TestServer;
import dev.baton.http.TestServer.Reply;
import dev.baton.http.TimeLimits;
import dev.baton.oauth.Grant.GivenToken;
import dev.baton.oauth.TokenSources;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a bot answers is read, or refused as what it is, in no time; what is kept can be. */
@Timeout(120)
class OddAnswersTest {

  private static final int CASES = 6000;
  private static final int LONGEST = 255;

  private static final String[] ANSWERS = {
    """
    {"sessionId":"85bce2f1","botVersion":"0X9SB00000006wf0AA","processedSequenceIds":[1],
     "messages":[
      {"type":"text","id":"m1","text":"Hello","schedule":{"responseDelayMilliseconds":1200}},
      {"type":"choices","id":"m2","widget":"menu","choices":[
        {"label":"Order Status","alias":"1","id":"8a9a"},{"label":"Agent","id":"8a9b"}]},
      {"type":"escalate","id":"m3","targets":[
        {"type":"Salesforce:Core:Queue:Id","value":"00Gxx0000012345EAA"}]},
      {"type":"sessionEnded","id":"m4","reason":"ClientRequest"}],
     "_links":{"self":{"href":"https://example.com/"}}}""",
    """
    {"sessionId":"85bce2f1","processedSequenceIds":[],"messages":[],"variables":[
      {"name":"a","type":"boolean","value":true},{"name":"b","type":"date","value":"2021-09-21"},
      {"name":"c","type":"dateTime","value":"2018-09-21T14:30:00"},
      {"name":"d","type":"money","value":"USD 10.40"},{"name":"e","type":"number","value":10},
      {"name":"f","type":"object","value":[{"name":"g","type":"text","value":"x"}]},
      {"name":"h","type":"list","value":[{"type":"ref","value":"1M5xx000000000BCAQ"}]}]}"""
  };

  private static final String FAULT =
      """
      {"status":423,"path":"/v1/x","requestId":"19c0","error":"ServerBusyError",
       "message":"Server is busy","timestamp":1531245973799}""";

  @Test
  void whatIsReadIsWholeAndCanBeKeptAndSentOn() {
    OddJson odd = new OddJson(1);
    int read = 0;
    for (int i = 0; i < CASES; i++) {
      String body = odd.of(ANSWERS);
      ObjectNode json = Json.parse(body.getBytes(StandardCharsets.UTF_8));
      if (json != null) {
        read++;
        check(body, json, BotAnswer.read(json, null));
      }
    }
    assertThat(read).isGreaterThan(CASES / 3);
  }

  private static void check(String body, ObjectNode json, BotAnswer answer) {
    long objects =
        json.path("messages").isArray()
            ? json.path("messages").valueStream().filter(ObjectNode.class::isInstance).count()
            : 0;
    assertThat(answer.messages()).as(body).hasSize((int) objects);
    assertThat(answer.toString().length()).isLessThan(20_000);
    // Columns and process variables hold these.
    ids(answer).filter(id -> id != null).forEach(id -> assertKeepable(body, id));
    // A bot that takes the conversation over is given them.
    String sent =
        new String(
            Json.bytes(
                Requests.message(
                    new SessionMessage.SetVariables(1, answer.variables()),
                    new BotsSettings(
                        java.net.URI.create("http://x"), ApiVersion.V5_3, null, "", false))),
            StandardCharsets.UTF_8);
    assertThat(sent.length()).isLessThan(body.length() * 2 + 1000);
  }

  private static Stream<@Nullable String> ids(BotAnswer answer) {
    Stream<@Nullable String> session = Stream.of(answer.sessionId());
    return Stream.concat(
        session,
        answer.messages().stream()
            .flatMap(
                message -> {
                  Stream<@Nullable String> id = Stream.of(message.id());
                  if (message instanceof BotMessage.Escalate escalate) {
                    return Stream.concat(
                        id,
                        escalate.targets().stream()
                            .flatMap(target -> Stream.of(target.type(), target.value())));
                  }
                  return message instanceof BotMessage.Choices choices
                      ? Stream.concat(id, choices.choices().stream().map(BotMessage.Choice::id))
                      : id;
                }));
  }

  private static void assertKeepable(String body, String id) {
    assertThat(id.codePointCount(0, id.length())).as(body).isLessThanOrEqualTo(LONGEST);
    assertThat(id).as(body).doesNotContain("\0");
    assertThat(new String(id.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
        .as(body)
        .isEqualTo(id);
  }

  @Test
  void nothingButTheDocumentedFaultsComesOut() throws Exception {
    OddJson odd = new OddJson(2);
    int[] statuses = {200, 200, 200, 201, 400, 401, 403, 404, 410, 422, 423, 429, 500, 503};
    int[] at = {0};
    try (TestServer server =
            new TestServer(
                request -> {
                  int status = statuses[at[0]++ % statuses.length];
                  return Reply.json(status, status < 300 ? odd.of(ANSWERS) : odd.of(FAULT));
                });
        HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 5)) {
      BotsClient bots =
          new BotsClient(
              new BotsSettings(server.uri(), ApiVersion.V5_3, "00DORG", "https://x", true),
              http,
              TokenSources.of(new GivenToken("T", null), http, Clock.systemUTC()));
      SessionRef session = new SessionRef("S1", "crc");
      for (int i = 0; i < CASES / 4; i++) {
        UUID id = UUID.randomUUID();
        var call =
            switch (i % 3) {
              case 0 ->
                  bots.start(new StartSession("0XxB", id, null, List.of(), List.of(), null), id);
              case 1 -> bots.send(session, new SessionMessage.Text(i, null, "words"), id);
              default -> bots.end(session, EndReason.OTHER, id);
            };
        try {
          call.get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
          Throwable fault =
              e.getCause() instanceof CompletionException c ? c.getCause() : e.getCause();
          assertThat(fault).isInstanceOf(BotsException.class);
          assertThat(String.valueOf(fault).length()).isLessThan(500);
        }
      }
    }
  }

  @Test
  void noLinkAndNoRedirectOfABotIsFollowed() throws Exception {
    try (TestServer elsewhere = new TestServer(request -> Reply.json(200, "{}"));
        TestServer server =
            new TestServer(
                request ->
                    new Reply(
                        request.method().equals("DELETE") ? 302 : 200,
                        Map.of("Location", elsewhere.uri().toString()),
                        """
                        {"sessionId":"S","messages":[],"_links":{"self":{"href":"%1$s/x"},
                         "messages":{"href":"%1$s/x"},"session":{"href":"%1$s/x"}}}"""
                            .formatted(elsewhere.uri())));
        HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 5)) {
      BotsClient bots =
          new BotsClient(
              new BotsSettings(server.uri(), ApiVersion.V5_3, "00DORG", "https://x", true),
              http,
              TokenSources.of(new GivenToken("T", null), http, Clock.systemUTC()));
      UUID id = UUID.randomUUID();
      SessionRef session = new SessionRef("//127.0.0.1:1/../x", null);
      bots.start(new StartSession("../x", id, null, List.of(), List.of(), null), id)
          .get(20, TimeUnit.SECONDS);
      bots.send(session, new SessionMessage.Text(1, null, "words"), id).get(20, TimeUnit.SECONDS);
      assertThat(bots.end(session, EndReason.OTHER, id))
          .failsWithin(20, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(BotsException.class);
      assertThat(elsewhere.requests).isEmpty();
      assertThat(server.requests)
          .extracting(TestServer.Request::path)
          .containsExactly(
              "/v5.3.0/bots/..%2Fx/sessions",
              "/v5.3.0/sessions/%2F%2F127.0.0.1%3A1%2F..%2Fx/messages",
              "/v5.3.0/sessions/%2F%2F127.0.0.1%3A1%2F..%2Fx");
    }
  }

  @Test
  void aChecksumThatNobodyCanKeepIsNone() throws Exception {
    try (TestServer server =
            new TestServer(
                request ->
                    new Reply(
                        200,
                        Map.of("X-Runtime-CRC", "c".repeat(5000)),
                        "{\"sessionId\":\"S\",\"messages\":[]}"));
        HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 5)) {
      BotsClient bots =
          new BotsClient(
              new BotsSettings(server.uri(), ApiVersion.V5_3, "00DORG", "https://x", true),
              http,
              TokenSources.of(new GivenToken("T", null), http, Clock.systemUTC()));
      UUID id = UUID.randomUUID();
      assertThat(
              bots.end(new SessionRef("S1", "crc"), EndReason.OTHER, id)
                  .get(20, TimeUnit.SECONDS)
                  .runtimeCrc())
          .isNull();
    }
  }
}
