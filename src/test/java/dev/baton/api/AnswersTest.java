package dev.baton.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.conversation.Changes;
import dev.baton.conversation.ChangesElsewhere;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class AnswersTest {

  private final Changes changes = new Changes();
  private final Readers readers = new Readers(2);

  @AfterEach
  void stop() {
    readers.close();
  }

  @Test
  void whatIsThereIsNotWaitedFor() {
    Answers answers = answers(Duration.ofHours(1));
    assertThat(answers.await("c", () -> 1, value -> false)).isCompletedWithValue(1);
  }

  @Test
  void aChangeIsReadOnAnotherThread() throws Exception {
    Answers answers = answers(Duration.ofHours(1));
    AtomicInteger committed = new AtomicInteger();
    AtomicReference<Thread> reader = new AtomicReference<>();
    CompletableFuture<Integer> answer =
        answers.await(
            "c",
            () -> {
              reader.set(Thread.currentThread());
              return committed.get();
            },
            value -> value == 0);
    assertThat(answer).isNotDone();

    committed.set(7);
    commit("c");

    assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(7);
    assertThat(reader.get()).isNotSameAs(Thread.currentThread());
  }

  @Test
  void aChangeBetweenAskingAndReadingIsNotMissed() throws Exception {
    Answers answers = answers(Duration.ofHours(1));
    AtomicInteger reads = new AtomicInteger();
    CompletableFuture<Integer> answer =
        answers.await(
            "c",
            () -> {
              int read = reads.incrementAndGet();
              if (read == 1) {
                commit("c");
              }
              return read;
            },
            value -> value == 1);

    assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void whatComesByItselfIsNotRead() {
    Answers answers = answers(Duration.ofHours(1));
    CompletableFuture<Optional<Integer>> told = new CompletableFuture<>();
    CompletableFuture<Integer> answer =
        answers.await("c", told, AnswersTest::nobodyReads, v -> false);
    assertThat(answer).isNotDone();
    told.complete(Optional.of(7));
    assertThat(answer).isCompletedWithValue(7);
  }

  /** With a thousand who wait, the looks for each would be most of the work. */
  @Test
  void theDatabaseIsNotAskedForWhatComesByItself() {
    Answers answers = answers(Duration.ofHours(1));
    ChangesElsewhere elsewhere = new ChangesElsewhere(JdbcClient.create(new NotAsked()), changes);
    CompletableFuture<Integer> answer =
        answers.await("c", new CompletableFuture<>(), AnswersTest::nobodyReads, value -> false);
    elsewhere.look();
    assertThat(answer).isNotDone();

    assertThat(answers.await("c", () -> 0, value -> value == 0)).isNotDone();
    assertThatThrownBy(elsewhere::look).hasStackTraceContaining("It was asked.");
  }

  private static final class NotAsked extends AbstractDataSource {
    @Override
    public Connection getConnection() {
      throw new IllegalStateException("It was asked.");
    }

    @Override
    public Connection getConnection(String user, String password) {
      return getConnection();
    }
  }

  /** Another node may have taken over what this one was about to tell. */
  @Test
  void whatDoesNotComeByItselfIsReadAfterAWhile() throws Exception {
    Answers answers = answers(Duration.ofHours(1));
    assertThat(
            answers
                .await("c", new CompletableFuture<Optional<Integer>>(), () -> 7, value -> false)
                .get(20, TimeUnit.SECONDS))
        .isEqualTo(7);
  }

  private static Integer nobodyReads() {
    throw new IllegalStateException("It was read.");
  }

  @Test
  void theLimitEndsTheWait() throws Exception {
    Answers answers = answers(Duration.ofMillis(100));
    assertThat(answers.await("c", () -> "old", value -> true).get(10, TimeUnit.SECONDS))
        .isEqualTo("old");
  }

  private Answers answers(Duration limit) {
    return new Answers(changes, limit, readers);
  }

  /** What a transaction's commit does. */
  private void commit(String key) {
    TransactionSynchronizationManager.initSynchronization();
    try {
      changes.afterCommit(key);
      TransactionSynchronizationManager.getSynchronizations()
          .forEach(TransactionSynchronization::afterCommit);
    } finally {
      TransactionSynchronizationManager.clearSynchronization();
    }
  }
}
