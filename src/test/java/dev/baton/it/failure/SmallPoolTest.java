package dev.baton.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import dev.baton.simulator.Simulator;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A slow bot must not cost connections: nothing is held while it thinks. */
class SmallPoolTest {

  private static final int CUSTOMERS = 100;
  private static final int POOL = 2;

  @Test
  void aHundredConversationsWithASlowBotNeedTwoConnections() {
    try (Org org = new Org();
        Baton baton =
            Baton.startOn(
                Postgres.newDatabase(),
                org.simulator(),
                "spring.datasource.username=postgres",
                "baton.api.answer-limit=2m",
                "spring.datasource.hikari.maximum-pool-size=" + POOL)) {
      org.simulator()
          .script("{\"bots\":{\"%s\":{\"answerDelayMs\":1000}}}".formatted(Simulator.DEMO_BOT_ID));
      long started = System.nanoTime();
      List<CompletableFuture<Baton.Answer>> served =
          IntStream.range(0, CUSTOMERS)
              .mapToObj(
                  n ->
                      baton
                          .beginLater("c" + n)
                          .thenCompose(
                              begun -> {
                                assertThat(begun.status()).as(begun.body()).isEqualTo(201);
                                return baton.writeLater("c" + n, "m", "Order Status");
                              }))
              .toList();
      CompletableFuture<Void> all =
          CompletableFuture.allOf(served.toArray(CompletableFuture[]::new));
      int mostAtOnce = mostCallsUnderWay(org, all);
      all.join();
      long millis = (System.nanoTime() - started) / 1_000_000;
      System.out.printf(
          "%d conversations in %d ms; up to %d calls under way, %d connections%n",
          CUSTOMERS, millis, mostAtOnce, POOL);
      for (CompletableFuture<Baton.Answer> one : served) {
        Baton.Answer answer = one.join();
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("messages").size()).isPositive();
      }
      // If a call held a connection, there could be no more calls under way than connections.
      assertThat(mostAtOnce).isGreaterThan(POOL);
      assertThat(millis).as("less than one after another").isLessThan(CUSTOMERS * 2 * 1000);
    }
  }

  /** The most calls that the bot had at hand at a moment. */
  private static int mostCallsUnderWay(Org org, CompletableFuture<Void> all) {
    AtomicInteger most = new AtomicInteger();
    Awaitility.await("all are served")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(25))
        .until(
            () -> {
              long calls = org.journal().stream().filter(Org::unanswered).count();
              most.accumulateAndGet((int) calls, Math::max);
              return all.isDone();
            });
    return most.get();
  }
}
