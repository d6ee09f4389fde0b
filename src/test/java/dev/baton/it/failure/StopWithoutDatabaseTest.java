package dev.baton.it.failure;

import dev.baton.it.support.Baton;
import dev.baton.it.support.Cable;
import dev.baton.it.support.Postgres;
import dev.baton.simulator.Simulator;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node is stopped while it cannot reach its database. */
@Tag("campaign")
class StopWithoutDatabaseTest {

  /** Well below the 80 s after which the container engine kills a node. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** A cut connection is refused; on a jammed one, nothing arrives any more. */
  @ParameterizedTest
  @ValueSource(strings = {"cut", "jammed"})
  void itEndsAllTheSame(String way) {
    String database = Postgres.newDatabase();
    int server = URI.create(database.substring("jdbc:".length())).getPort();
    try (Simulator simulator = Simulator.start(0);
        Cable cable = new Cable(server);
        Baton baton =
            Baton.forkOn(
                // As in the compose file.
                database.replace(":" + server, ":" + cable.port())
                    + "&connectTimeout=5&socketTimeout=60&tcpKeepAlive=true",
                simulator,
                Postgres.USER)) {
      baton.begin("stays");
      baton.awaitAt("stays", "WaitForCustomer");
      if (way.equals("cut")) {
        cable.cut();
      } else {
        cable.jam();
      }
      CompletableFuture<Baton.Answer> waiting = baton.writeLater("stays", "m1", "Hi");

      baton.terminate();

      Awaitility.await("the end of the process").atMost(LIMIT).until(() -> !baton.isRunning());
      waiting.cancel(true);
    }
  }
}
