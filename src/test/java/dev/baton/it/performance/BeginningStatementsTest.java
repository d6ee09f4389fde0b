package dev.baton.it.performance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.it.support.CountedStatements;
import dev.baton.it.support.CountedStatements.Work;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.Trial;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Every conversation begins: what that asks of the database must not grow unnoticed. */
class BeginningStatementsTest {

  /**
   * The request, what is read for its answer, and the call to the bot; what looks for work every so
   * often is none of a conversation's.
   */
  private static final List<String> MOVERS =
      List.of(
          "dev.baton.api.ConversationController",
          "dev.baton.api.Views",
          "dev.baton.dispatch.Dispatcher");

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
      return CountedStatements.processor(Counting::begins, DONE);
    }

    private static boolean begins() {
      return StackWalker.getInstance()
          .walk(frames -> frames.anyMatch(frame -> MOVERS.contains(frame.getClassName())));
    }
  }

  @Test
  void fromTheRequestToTheWaitForTheCustomer() {
    begin("warm");
    DONE.clear();
    begin("counted");
    List<Work> work = List.copyOf(DONE);
    String told = StatementsTest.told(work);
    System.out.println(told);
    assertThat(StatementsTest.statements(work)).as(told).isLessThanOrEqualTo(40);
    assertThat(StatementsTest.roundTrips(work)).as(told).isLessThanOrEqualTo(40);
    assertThat(StatementsTest.commits(work)).as(told).isEqualTo(3);
  }

  private static void begin(String key) {
    assertThat(trial.baton.begin(key).path("messages")).isNotEmpty();
    trial.baton.awaitAt(key, "WaitForCustomer");
    // The request may be answered before the thread that settled the call is done.
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> StatementsTest.commits(DONE) >= 2);
  }
}
