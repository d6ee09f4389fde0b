package dev.baton.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.http.HttpAnswer;
import dev.baton.http.HttpCall;
import dev.baton.http.HttpCaller;
import dev.baton.http.NotTriedException;
import dev.baton.http.SystemFault;
import dev.baton.http.TestServer;
import dev.baton.http.TimeLimits;
import dev.baton.salesforce.SalesforceTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SystemGateTest {

  private static final int CALLS = 10;
  private static final Duration PROBE = Duration.ofSeconds(2);
  private static final Duration FOR_EVER = Duration.ofHours(1);

  @Test
  void aBurstOfAThousandCallsWaitsForItsTurnAndKeepsItsOrder() {
    int atOnce = 16;
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch open = new CountDownLatch(1);
    Duration second = Duration.ofSeconds(1);
    try (TestServer server =
            new TestServer(
                request -> {
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  await(open);
                  now.decrementAndGet();
                  return TestServer.Reply.json(200, "{}");
                });
        HttpCaller http =
            new HttpCaller(
                new TimeLimits(second, second, second.multipliedBy(20), second.multipliedBy(30)),
                atOnce)) {
      SystemGate gate = gate(PROBE, atOnce);
      List<Integer> begun = new ArrayList<>();
      List<CompletableFuture<HttpAnswer>> answers =
          IntStream.range(0, 1000)
              .mapToObj(
                  n ->
                      gate.call(
                          () -> {
                            synchronized (begun) {
                              begun.add(n);
                            }
                            return http.send(new HttpCall("GET", server.uri(), Map.of(), null));
                          }))
              .toList();
      // A call beside the gate finds no connection and fails, as most of the burst would.
      HttpCall beside = new HttpCall("GET", server.uri(), Map.of(), null);
      assertThat(http.send(beside)).failsWithin(second.multipliedBy(20));
      open.countDown();
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
      assertThat(answers).allMatch(answer -> answer.join().status() == 200);
      assertThat(most.get()).isLessThanOrEqualTo(atOnce);
      // Calls that begin at the same moment are noted in either order, and a thread that is held up
      // in between is overtaken by some rounds of the others.
      int apart = 10 * atOnce;
      for (int i = 0; i < begun.size(); i++) {
        assertThat(begun.get(i)).isBetween(i - apart, i + apart);
      }
    }
  }

  @Test
  void noMoreCallsToTheOrgBeginWithinASecondThanIsAllowed() {
    SystemGate gate =
        new Gates(new GateSettings(CALLS, PROBE, 1, 100, 100, 10)).gate(SalesforceTarget.SYSTEM);
    long began = System.nanoTime();
    List<CompletableFuture<String>> answers =
        IntStream.range(0, 35)
            .mapToObj(n -> gate.call(() -> CompletableFuture.completedFuture("yes")))
            .toList();
    CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(20));
  }

  @Test
  void whatARefusedCallIsToBlameForDoesNotCloseTheGate() {
    SystemGate gate = gate(FOR_EVER, 1);
    for (int n = 0; n < 5 * CALLS; n++) {
      fail(gate, SystemFault.Health.UP);
      fail(gate, SystemFault.Health.UNKNOWN);
    }
    assertThat(gate.isOpen()).isTrue();
  }

  @Test
  void theTriesOfOneConversationDoNotCloseTheGateForAll() {
    SystemGate gate = gate(FOR_EVER, 1);
    for (int n = 0; n < CALLS; n++) {
      succeed(gate);
    }
    for (int n = 0; n < 6; n++) {
      fail(gate, SystemFault.Health.DOWN);
    }
    assertThat(gate.isOpen()).isTrue();
    fail(gate, SystemFault.Health.DOWN);
    fail(gate, SystemFault.Health.DOWN);
    assertThat(gate.isOpen()).isFalse();
  }

  @Test
  void aClosedGateLetsOneCallAskAndOpensWhenThatIsAnswered() {
    SystemGate gate = closed(PROBE);
    assertThat(refused(gate.call(() -> CompletableFuture.completedFuture("not made")))).isTrue();
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(gate::admits);

    CompletableFuture<String> answer = new CompletableFuture<>();
    CompletableFuture<String> probe = gate.call(() -> answer);
    assertThat(gate.admits()).isFalse();
    assertThat(refused(gate.call(() -> CompletableFuture.completedFuture("not made")))).isTrue();
    answer.completeExceptionally(new Failure(SystemFault.Health.DOWN, null));
    assertThat(probe).isCompletedExceptionally();
    assertThat(refused(gate.call(() -> CompletableFuture.completedFuture("not made")))).isTrue();

    Awaitility.await().atMost(Duration.ofSeconds(30)).until(gate::admits);
    // A refusal is an answer, too.
    fail(gate, SystemFault.Health.UP);
    assertThat(gate.isOpen()).isTrue();
  }

  @Test
  void theGateStaysClosedAsLongAsTheSystemAsksToBeLeftAlone() {
    SystemGate gate = gate(PROBE, 1);
    Instant before = Instant.now();
    for (int n = 0; n < CALLS; n++) {
      fail(gate, new Failure(SystemFault.Health.DOWN, Duration.ofSeconds(90)));
    }
    assertThat(gate.askedAgainAt())
        .isBetween(before.plusSeconds(90), Instant.now().plusSeconds(90));
    assertThat(gate.admits()).isFalse();
  }

  @Test
  void whatWaitsForItsTurnWhenTheGateClosesIsNotTried() {
    SystemGate gate = gate(FOR_EVER, CALLS);
    List<CompletableFuture<String>> hanging =
        IntStream.range(0, CALLS).mapToObj(n -> new CompletableFuture<String>()).toList();
    assertThat(hanging.stream().map(answer -> gate.call(() -> answer)))
        .noneMatch(CompletableFuture::isDone);
    AtomicInteger made = new AtomicInteger();
    List<CompletableFuture<String>> waiting =
        IntStream.range(0, 500)
            .mapToObj(
                n ->
                    gate.call(
                        () -> {
                          made.incrementAndGet();
                          return CompletableFuture.<String>failedFuture(
                              new Failure(SystemFault.Health.DOWN, null));
                        }))
            .toList();
    hanging.forEach(
        answer -> answer.completeExceptionally(new Failure(SystemFault.Health.DOWN, null)));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> waiting.stream().allMatch(CompletableFuture::isDone));
    assertThat(made.get()).isLessThan(3 * CALLS);
    assertThat(waiting.stream().filter(SystemGateTest::refused).count())
        .isEqualTo(500 - made.get());
  }

  private static SystemGate gate(Duration probeEvery, int atOnce) {
    return new Gates(new GateSettings(CALLS, probeEvery, 1, atOnce, 1, 1)).gate("bot");
  }

  private static SystemGate closed(Duration probeEvery) {
    SystemGate gate = gate(probeEvery, CALLS);
    for (int n = 0; n < CALLS; n++) {
      fail(gate, SystemFault.Health.DOWN);
    }
    assertThat(gate.isOpen()).isFalse();
    return gate;
  }

  private static void succeed(SystemGate gate) {
    assertThat(gate.call(() -> CompletableFuture.completedFuture("yes"))).isCompleted();
  }

  private static void fail(SystemGate gate, SystemFault.Health health) {
    fail(gate, new Failure(health, null));
  }

  private static void fail(SystemGate gate, Failure failure) {
    assertThat(gate.call(() -> CompletableFuture.failedFuture(failure))).isCompletedExceptionally();
  }

  private static boolean refused(CompletableFuture<?> answer) {
    return answer.isCompletedExceptionally()
        && answer.handle((value, failure) -> NotTriedException.causes(failure)).join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Failure extends RuntimeException implements SystemFault {
    private static final long serialVersionUID = 1;

    private final Health health;
    private final transient Optional<Duration> retryAfter;

    Failure(Health health, @Nullable Duration retryAfter) {
      super("no");
      this.health = health;
      this.retryAfter = Optional.ofNullable(retryAfter);
    }

    @Override
    public Health health() {
      return health;
    }

    @Override
    public Optional<Duration> retryAfter() {
      return retryAfter;
    }
  }
}
