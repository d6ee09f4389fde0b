package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.it.support.Aftermath;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.ShortRetries;
import dev.baton.it.support.Trial;
import dev.baton.it.support.Visit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The main paths of a conversation in every position of every switch of the simulator that stands
 * for something uncertain, or for a difference between orgs: each has an end that is modelled.
 */
class EverySwitchTest {

  /**
   * How a path ends: the conversation's state, and what is noted of the report to the bot. "given
   * up": it stands still, and an operator has to end it.
   */
  private static final String USUALLY =
      """
      somebody accepts         | transferred succeeded
      nobody takes it          | ended failed
      typed meanwhile          | transferred succeeded
      cancelled, back to bot   | ended failed
      the bot ends             | ended none
      left while transferring  | ended none
      words lost               | ended none
      escalate lost            | transferred succeeded
      report of success lost   | transferred succeeded
      report of failure lost   | ended failed
      end lost                 | ended none
      """;

  /** Where a position makes a difference. */
  private static final String OTHERWISE =
      """
      sessions.repeatedSequence="reject"        | escalate lost          | given up
      sessions.repeatedSequence="reject"        | report of success lost | transferred unconfirmed
      sessions.repeatedSequence="reject"        | report of failure lost | ended unconfirmed
      sessions.repeatedSequence="process-again" | escalate lost          | given up
      sessions.repeatedSequence="process-again" | report of success lost | transferred unconfirmed
      sessions.repeatedSequence="process-again" | report of failure lost | ended unconfirmed
      bot.transferFailed=["session-ended"]      | report of failure lost | ended unconfirmed
      """;

  /** Every position but the defaults. */
  private static final List<String> POSITIONS =
      """
      sessions.repeatedSequence="reject"
      sessions.repeatedSequence="process-again"
      sessions.whileTransferring="ignore"
      sessions.whileTransferring="answer"
      sessions.wrongCrc="reject"
      sessions.goneStatus=410
      bot.transferSucceeded="no-messages"
      bot.transferFailed=["session-ended"]
      bot.transferFailed=["escalate"]
      bot.extraMessages=[{"type":"hologram","id":"h1"}]
      org.afterDecline="goes"
      org.deletedStatus=404
      org.composite="refuses-routing"
      org.composite="off"
      org.actionErrorStatus=200
      org.flowViewRefusesOr=true
      org.flowIdLength=15
      org.assignmentRuleOwner=null
      org.externalIdField=null
      org.queryPageSize=1
      """
          .lines()
          .toList();

  private int last = 100;

  @Tag("campaign")
  @TestFactory
  Stream<DynamicTest> everyPosition() {
    List<String> all = new ArrayList<>(List.of(""));
    all.addAll(POSITIONS);
    return tests(all);
  }

  /** Those whose ends differ most, in the build that everybody runs. */
  @TestFactory
  Stream<DynamicTest> somePositions() {
    return tests(List.of("", "sessions.repeatedSequence=\"reject\""));
  }

  private Stream<DynamicTest> tests(List<String> positions) {
    Map<String, Map<String, String>> ends = new LinkedHashMap<>();
    try (Trial trial = Trial.startWith(ShortRetries.class, "baton.transfer.watch-every=100ms")) {
      ExecutorService customers = Executors.newFixedThreadPool(11);
      for (String position : positions) {
        ends.put(position, ends(trial, position, customers));
      }
      customers.shutdown();
    }
    return ends.entrySet().stream()
        .flatMap(
            at ->
                at.getValue().entrySet().stream()
                    .map(
                        end ->
                            DynamicTest.dynamicTest(
                                (at.getKey().isEmpty() ? "default" : at.getKey())
                                    + ", "
                                    + end.getKey(),
                                () ->
                                    assertThat(end.getValue())
                                        .isEqualTo(expected(at.getKey(), end.getKey())))));
  }

  private static String expected(String position, String path) {
    return Stream.concat(OTHERWISE.lines(), USUALLY.lines().map(line -> position + " | " + line))
        .map(line -> line.split(" *\\| *", -1))
        .filter(cells -> cells[0].equals(position) && cells[1].equals(path))
        .map(cells -> cells[2].strip())
        .findFirst()
        .orElseThrow();
  }

  /** Runs all paths at once in one position; answers how each ended, or what was wrong with it. */
  private Map<String, String> ends(Trial trial, String position, ExecutorService customers) {
    List<Visit> visits =
        USUALLY
            .lines()
            .map(line -> new Visit(trial, line.split(" *\\| *", -1)[0], last++))
            .toList();
    trial.simulator.script("{\"reset\":true}");
    trial.forget();
    trial.simulator.script(script(position, visits).toString());
    Map<String, CompletableFuture<String>> running = new LinkedHashMap<>();
    visits.forEach(
        visit -> running.put(visit.path, CompletableFuture.supplyAsync(visit::take, customers)));
    Map<String, String> ends = new LinkedHashMap<>();
    running.forEach((path, end) -> ends.put(path, end.exceptionally(Throwable::toString).join()));
    trial.awaitNothingLeft();
    trial.simulator.script("{\"reset\":true}");
    Aftermath aftermath = new Aftermath(trial);
    for (Visit visit : visits) {
      List<String> wrong =
          aftermath.wrong(
              trial.baton.conversation(visit.key), Org.queue(visit.n), Org.agent(visit.n));
      if (!wrong.isEmpty()) {
        ends.put(visit.path, ends.get(visit.path) + ", but " + wrong);
      }
    }
    return ends;
  }

