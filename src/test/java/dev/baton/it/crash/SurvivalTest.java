package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.crash.Guests.Guest;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application is stopped while conversations stand in every state in which one can wait, and
 * another is started on the same database. The org goes on living meanwhile: its journal shows what
 * reached it in all.
 */
@Tag("campaign")
class SurvivalTest {

  /** The org takes the call and answers late: the call is under way at the stop. */
  private static final String LATE = "{\"delayMs\":2500}";

  private final Org org = new Org();

  @Test
  void aStopLosesNothingOnH2(@TempDir Path folder) {
    survives(
        "jdbc:h2:file:" + folder.resolve("baton") + ";LOCK_TIMEOUT=10000;DB_CLOSE_ON_EXIT=FALSE");
  }

  @Test
  void aStopLosesNothingOnPostgres() {
    survives(Postgres.newDatabase(), Postgres.USER);
  }

  private void survives(String database, String... user) {
    List<String> all = new ArrayList<>(List.of(user));
    all.add("baton.targets.enabled=queue,bot");
    String[] properties = all.toArray(String[]::new);
    try (org) {
      Guests guests = new Guests(org, Duration.ofSeconds(4), LATE);
      try (Baton baton = Baton.startOn(database, org.simulator(), properties)) {
        guests.at(baton);
        guests.all().forEach(Guest::approach);
        guests.all().forEach(Guest::enter);
        guests.all().forEach(Guest::arrived);
      }
      org.heal();
      try (Baton baton = Baton.startOn(database, org.simulator(), properties)) {
        guests.at(baton);
        guests.all().forEach(Guest::goOn);
        guests.all().forEach(Guest::over);
        guests.all().forEach(Guest::check);
        assertThat(baton.get("/engine-rest/execution/count").json().path("count").asInt()).isZero();
        assertThat(baton.get("/engine-rest/event-subscription/count").json().path("count").asInt())
            .as("only those of the three messages that start the inbox")
            .isEqualTo(3);
      }
    }
  }
}
