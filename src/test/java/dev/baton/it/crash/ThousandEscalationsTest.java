package dev.baton.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Desk;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.ShortestRetries;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random escalations on PostgreSQL: kinds of targets, what they answer and when, faults, customers
 * who type, leave and cancel, and an application that is killed in the middle. Whatever happens to
 * one, all of what {@link Crowd#judge} asserts holds of it. How many: {@code -Descalations=1000};
 * from which random number on: {@code -Dseed=1}; without the first batches: {@code -Dfrom=700}.
 */
@Tag("campaign")
class ThousandEscalationsTest {

  private static final int ESCALATIONS = Integer.getInteger("escalations", 100);
  private static final long SEED = Long.getLong("seed", 1);
  private static final int FROM = Integer.getInteger("from", 0);
  private static final int BATCH = 50;

  private final Org org = new Org();
  private final Desk desk = new Desk();
  private final AtomicReference<Baton> baton = new AtomicReference<>();

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void everyEscalationEndsOnceAndLosesNothing() {
    String database = Postgres.newDatabase();
    org.simulator().script("{\"org\":{\"afterDecline\":\"goes\"}}");
    baton.set(fork(database));
    Random random = new Random(SEED);
    try (org;
        desk;
        Crowd crowd = new Crowd(org, desk, baton::get)) {
      for (int from = 0; from < ESCALATIONS; from += BATCH) {
        List<Escalation> batch =
            IntStream.range(from, Math.min(from + BATCH, ESCALATIONS))
                .mapToObj(n -> Escalation.draw(n + 1, random))
                .toList();
        if (from < FROM) {
          continue;
        }
        crowd.prepare(batch);
        batch.forEach(crowd::live);
        Crowd.await("half of them escalate", () -> escalated(batch) >= batch.size() / 2);
        baton.get().kill();
        baton.set(fork(database));
        crowd.allDone();
        batch.forEach(crowd::comesToRest);
        List<JsonNode> journal = org.journal();
        batch.forEach(escalation -> crowd.judge(escalation, journal));
        crowd.nothingIsLeftInTheOrg();
        org.forget();
      }
      System.out.printf("%d escalations, seed %d: %s%n", ESCALATIONS, SEED, crowd.ends());
    } finally {
      baton.get().close();
    }
  }

  private Baton fork(String database) {
    return Baton.forkOn(
        database,
        org.simulator(),
        "spring.datasource.username=postgres",
        "spring.main.sources=" + ShortestRetries.class.getName(),
        "baton.targets.enabled=queue,skill,agent,flow,bot",
        "baton.targets.webhook.desk.url=" + desk.url(),
        "baton.targets.webhook.desk.secret=" + Desk.SECRET,
        "baton.transfer.watch-every=200ms",
        "baton.transfer.after-failure=back-to-bot");
  }

  private long escalated(List<Escalation> batch) {
    return batch.stream()
        .filter(e -> !baton.get().conversation(e.key()).path("transfers").isEmpty())
        .count();
  }
}
