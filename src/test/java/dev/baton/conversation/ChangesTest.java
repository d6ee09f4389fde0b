package dev.baton.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class ChangesTest {

  private final Changes changes = new Changes();

  @Test
  void aWaitThatRanOutLeavesNothingBehind() throws Exception {
    changes.next("quiet", Duration.ofMillis(20)).get(10, TimeUnit.SECONDS);

    assertThat(changes.isIdle()).isTrue();
  }

  @Test
  void aWaitThatWasAnsweredLeavesNothingBehind() {
    CompletableFuture<Void> next = changes.next("busy", Duration.ofHours(1));
    commit("busy");

    assertThat(next).isCompleted();
    assertThat(changes.isIdle()).isTrue();
  }

  /** With a thousand of them the looks would cost more than their turns. */
  @Test
  void theDatabaseIsNotAskedForThoseWhoWaitForWhatIsDoneHere() {
    CompletableFuture<Void> here = changes.nextHere("here", Duration.ofHours(1));
    assertThat(changes.followedEverywhere()).isEmpty();
    CompletableFuture<Void> both = changes.nextHere("both", Duration.ofHours(1));
    try (Changes.Following following = changes.follow("both", () -> {})) {
      assertThat(following).isNotNull();
      assertThat(changes.followedEverywhere()).containsExactly("both");
    }
    assertThat(changes.followedEverywhere()).isEmpty();

    commit("here", "both");
    assertThat(here).isCompleted();
    assertThat(both).isCompleted();
    assertThat(changes.isIdle()).isTrue();
  }

  @Test
  void oneWhoGoesDoesNotTakeTheOthersAlong() {
    AtomicInteger told = new AtomicInteger();
    Runnable follower = told::incrementAndGet;
    Changes.Following first = changes.follow("shared", follower);
    Changes.Following second = changes.follow("shared", follower);

    first.close();
    first.close();
    commit("shared");
    assertThat(told).hasValue(1);

    second.close();
    commit("shared");
    assertThat(told).hasValue(1);
    assertThat(changes.isIdle()).isTrue();
  }

  @Test
  void aTransactionIsToldOfOnce() {
    AtomicInteger told = new AtomicInteger();
    try (Changes.Following following = changes.follow("once", told::incrementAndGet)) {
      assertThat(following).isNotNull();
      commit("once", "once", "other");
    }
    assertThat(told).hasValue(1);
  }

  @Test
  void whatWasRolledBackIsNotTold() {
    CompletableFuture<Void> next = changes.next("undone", Duration.ofHours(1));
    TransactionSynchronizationManager.initSynchronization();
    changes.afterCommit("undone");
    TransactionSynchronizationManager.clearSynchronization();

    assertThat(next).isNotDone();
  }

  private void commit(String... keys) {
    TransactionSynchronizationManager.initSynchronization();
    try {
      for (String key : keys) {
        changes.afterCommit(key);
      }
      TransactionSynchronizationManager.getSynchronizations()
          .forEach(TransactionSynchronization::afterCommit);
    } finally {
      TransactionSynchronizationManager.clearSynchronization();
    }
  }
}
