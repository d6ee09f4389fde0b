package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BotSessionTest extends SimulatedTest {

  @Test
  void aSecondRequestOnABusySessionIsLocked() {
    String session = client.session();
    script("{'bots':{'0XxSB00000006rp0AA':{'answerDelayMs':1000}}}");
    String path = "/v5.3.0/sessions/" + session + "/messages";
    String text = "{\"message\":{\"type\":\"text\",\"sequenceId\":%d,\"text\":\"1\"}}";

    CompletableFuture<Client.Response> one = client.sendLater("POST", path, text.formatted(1));
    CompletableFuture<Client.Response> two = client.sendLater("POST", path, text.formatted(2));

    assertThat(new String[] {one.join().kinds(), two.join().kinds()})
        .containsExactlyInAnyOrder("text choices", "423 ServerBusyError");
    script("{'bots':{'0XxSB00000006rp0AA':{'answerDelayMs':0}}}");
    assertThat(client.say(session, 3, "1").kinds()).isEqualTo("text choices");
  }

  @Test
  void aRefusedRequestDoesNotKeepTheSessionBusy() {
    String session = client.session();

    assertThat(client.message(session, "{'type':'transferSucceeded','sequenceId':1}").status())
        .isEqualTo(400);
    assertThat(client.say(session, 1, "1").status()).isEqualTo(200);
  }

  @Test
  void theCrcRollsAndTheJournalTellsWhoKeptUp() {
    Client.Response start = client.start();
    String session = start.json().path("sessionId").asText();
    String first = start.header("X-Runtime-CRC");

    String second =
        client.with("X-Runtime-CRC", first).say(session, 1, "1").header("X-Runtime-CRC");
    client.with("X-Runtime-CRC", first).say(session, 2, "1");
    client.say(session, 3, "1");

    assertThat(second).isNotEqualTo(first);
    assertThat(simulator.journal().findValuesAsText("crc"))
        .containsExactly("matched", "stale", "absent");
  }

  @Test
  void aStaleCrcIsRefusedWhereTheScriptSaysSo() {
    script("{'sessions':{'wrongCrc':'reject'}}");
    Client.Response start = client.start();
    String session = start.json().path("sessionId").asText();

    assertThat(client.with("X-Runtime-CRC", "other").say(session, 1, "1").kinds())
        .isEqualTo("400 BadRequestError");
    Client kept = client.with("X-Runtime-CRC", start.header("X-Runtime-CRC"));
    assertThat(kept.say(session, 1, "1").kinds()).isEqualTo("text choices");
    // The client that never got that answer cannot know the new value.
    assertThat(kept.say(session, 1, "1").kinds()).isEqualTo("text choices");
  }

  @Test
  void aRepeatedSequenceIdGetsTheSameAnswerAgain() {
    String session = client.session();
    JsonNode first = client.say(session, 1, "3").json();

    assertThat(client.say(session, 1, "3").json()).isEqualTo(first);
    assertThat(client.say(session, 1, "other").kinds()).isEqualTo("400 BadRequestError");
    assertThat(client.say(session, 0, "3").kinds()).isEqualTo("400 BadRequestError");
    JsonNode replay = simulator.journal().path(2);
    assertThat(replay.path("effect").asText()).isEqualTo("replayed");
    assertThat(replay.at("/duplicateOf/sequenceId").asLong()).isEqualTo(2);
  }

  @Test
  void aRepeatedSequenceIdIsRefusedWhereTheScriptSaysSo() {
    script("{'sessions':{'repeatedSequence':'reject'}}");
    String session = client.session();

    assertThat(client.say(session, 1, "1").status()).isEqualTo(200);
    assertThat(client.say(session, 1, "1").kinds()).isEqualTo("400 BadRequestError");
  }

  @Test
  void aRepeatedSequenceIdIsProcessedTwiceWhereTheScriptSaysSo() {
    script("{'sessions':{'repeatedSequence':'process-again'}}");
    String session = client.session();
    JsonNode first = client.say(session, 1, "1").json();
    JsonNode second = client.say(session, 1, "1").json();

    assertThat(second.at("/messages/0/id")).isNotEqualTo(first.at("/messages/0/id"));
    assertThat(simulator.journal().path(2).path("effect").asText()).isEqualTo("processed");
  }

  @Test
  void anEndedSessionIsGone() {
    String session = client.session();
    assertThat(client.end(session).message(0).path("reason").asText()).isEqualTo("ClientRequest");
    assertThat(client.end(session).kinds()).isEqualTo("404 NotFoundError");

    String other = client.session();
    assertThat(client.say(other, 1, "End Chat").message(1).path("reason").asText())
        .isEqualTo("Action");
    assertThat(client.say(other, 2, "1").kinds()).isEqualTo("404 NotFoundError");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void anExpiredSessionIsGone(int status) {
    script("{'sessions':{'goneStatus':" + status + "}}");
    String session = client.session();

    assertThat(client.post("/simulator/sessions/expire?session=" + session, "").json())
        .isEqualTo(Json.object().put("expired", 1));
    assertThat(client.say(session, 1, "1").status()).isEqualTo(status);
    assertThat(client.say("never", 1, "1").status()).isEqualTo(404);
  }

  @Test
  void aSessionExpiresByItself() {
    String session = client.session();
    script("{'sessions':{'idleMs':0}}");

    assertThat(client.say(session, 1, "1").kinds()).isEqualTo("404 NotFoundError");
  }

  @Test
  void hundredsOfSlowAnswersDoNotWaitForEachOther() {
    script("{'bots':{'0XxSB00000006rp0AA':{'answerDelayMs':500}}}");
    String path = "/v5.3.0/bots/" + Simulator.DEMO_BOT_ID + "/sessions";

    long before = System.nanoTime();
    var starts =
        IntStream.range(0, 300)
            .mapToObj(i -> client.sendLater("POST", path, Client.startBody()))
            .toList();
    long ok = starts.stream().filter(start -> start.join().status() == 200).count();

    assertThat(ok).isEqualTo(300);
    // One after the other would take 150 seconds.
    assertThat((System.nanoTime() - before) / 1_000_000_000L).isLessThan(100);
    assertThat(StreamSupport.stream(simulator.journal().spliterator(), false)).hasSize(300);
  }
}
