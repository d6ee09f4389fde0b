package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A customer's requests reach different nodes. */
class AcrossNodesTest {

  private final Org org = new Org();

  @Test
  void whoAsksAnotherNodeAgainGetsTheAnswerThatTheFirstOneCommitted() throws Exception {
    String database = Postgres.newDatabase();
    org.addBot(Org.bot(1));
    String[] properties = {
      Postgres.USER[0], "baton.bots.bot-id=" + Org.bot(1), "baton.api.answer-limit=60s"
    };
    try (org;
        Baton one = Baton.startOn(database, org.simulator(), properties);
        Baton other = Baton.startOn(database, org.simulator(), properties)) {
      one.begin("twice");
      org.fault("{\"path\":\"/messages$\"}", "{\"delayMs\":3000}");
      CompletableFuture<Baton.Answer> first = CompletableFuture.supplyAsync(() -> say(one));
      Awaitility.await("the message is at the bot")
          .atMost(Duration.ofSeconds(30))
          .until(() -> org.journal().stream().anyMatch(Org::unanswered));
      // Nobody announces anything on this node.
      Baton.Answer second = say(other);
      assertThat(second.status()).isEqualTo(200);
      assertThat(second.json().path("messages")).isNotEmpty();
      assertThat(first.get(30, TimeUnit.SECONDS).json()).isEqualTo(second.json());
      one.leave("twice");
      one.awaitOver("twice");
    }
  }

  private static Baton.Answer say(Baton baton) {
    return baton.post(
        "/api/conversations/twice/messages", Baton.object("id", "m1", "text", "Order Status"));
  }
}