  private static ObjectNode script(String position, List<Visit> visits) {
    ObjectNode script = Baton.object();
    ObjectNode ofBots = Baton.object();
    if (!position.isEmpty()) {
      String[] part = position.split("[.=]", 3);
      ObjectNode where = part[0].equals("bot") ? ofBots : script.withObject("/" + part[0]);
      where.set(part[1], Baton.json(part[2]));
    }
    visits.forEach(visit -> visit.addTo(script, ofBots));
    return script;
  }

  /** One conversation on one path. */
  private static final class Visit {

    private static final String WISH = "Transfer To Agent";
    private static final Map<String, String> LOST =
        Map.of(
            "words lost", "Order Status",
            "escalate lost", WISH,
            "report of success lost", "transferSucceeded",
            "report of failure lost", "transferFailed");

    private final Baton baton;
    private final Trial trial;
    private final String path;
    private final int n;
    private final String key;

    Visit(Trial trial, String path, int n) {
      this.trial = trial;
      this.baton = trial.baton;
      this.path = path;
      this.n = n;
      this.key = "visit-" + n;
    }

    /** Adds the bot, the queue and the fault of this conversation. */
    void addTo(ObjectNode script, ObjectNode ofBots) {
      ObjectNode bot = script.withObject("/bots/" + Org.bot(n)).setAll(ofBots.deepCopy());
      bot.putArray("targets")
          .addObject()
          .put("type", "Salesforce:Core:Queue:Id")
          .put("value", Org.queue(n));
      script
          .withObject("/queues/" + Org.queue(n))
          .putArray("agents")
          .addObject()
          .put("id", Org.agent(n))
          .put("does", "wait");
      String body = LOST.get(path);
      if (body != null || path.equals("end lost")) {
        ObjectNode fault = script.withArray("/faults").addObject();
        ObjectNode match = fault.putObject("match").put("bot", Org.bot(n));
        if (body == null) {
          match.put("method", "DELETE");
        } else {
          match.put("body", body).put("path", "/messages$");
        }
        fault.putObject("then").put("connection", "reset-after");
      }
    }

    /** Takes the path to its end. */
    String take() {
      baton.startProcess(
          key,
          "botId",
          Org.bot(n),
          "patience",
          path.equals("nobody takes it") || path.equals("report of failure lost")
              ? "PT3S"
              : "PT5M");
      baton.awaitAt(key, "WaitForCustomer");
      return switch (path) {
        case "somebody accepts", "report of success lost" -> {
          offered();
          trial.accept(trial.awaitCase(key, 1));
          yield end();
        }
        case "nobody takes it", "report of failure lost" -> {
          offered();
          trial.decline(trial.awaitCase(key, 1));
          yield end();
        }
        case "typed meanwhile" -> {
          offered();
          String caseId = trial.awaitCase(key, 1);
          baton.write(key, "m2", "are you there");
          trial.accept(caseId);
          String end = end();
          assertThat(trial.trail(key)).containsOnlyOnce("comment are you there\n[m2]");
          yield end;
        }
        case "cancelled, back to bot" -> {
          offered();
          trial.awaitCase(key, 1);
          assertThat(cancel()).isEqualTo(204);
          Trial.until("the report", this::report, report -> !report.equals("none"));
          yield left();
        }
        case "the bot ends" -> {
          baton.write(key, "m1", "End Chat");
          yield end();
        }
        case "left while transferring" -> {
          offered();
          yield left();
        }
        case "words lost" -> {
          baton.write(key, "m1", "Order Status");
          assertThat(baton.write(key, "m2", "1").path("messages")).isNotEmpty();
          yield left();
        }
        case "escalate lost" -> {
          if (offered().path("state").asText().equals("transferring")) {
            trial.accept(trial.awaitCase(key, 1));
            yield end();
          }
          baton.write(key, "m2", WISH);
          baton.awaitState(key, "failed");
          left();
          yield "given up";
        }
        case "end lost" -> left();
        default -> throw new IllegalStateException(path);
      };
    }

    private JsonNode offered() {
      return baton.write(key, "m1", WISH);
    }

    private int cancel() {
      return baton.send(baton.request("/api/conversations/" + key + "/transfer").DELETE()).status();
    }

    private String left() {
      assertThat(baton.leave(key).status()).isEqualTo(204);
      return end();
    }

    private String end() {
      baton.awaitOver(key);
      return baton.conversation(key).path("state").asText() + " " + report();
    }

    private String report() {
      return baton.conversation(key).path("transfers").path(0).path("report").asText("none");
    }
  }
}
