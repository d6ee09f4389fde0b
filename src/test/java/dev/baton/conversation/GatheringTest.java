package dev.baton.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Where threads wait for each other, each of them must get its own outcome, once, and all go on.
 */
@Timeout(60)
class GatheringTest {

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<List<Integer>> done = new CopyOnWriteArrayList<>();
  private final CountDownLatch first = new CountDownLatch(1);
  private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(4);
  private final Gathering<Integer, Integer> gathering = new Gathering<>(workers, this::square);

  @AfterEach
  void stop() {
    first.countDown();
    threads.shutdownNow();
    workers.shutdownNow();
  }

  private List<Integer> square(List<Integer> numbers) {
    done.add(numbers);
    if (numbers.contains(0)) {
      await(first);
    }
    if (numbers.contains(13)) {
      throw new IllegalArgumentException("13");
    }
    return numbers.stream().map(number -> number * number).toList();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private CompletableFuture<Integer> join(int number) {
    return CompletableFuture.supplyAsync(() -> gathering.join(number), threads);
  }

  /** While 0 is at work the others come; returns when they wait. */
  private List<CompletableFuture<Integer>> comeMeanwhile(int from, int to) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !done.isEmpty());
    List<CompletableFuture<Integer>> others =
        IntStream.rangeClosed(from, to).mapToObj(this::join).toList();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> waiting() == others.size());
    return others;
  }

  private static long waiting() {
    return Thread.getAllStackTraces().values().stream().filter(GatheringTest::waits).count();
  }

  /** In the gathering, and not at work. */
  private static boolean waits(StackTraceElement[] stack) {
    return Stream.of(stack)
        .filter(frame -> frame.getClassName().equals(Gathering.class.getName()))
        .findFirst()
        .filter(frame -> frame.getMethodName().equals("join"))
        .isPresent();
  }

  @Test
  void whoeverComesAloneWaitsForNobody() {
    assertThat(gathering.join(2)).isEqualTo(4);
    assertThat(gathering.join(3)).isEqualTo(9);
    assertThat(done).containsExactly(List.of(2), List.of(3));
  }

  @Test
  void whoeverComesMeanwhileIsTakenAlongAndHasItsOwnOutcome() {
    CompletableFuture<Integer> zero = join(0);
    List<CompletableFuture<Integer>> others = comeMeanwhile(1, 5);
    first.countDown();
    assertThat(zero.join()).isZero();
    assertThat(others.stream().map(CompletableFuture::join)).containsExactly(1, 4, 9, 16, 25);
    assertThat(done).extracting(List::size).containsExactly(1, 5);
    assertThat(done.stream().flatMap(List::stream)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
  }

  @Test
  void aCrowdIsDoneInSeveralParts() {
    CompletableFuture<Integer> zero = join(0);
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !done.isEmpty());
    List<CompletableFuture<Integer>> others =
        IntStream.rangeClosed(20, 159).mapToObj(gathering::add).toList();
    first.countDown();
    assertThat(zero.join()).isZero();
    others.forEach(CompletableFuture::join);
    assertThat(done).extracting(List::size).containsExactly(1, 64, 64, 12);
    assertThat(done.stream().flatMap(List::stream)).doesNotHaveDuplicates().hasSize(141);
  }

  @Test
  void afterAFailureOthersGoOn() {
    CompletableFuture<Integer> zero = join(0);
    List<CompletableFuture<Integer>> others = comeMeanwhile(12, 13);
    first.countDown();
    assertThat(zero.join()).isZero();
    assertThat(others)
        .allSatisfy(
            other ->
                assertThatThrownBy(other::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IllegalArgumentException.class));
    assertThat(gathering.join(4)).isEqualTo(16);
  }

  @Test
  void oneThatHangsHoldsNobodyUpForLong() {
    CompletableFuture<Integer> zero = join(0);
    List<CompletableFuture<Integer>> others = comeMeanwhile(1, 3);
    assertThat(others.stream().map(CompletableFuture::join)).containsExactly(1, 4, 9);
    assertThat(zero).isNotDone();
    first.countDown();
    assertThat(zero.join()).isZero();
    assertThat(gathering.join(5)).isEqualTo(25);
    assertThat(done).extracting(List::size).containsExactly(1, 3, 1);
  }

  @Test
  void whoAddsWaitsForNothingAndHearsOfItsOwnOutcome() {
    CompletableFuture<Integer> zero = gathering.add(0);
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !done.isEmpty());
    List<CompletableFuture<Integer>> others =
        IntStream.rangeClosed(1, 5).mapToObj(gathering::add).toList();
    assertThat(zero).isNotDone();
    assertThat(others).noneMatch(CompletableFuture::isDone);
    first.countDown();
    assertThat(others.stream().map(CompletableFuture::join)).containsExactly(1, 4, 9, 16, 25);
    assertThat(done).extracting(List::size).containsExactly(1, 5);
  }

  @Test
  void whatComesWhenTheThreadsHaveStoppedIsDoneAllTheSame() {
    workers.shutdown();
    assertThat(gathering.add(3).join()).isEqualTo(9);
    assertThat(gathering.join(4)).isEqualTo(16);
  }
}
