package dev.baton.dispatch;

import dev.baton.http.Gate;
import dev.baton.http.NotTriedException;
import dev.baton.http.SystemFault;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate before one system. Calls wait here for their turn, in the order in which they came; when
 * it has come, a circuit breaker says whether the system is worth asking. It is closed by a run of
 * failures, and opened by a single call that is answered. Each node has its own. Thread-safe.
 */
final class SystemGate implements Gate {

  private static final Logger LOG = LoggerFactory.getLogger(SystemGate.class);

  /** Of the last calls, in percent. */
  private static final float FAILED = 80;

  /** A call takes a minute at most; this is for kinds of targets that never answer. */
  private static final Duration PROBE = Duration.ofMinutes(3);

  /** However long a system asks to be left alone. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final String system;
  private final int atOnce;
  private final @Nullable RateLimiter rate;
  private final CircuitBreaker breaker;
  private final Deque<Call<?>> waiting = new ArrayDeque<>();
  private final AtomicInteger wishes = new AtomicInteger();
  private int underWay;
  private volatile Duration asked = Duration.ZERO;
  private volatile String why = "made by another node, or before the restart";
  private volatile Instant since = Instant.EPOCH;
  private volatile Instant askedAgainAt = Instant.EPOCH;

  /**
   * A gate that stands open.
   *
   * @param atOnce calls under way at most
   * @param rate how many calls may begin; null for any number
   */
  SystemGate(String system, GateSettings settings, int atOnce, @Nullable RateLimiter rate) {
    this.system = system;
    this.atOnce = atOnce;
    this.rate = rate;
    this.breaker =
        CircuitBreaker.of(
            system,
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(settings.calls())
                .minimumNumberOfCalls(settings.calls())
                .failureRateThreshold(FAILED)
                .permittedNumberOfCallsInHalfOpenState(1)
                .maxWaitDurationInHalfOpenState(PROBE)
                .waitIntervalFunctionInOpenState(attempt -> pause(settings.probeEvery()).toMillis())
                // A call waits for its turn within its time: being slow says nothing.
                .slowCallDurationThreshold(Duration.ofDays(1))
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(event -> changed(event.getStateTransition(), settings.probeEvery()));
  }

  private Duration pause(Duration probeEvery) {
    Duration wished = asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    return wished.compareTo(probeEvery) > 0 ? wished : probeEvery;
  }

  private void changed(StateTransition transition, Duration probeEvery) {
    if (transition.getToState() == State.OPEN) {
      askedAgainAt = Instant.now().plus(pause(probeEvery));
    }
    if (transition == StateTransition.CLOSED_TO_OPEN) {
      since = now();
      LOG.warn(
          "{} is down. What is for it waits, and it is asked again at {}. The last call: {}",
          system,
          askedAgainAt,
          why);
    } else if (transition == StateTransition.HALF_OPEN_TO_OPEN) {
      LOG.info("{} is still down, since {}. It is asked again at {}.", system, since, askedAgainAt);
    } else if (transition.getToState() == State.CLOSED) {
      LOG.info("{} answers again.", system);
    }
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  /** Whether calls are let through without further ado. */
  boolean isOpen() {
    return breaker.getState() == State.CLOSED;
  }

  /** Whether a call that is made now would be let through. */
  boolean admits() {
    boolean admits = breaker.tryAcquirePermission();
    if (admits) {
      breaker.releasePermission();
    }
    return admits;
  }

  /** When the system is asked again, or was asked last while it is being asked. */
  Instant askedAgainAt() {
    return askedAgainAt;
  }

  /**
   * Somebody found the system to be down, before this node has called it: it is asked by a single
   * call first.
   */
  void suspect(Instant since) {
    if (isOpen() && breaker.getMetrics().getNumberOfBufferedCalls() == 0) {
      breaker.transitionToOpenState();
      this.since = since.truncatedTo(ChronoUnit.SECONDS);
      this.askedAgainAt = Instant.now();
      breaker.transitionToHalfOpenState();
    }
  }

  @Override
  public <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call) {
    if (breaker.getState() == State.OPEN && Instant.now().isBefore(askedAgainAt)) {
      return CompletableFuture.failedFuture(notTried());
    }
    Call<T> mine = new Call<>(call);
    synchronized (this) {
      waiting.add(mine);
    }
    letGo();
    return mine.answer;
  }

  private NotTriedException notTried() {
    return new NotTriedException("%s is down, since %s".formatted(system, since));
  }

  /**
   * Lets calls go as far as there is room. One thread at a time does; a call that is over at once
   * asks for the next from within, and has to come back here for it.
   */
  private void letGo() {
    int wished = wishes.incrementAndGet();
    if (wished > 1) {
      return;
    }
    while (wished > 0) {
      for (Call<?> next = next(); next != null; next = next()) {
        letGo(next);
      }
      wished = wishes.addAndGet(-wished);
    }
  }

  private void letGo(Call<?> call) {
    long nanos = rate == null ? 0 : rate.reservePermission();
    if (nanos <= 0) {
      call.make();
    } else {
      CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run)
          .execute(call::make);
    }
  }

  private synchronized @Nullable Call<?> next() {
    if (underWay >= atOnce || waiting.isEmpty()) {
      return null;
    }
    underWay++;
    return waiting.poll();
  }

  private void over() {
    synchronized (this) {
      underWay--;
    }
    letGo();
  }

  private final class Call<T> {

    final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Supplier<CompletableFuture<T>> call;

    Call(Supplier<CompletableFuture<T>> call) {
      this.call = call;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Both its ends go to the answer.
    void make() {
      if (!breaker.tryAcquirePermission()) {
        over();
        answer.completeExceptionally(notTried());
        return;
      }
      long began = System.nanoTime();
      begin()
          .whenComplete(
              (value, failure) -> {
                learn(failure, System.nanoTime() - began);
                over();
                if (failure == null) {
                  answer.complete(value);
                } else {
                  answer.completeExceptionally(failure);
                }
              });
    }

    private CompletableFuture<T> begin() {
      try {
        return call.get();
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    }
  }

  private void learn(@Nullable Throwable failure, long nanos) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause == null) {
      breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
    } else if (!(cause instanceof SystemFault fault)) {
      breaker.releasePermission();
    } else {
      switch (fault.health()) {
        case UP -> breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        case DOWN -> {
          asked = fault.retryAfter().orElse(Duration.ZERO);
          why = String.valueOf(cause.getMessage());
          breaker.onError(nanos, TimeUnit.NANOSECONDS, cause);
        }
        case UNKNOWN -> breaker.releasePermission();
      }
    }
  }
}
