package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsTest extends SimulatedTest {

  @ParameterizedTest
  @ValueSource(ints = {401, 422, 423, 429, 500, 503})
  void aScriptedStatusHitsOnceAndLeavesNoTrace(int status) {
    String session = client.session();
    script("{'faults':[{'then':{'status':" + status + "}}]}");

    Client.Response hit = client.say(session, 1, "1");
    assertThat(hit.status()).isEqualTo(status);
    assertThat(hit.json().path("status").asInt()).isEqualTo(status);
    assertThat(client.say(session, 1, "1").kinds()).isEqualTo("text choices");
    assertThat(simulator.journal().path(1).has("effect")).isFalse();
  }

  @Test
  void anErrorMayComeWithoutJson() {
    script(
        "{'faults':[{'then':{'status':429,'body':'none','retryAfter':'2'}},"
            + "{'then':{'status':404,'body':'html'}}]}");

    Client.Response none = client.start();
    assertThat(none.status()).isEqualTo(429);
    assertThat(none.http().body()).isEmpty();
    assertThat(none.header("Content-Type")).isEmpty();
    assertThat(none.header("Retry-After")).isEqualTo("2");
    Client.Response html = client.start();
    assertThat(html.header("Content-Type")).isEqualTo("text/html");
    assertThat(html.http().body()).contains("fault filter abort");
  }

  @Test
  void aRuleMayBeBoundToABotOrAQueue() {
    script(
        "{'bots':{'0Xxxx0000000009CAA':{}},'queues':{'00Gxx0000000009EAA':{}},'faults':["
            + "{'match':{'bot':'0Xxxx0000000009CAA','path':'/messages$','times':0},"
            + "'then':{'status':500}},"
            + "{'match':{'queue':'00Gxx0000000009EAA','method':'PATCH','times':0},"
            + "'then':{'status':502}},"
            + "{'match':{'queue':'00Gxx0000000009EAA','query':'FROM AgentWork','times':0},"
            + "'then':{'status':503}}]}");
    String other = client.session();
    String bound =
        client
            .post("/v5.3.0/bots/0Xxxx0000000009CAA/sessions", Client.startBody())
            .json()
            .path("sessionId")
            .asText();
    String caseOfOther = client.createCase(Simulator.DEMO_QUEUE_ID);
    String caseOfBound = client.createCase("00Gxx0000000009EAA");

    assertThat(client.say(other, 1, "1").status()).isEqualTo(200);
    assertThat(client.say(bound, 1, "1").status()).isEqualTo(500);
    assertThat(close(caseOfOther)).isEqualTo(204);
    assertThat(close(caseOfBound)).isEqualTo(502);
    String work = "SELECT Id FROM AgentWork WHERE WorkItemId IN (%s)";
    assertThat(client.query(work.formatted("'" + caseOfBound + "'")).status()).isEqualTo(503);
    String both = "'" + caseOfBound + "','" + caseOfOther + "'";
    assertThat(client.query(work.formatted(both)).status()).isEqualTo(200);
  }

  private int close(String caseId) {
    return client
        .send("PATCH", Client.ORG + "/sobjects/Case/" + caseId, "{\"Status\":\"Closed\"}")
        .status();
  }

  @Test
  void aSuccessMayComeWithABodyThatIsNoAnswer() {
    script("{'faults':[{'then':{'status':200,'body':'html','processed':true}}]}");

    Client.Response hit = client.start();
    assertThat(hit.status()).isEqualTo(200);
    assertThat(hit.http().body()).startsWith("<html>");
    assertThat(simulator.journal().path(0).path("effect").asText()).isEqualTo("processed");
  }

  @Test
  void aRuleChoosesItsRequests() {
    String one = client.session();
    String two = client.session();
    script(
        ("{'faults':[{'match':{'method':'POST','path':'/messages$','session':'%s',"
                + "'body':'transferFailed','nth':2,'times':2},'then':{'status':500}}]}")
            .formatted(two));
    String failed = "{'type':'transferFailed','sequenceId':1,'reason':'Error'}";

    assertThat(client.message(one, failed).status()).isEqualTo(400);
    assertThat(client.say(two, 1, "1").status()).isEqualTo(200);
    assertThat(client.message(two, failed).status()).isEqualTo(400);
    assertThat(client.message(two, failed).status()).isEqualTo(500);
    assertThat(client.message(two, failed).status()).isEqualTo(500);
    assertThat(client.message(two, failed).status()).isEqualTo(400);
  }

  @Test
  void anOrgFailsInItsOwnWords() {
    script(
        "{'faults':[{'match':{'path':'/services/data/'},'then':{'status':400,'error':'UNABLE_TO_LOCK_ROW'}},"
            + "{'match':{'path':'/services/data/'},'then':{'status':403}},"
            + "{'match':{'path':'/services/data/'},'then':{'status':503}},"
            + "{'match':{'path':'/token'},'then':{'status':400,'error':'invalid_grant'}}]}");

    assertThat(client.query("SELECT Id FROM Case").refusal()).isEqualTo("400 UNABLE_TO_LOCK_ROW");
    assertThat(client.query("SELECT Id FROM Case").refusal())
        .isEqualTo("403 REQUEST_LIMIT_EXCEEDED");
    assertThat(client.query("SELECT Id FROM Case").refusal()).isEqualTo("503 SERVER_UNAVAILABLE");
    assertThat(client.post("/services/oauth2/token", "").json().path("error").asText())
        .isEqualTo("invalid_grant");
  }

  @Test
  void anErrorMayHideThatTheWorkWasDone() {
    script(
        "{'faults':[{'match':{'path':'/sobjects/Case'},'then':{'status':503,'processed':true}}]}");

    assertThat(
            client
                .with("Sforce-Auto-Assign", "FALSE")
                .post(Client.ORG + "/sobjects/Case", "{\"Subject\":\"a\"}")
                .status())
        .isEqualTo(503);
    assertThat(cases()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset-before", "reset-after"})
  void aConnectionMayBreakBeforeOrAfterTheWork(String when) {
    // A POST, since the JDK's client repeats a lost GET by itself.
    script("{'faults':[{'match':{'path':'/sobjects/Case'},'then':{'connection':'" + when + "'}}]}");

    assertThatThrownBy(() -> client.post(Client.ORG + "/sobjects/Case", "{\"Subject\":\"a\"}"))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(cases()).isEqualTo(when.equals("reset-after") ? 1 : 0);
    JsonNode entry = simulator.journal().path(0);
    assertThat(entry.path("connection").asText()).isEqualTo(when);
    assertThat(entry.has("status")).isFalse();
  }

  @Test
  void aSessionIsFreeAgainAfterItsAnswerWasLost() {
    String session = client.session();
    script("{'faults':[{'then':{'connection':'reset-after'}}]}");

    assertThatThrownBy(() -> client.say(session, 1, "3")).isInstanceOf(UncheckedIOException.class);

    assertThat(client.say(session, 1, "3").kinds()).isEqualTo("text escalate");
    assertThat(simulator.journal().path(2).path("effect").asText()).isEqualTo("replayed");
  }

  @Test
  void anAnswerMayBeLate() {
    String session = client.session();
    script("{'faults':[{'then':{'delayMs':300}}]}");

    long before = System.nanoTime();
    assertThat(client.say(session, 1, "1").kinds()).isEqualTo("text choices");
    assertThat(System.nanoTime() - before).isGreaterThan(290_000_000L);
  }

  @Test
  void zeroTimesMeansEveryTime() {
    script("{'faults':[{'match':{'times':0},'then':{'status':503}}]}");

    assertThat(client.start().status()).isEqualTo(503);
    assertThat(client.start().status()).isEqualTo(503);
    script("{'faults':[]}");
    assertThat(client.start().status()).isEqualTo(200);
  }

  private int cases() {
    return client.query("SELECT Id FROM Case").json().path("totalSize").asInt();
  }
}
