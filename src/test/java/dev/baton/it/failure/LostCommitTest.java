package dev.baton.it.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.Trial;
import dev.baton.it.support.WatchedCommits;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The connection to the database is lost when a transaction was committed and nobody has heard of
 * that yet: what follows a commit is not done, and the node lives on.
 */
class LostCommitTest {

  /** What the transaction writes whose commit is not answered; the empty text for none. */
  private static final AtomicReference<String> LOST = new AtomicReference<>("");

  private static Trial trial;

  @BeforeAll
  static void start() {
    trial = Trial.startOn(Postgres.newDatabase(), LostCommits.class, Postgres.USER);
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Configuration(proxyBeanMethods = false)
  static class LostCommits {

    @Bean
    static BeanPostProcessor lostCommits() {
      return new BeanPostProcessor() {
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
          return bean instanceof DataSource source
              ? new WatchedCommits(source, LostCommits::pass)
              : bean;
        }
      };
    }

    private static void pass(boolean committed, List<String> statements) throws SQLException {
      String lost = LOST.get();
      if (committed
          && !lost.isEmpty()
          && statements.stream().anyMatch(statement -> statement.contains(lost))
          && LOST.compareAndSet(lost, "")) {
        throw new SQLException("The connection is gone", "08006");
      }
    }
  }

  @Test
  void aMessageWhoseAcceptanceWasCommittedUnheardIsSentToTheBot() {
    trial.script("{}");
    trial.baton.begin("message");
    LOST.set("insert into baton_inbox");
    JsonNode refused = trial.baton.write("message", "m1", "Order Status");
    assertThat(refused.path("status").asInt()).isEqualTo(500);
    JsonNode answered = trial.baton.write("message", "m1", "Order Status");
    assertThat(answered.path("messages")).isNotEmpty();
    assertThat(Baton.askedOfTheBot(trial.simulator)).containsExactly("start", "text");
  }

  @Test
  void anAnswerThatWasCommittedUnheardIsHeardOnce() {
    trial.script("{}");
    trial.baton.begin("answer");
    LOST.set("set state = 'ANSWERED'");
    JsonNode answer = trial.baton.write("answer", "m1", "Order Status").path("messages");
    assertThat(LOST).hasValue("");
    assertThat(answer).isNotEmpty();
    assertThat(trial.baton.write("answer", "m2", "Order Status").path("messages")).isNotEmpty();
    assertThat(Baton.askedOfTheBot(trial.simulator)).containsExactly("start", "text", "text");
    assertThat(
            trial.jdbc.queryForObject(
                """
                select count(*) from baton_transcript
                where conversation_key = 'answer' and speaker = 'BOT' and cause = 'MESSAGE'""",
                Integer.class))
        .isEqualTo(2 * answer.size());
  }

  @Test
  void whatFollowsAnAnswerThatWasCommittedUnheardIsDone() {
    trial.script("{}");
    trial.baton.begin("escalate");
    LOST.set("insert into baton_transfer");
    CompletableFuture<Baton.Answer> written =
        trial.baton.writeLater("escalate", "m1", "Transfer To Agent");
    String caseId = trial.awaitCase("escalate", 1);
    trial.accept(caseId);
    trial.baton.awaitOver("escalate");
    assertThat(written.join().status()).isEqualTo(200);
    assertThat(Baton.askedOfTheBot(trial.simulator))
        .containsExactly("start", "text", "transferSucceeded", "end Transfer");
  }
}
