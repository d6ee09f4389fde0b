package dev.baton.it.performance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.CountedStatements;
import dev.baton.it.support.CountedStatements.Work;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Statements of a transfer to agent queues, whose agents decide after a while. */
class QueueStatementsTest {

  private static final List<String> MOVERS =
      List.of("dev.baton.dispatch.Dispatcher", "dev.baton.dispatch.Acceptance");

  /** Longer than the wait between two looks at open offers. */
  private static final int DECIDES_AFTER_MS = 1300;

  private static final CopyOnWriteArrayList<Work> DONE = new CopyOnWriteArrayList<>();

  private static Trial trial;

  @BeforeAll
  static void start() {
    trial = Trial.startOn(Postgres.newDatabase(), Counting.class, Postgres.USER);
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Configuration(proxyBeanMethods = false)
  static class Counting {

    @Bean
    static BeanPostProcessor counting() {
      return CountedStatements.processor(Counting::moves, DONE);
    }

    private static boolean moves() {
      return StackWalker.getInstance()
          .walk(frames -> frames.anyMatch(frame -> MOVERS.contains(frame.getClassName())));
    }
  }

  @ParameterizedTest(name = "{0} queues")
  @CsvSource({"1, 148, 5", "3, 325, 12"})
  void aTransferWhoseLastQueueAccepts(int queues, int statements, int commits) {
    transfer("warm-" + queues, queues);
    DONE.clear();
    transfer("counted-" + queues, queues);
    List<Work> work = StatementsTest.fromTheEscalateOn(DONE);
    String told = StatementsTest.told(work);
    System.out.println(told);
    assertThat(StatementsTest.statements(work)).as(told).isLessThanOrEqualTo(statements);
    assertThat(StatementsTest.commits(work)).as(told).isLessThanOrEqualTo(commits);
  }

  private static void transfer(String key, int queues) {
    List<String> targets = new ArrayList<>();
    List<String> agents = new ArrayList<>();
    for (int i = 1; i <= queues; i++) {
      String queue = Org.queue(i);
      targets.add("{'type':'Salesforce:Core:Queue:Id','value':'%s'}".formatted(queue));
      agents.add(
          "'%s':{'agents':[{'id':'005xx000000000%dAAA','does':'%s','delayMs':%d}]}"
              .formatted(queue, i, i < queues ? "decline" : "accept", DECIDES_AFTER_MS));
    }
    trial.script(
        "{'bots':{'%s':{'targets':[%s]}},'queues':{%s},'org':{'afterDecline':'goes'}}"
            .formatted(Simulator.DEMO_BOT_ID, String.join(",", targets), String.join(",", agents)));
    trial.baton.begin(key);
    trial.baton.write(key, "m1", "Transfer To Agent");
    trial.baton.awaitState(key, "transferred");
    trial.awaitNothingLeft(key);
  }
}
