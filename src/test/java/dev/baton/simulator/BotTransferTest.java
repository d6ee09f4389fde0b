package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BotTransferTest extends SimulatedTest {

  private static final String SUCCEEDED = "{'type':'transferSucceeded','sequenceId':%d}";
  private static final String FAILED =
      "{'type':'transferFailed','sequenceId':%d,'reason':'NoAgentAvailable','description':'none'}";

  private String session = "";
  private String escalateId = "";

  @BeforeEach
  void escalate() {
    session = client.session();
    escalateId = client.say(session, 1, "Transfer To Agent").message(1).path("id").asText();
  }

  @Test
  void aSuccessIsAnsweredWithAnEmptyTextOrNoMessage() {
    Client.Response empty = client.message(session, SUCCEEDED.formatted(2));
    assertThat(empty.kinds()).isEqualTo("text");
    assertThat(empty.message(0).path("text").asText()).isEmpty();

    script("{'bots':{'0XxSB00000006rp0AA':{'transferSucceeded':'no-messages'}}}");
    client.say(session, 3, "3");
    assertThat(client.message(session, SUCCEEDED.formatted(4)).kinds()).isEmpty();
  }

  @Test
  void aFailureIsAnsweredAsScriptedOneAfterTheOther() {
    script(
        "{'bots':{'0XxSB00000006rp0AA':{'transferFailed':['escalate','text','session-ended'],"
            + "'transferFailedTargets':[{'type':'Salesforce:Core:Robot:Id','value':'r'}]}}}");

    Client.Response again = client.message(session, FAILED.formatted(2));
    assertThat(again.kinds()).isEqualTo("text escalate");
    assertThat(again.message(1).at("/targets/0/type").asText())
        .isEqualTo("Salesforce:Core:Robot:Id");
    assertThat(client.message(session, FAILED.formatted(3)).kinds()).isEqualTo("text choices");
    client.say(session, 4, "3");
    assertThat(client.message(session, FAILED.formatted(5)).message(0).path("reason").asText())
        .isEqualTo("TransferFailedNotConfigured");
    assertThat(client.say(session, 6, "1").status()).isEqualTo(404);
  }

  @Test
  void aReportNeedsATransferAndItsEscalateMessage() {
    String wrong =
        "{'type':'transferSucceeded','sequenceId':2,"
            + "'inReplyToMessageId':'57904eb6-5352-4c5e-adf6-5f100572cf5d'}";
    assertThat(client.message(session, wrong).kinds()).isEqualTo("400 BadRequestError");

    String right =
        "{'type':'transferSucceeded','sequenceId':2,'inReplyToMessageId':'" + escalateId + "'}";
    assertThat(client.message(session, right).status()).isEqualTo(200);
    assertThat(client.message(session, SUCCEEDED.formatted(3)).kinds())
        .isEqualTo("400 BadRequestError");
  }

  @Test
  void aTextBeforeTheReportIsRefusedIgnoredOrAnswered() {
    assertThat(client.say(session, 2, "1").kinds()).isEqualTo("400 BadRequestError");

    script("{'sessions':{'whileTransferring':'ignore'}}");
    assertThat(client.say(session, 2, "1").kinds()).isEmpty();

    script("{'sessions':{'whileTransferring':'answer'}}");
    assertThat(client.say(session, 3, "1").kinds()).isEqualTo("text choices");
    assertThat(client.message(session, FAILED.formatted(4)).kinds()).isEqualTo("text choices");
  }

  @Test
  void aWaitingSessionCanBeEnded() {
    assertThat(client.end(session).kinds()).isEqualTo("sessionEnded");
  }
}
