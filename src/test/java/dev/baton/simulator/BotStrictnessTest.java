package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BotStrictnessTest extends SimulatedTest {

  private static final String START = "/v5.3.0/bots/" + Simulator.DEMO_BOT_ID + "/sessions";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{",
        "{'externalSessionKey':'57904eb6-5352-4c5e-adf6-5f100572cf5d'}",
        "{'externalSessionKey':'k','forceConfig':{'endpoint':'https://x'}}",
        "{KEY,'forceConfig':{}}",
        "{KEY,'forceConfig':{'endpoint':'x'}}",
        "{KEY,'forceConfig':{'endpoint':'https://x','extra':1}}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'extra':null}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'message':{'text':'a','type':'text'}}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'message':{'text':'a','sequenceId':1}}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'tz':'Nowhere'}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'richContentCapabilities':{}}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'variables':[{'name':'a','type':'text'}]}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'variables':[{'name':'a','type':'money','value':'10 USD'}]}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'referrers':[{'type':'Other','value':'a'}]}",
        "{KEY,'forceConfig':{'endpoint':'https://x'},'responseOptions':{'variables':{'include':true}}}"
      })
  void aStartThatTheSpecificationDoesNotKnowIsRefused(String body) {
    String json =
        body.replace("KEY", "'externalSessionKey':'57904eb6-5352-4c5e-adf6-5f100572cf5d'")
            .replace('\'', '"');

    assertThat(client.post(START, json).kinds()).isEqualTo("400 BadRequestError");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'text','text':'a'}",
        "{'type':'text','sequenceId':'1','text':'a'}",
        "{'type':'text','sequenceId':1.5,'text':'a'}",
        "{'type':'text','sequenceId':1}",
        "{'type':'text','sequenceId':1,'text':'a','extra':1}",
        "{'type':'text','sequenceId':1,'text':'a','inReplyToMessageId':''}",
        "{'type':'choice','sequenceId':1}",
        "{'type':'choice','sequenceId':1,'choiceAlias':'1'}",
        "{'type':'redirect','sequenceId':1}",
        "{'type':'transferFailed','sequenceId':1}",
        "{'type':'transferFailed','sequenceId':1,'reason':'Busy'}",
        "{'type':'endSession','sequenceId':1,'reason':'UserRequest'}",
        "{'type':'setVariables','sequenceId':1}",
        "{'sequenceId':1,'text':'a'}"
      })
  void aMessageThatTheSpecificationDoesNotKnowIsRefused(String message) {
    assertThat(client.message(client.session(), message).kinds()).isEqualTo("400 BadRequestError");
  }

  @Test
  void variablesDoNotTravelWithAMessage() {
    String body =
        "{\"message\":{\"type\":\"text\",\"sequenceId\":1,\"text\":\"a\"},\"variables\":[]}";

    assertThat(client.post("/v5.3.0/sessions/" + client.session() + "/messages", body).kinds())
        .isEqualTo("400 BadRequestError");
  }

  @Test
  void setVariablesIsUnknownBefore52() {
    String message = "{'type':'setVariables','sequenceId':1,'variables':[]}";

    assertThat(client.message("v5.1.0", client.session(), message).kinds())
        .isEqualTo("400 BadRequestError");
    assertThat(client.message("v5.2.0", client.session(), message).status()).isEqualTo(200);
  }

  @Test
  void withoutTokenOrOrgNobodyIsLetIn() {
    assertThat(client.with("Authorization", "").start().kinds()).isEqualTo("401 UnauthorizedError");
    assertThat(client.with("Authorization", "Bearer other").start().kinds())
        .isEqualTo("401 UnauthorizedError");
    assertThat(client.with("Authorization", "Basic simulator-token").start().kinds())
        .isEqualTo("401 UnauthorizedError");
    assertThat(client.with("X-Org-Id", "").start().kinds()).isEqualTo("401 UnauthorizedError");
    assertThat(client.with("X-Org-Id", "00Dxx0000006Gpr").start().kinds())
        .isEqualTo("400 BadRequestError");
    assertThat(client.with("X-Org-Id", "00Dx0000000ALskEAG").start().kinds())
        .isEqualTo("404 NotFoundError");
  }

  @Test
  void theRequestIdMustBeAUuidAndComesBackEvenOnErrors() {
    String id = UUID.randomUUID().toString();
    Client named = client.with("X-Request-ID", id);

    assertThat(named.start().header("X-Request-ID")).isEqualTo(id);
    Client.Response error = named.say("nobody", 1, "a");
    assertThat(error.header("X-Request-ID")).isEqualTo(id);
    assertThat(error.json().path("requestId").asText()).isEqualTo(id);
    assertThat(error.json().properties())
        .extracting(java.util.Map.Entry::getKey)
        .containsExactlyInAnyOrder("status", "path", "requestId", "error", "message", "timestamp");
    assertThat(client.with("X-Request-ID", "").start().kinds()).isEqualTo("400 BadRequestError");
    assertThat(client.with("X-Request-ID", "1").start().kinds()).isEqualTo("400 BadRequestError");
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertThat(client.post("/v5.3.0/bots/0XxSB00000007UX0AY/sessions", Client.startBody()).kinds())
        .isEqualTo("404 NotFoundError");
    assertThat(client.say(UUID.randomUUID().toString(), 1, "a").kinds())
        .isEqualTo("404 NotFoundError");
    assertThat(client.message("v4.0.0", client.session(), "{}").status()).isEqualTo(404);
  }

  @Test
  void anyBotOfTheScriptIsThere() {
    script("{'bots':{'0XxSB00000007UX0AY':{}}}");

    assertThat(client.post("/v5.1.0/bots/0XxSB00000007UX0AY/sessions", Client.startBody()).kinds())
        .isEqualTo("text choices");
  }

  @Test
  void anEndNeedsOneOfFiveReasons() {
    String path = "/v5.3.0/sessions/" + client.session();

    assertThat(client.send("DELETE", path, "").kinds()).isEqualTo("400 BadRequestError");
    assertThat(client.with("X-Session-End-Reason", "Bored").send("DELETE", path, "").kinds())
        .isEqualTo("400 BadRequestError");
    assertThat(client.with("X-Session-End-Reason", "Transfer").send("DELETE", path, "").kinds())
        .isEqualTo("sessionEnded");
  }

  @Test
  void statusAndVersionsNeedNoToken() {
    Client nobody = client.with("Authorization", "").with("X-Org-Id", "");

    assertThat(nobody.get("/status").json().path("status").asText()).isEqualTo("UP");
    assertThat(nobody.get("/versions").json().findValuesAsText("versionNumber"))
        .containsExactly("4.0.0", "5.0.0", "5.1.0", "5.2.0", "5.3.0");
  }
}
