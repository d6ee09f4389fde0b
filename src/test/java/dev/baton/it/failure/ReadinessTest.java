package dev.baton.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.Baton;
import dev.baton.it.support.Cable;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a load balancer is told is true: neither too good nor too bad. */
class ReadinessTest {

  private final Org org = new Org();

  @AfterEach
  void close() {
    org.close();
  }

  @Test
  void aNodeWithoutItsDatabaseIsNotReadyUntilItHasItAgain() {
    String database = Postgres.newDatabase();
    int port = URI.create(database.substring("jdbc:".length())).getPort();
    try (Cable cable = new Cable(port);
        Baton baton =
            Baton.startOn(
                database.replace(":" + port, ":" + cable.port()),
                org.simulator(),
                Postgres.USER[0])) {
      assertThat(ask(baton, "ready")).isEqualTo(200);

      cable.cut();
      await(baton, 503);
      assertThat(ask(baton, "live")).as("a restart would not help").isEqualTo(200);
      cable.mend();
      await(baton, 200);

      cable.jam();
      await(baton, 503);
      cable.mend();
      await(baton, 200);
      assertThat(baton.begin("afterwards").path("state").asText()).isEqualTo("talking");
    }
  }

  @Test
  void aNodeThatIsToldToStopSaysSoWhileItStillServes() {
    Baton baton = Baton.start(org.simulator(), "baton.health.drain=8s");
    assertThat(ask(baton, "ready")).isEqualTo(200);

    CompletableFuture<Void> stop = CompletableFuture.runAsync(baton::close);
    await(baton, 503);

    assertThat(baton.begin("late").path("messages").size()).isPositive();
    assertThat(stop).isNotDone();
    stop.join();
  }

  private static void await(Baton baton, int status) {
    Awaitility.await("readiness " + status)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> ask(baton, "ready") == status);
  }

  /** Without credentials; never waits for the database. */
  private static int ask(Baton baton, String what) {
    return baton
        .send(
            HttpRequest.newBuilder(baton.address("/health/" + what))
                .timeout(Duration.ofSeconds(10)))
        .status();
  }
}
