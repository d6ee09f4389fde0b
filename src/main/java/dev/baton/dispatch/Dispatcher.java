package dev.baton.dispatch;

import dev.baton.conversation.Conversation;
import dev.baton.conversation.Order;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Orders.WithConversation;
import dev.baton.conversation.Token;
import dev.baton.dispatch.Performer.Settlement;
import dev.baton.dispatch.Settlements.Next;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this node's calls, each at its time. An order is read, called with nothing held, and what
 * came of it is put away ({@link Settlements}). Requests on one bot session are made one at a time,
 * in order. Thread-safe.
 */
public final class Dispatcher {

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final Duration HELD = Duration.ofSeconds(2);
  private static final Duration TURN = Duration.ofSeconds(1);

  /** A node can die by chance while it makes a call, and so may the next one. */
  private static final int MAX_DEATHS = 3;

  private final Orders orders;
  private final Token token;
  private final ScheduledExecutorService threads;
  private final String node;
  private final Performers performers;
  private final Settlements settlements;
  private final Gates gates;
  private final Parking parking;
  private final Set<Long> underWay = ConcurrentHashMap.newKeySet();
  private final Set<Long> scheduled = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /**
   * Of this node.
   *
   * @param threads where outcomes are put away
   */
  Dispatcher(
      Orders orders,
      Token token,
      ScheduledExecutorService threads,
      String node,
      Gates gates,
      Performers performers,
      Settlements settlements) {
    this.orders = orders;
    this.token = token;
    this.threads = threads;
    this.node = node;
    this.gates = gates;
    this.performers = performers;
    this.settlements = settlements;
    this.parking = new Parking(gates, orders, this::submit, this::schedule);
  }

  /** Makes the call of a committed order, soon; does nothing if it is not this node's to make. */
  public void submit(long orderId) {
    later(orderId, Duration.ZERO);
  }

  /** Whether this node has not forgotten the order: its call is being made, or will be. */
  boolean attends(long orderId) {
    return scheduled.contains(orderId) || underWay.contains(orderId) || parking.holds(orderId);
  }

  /** An order of a dead node is this node's now. */
  void takenOver(Order order) {
    Order.Parked parked = order.parked();
    if (parked == null || order.state() == Order.State.DROPPED) {
      submit(order.id());
      return;
    }
    gates.gate(parked.system()).suspect(parked.since());
    parking.park(parked.system(), order.id());
  }

  /** The orders whose calls are being made or settled. */
  Set<Long> underWay() {
    return Set.copyOf(underWay);
  }

  private void later(long orderId, Duration delay) {
    scheduled.add(orderId);
    schedule(
        () -> {
          scheduled.remove(orderId);
          try {
            start(orderId);
          } catch (RuntimeException e) {
            LOG.error("Order {} cannot be worked on yet.", orderId, e);
            later(orderId, HELD);
          }
        },
        delay);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The action reports its failures itself.
  private void schedule(Runnable action, Duration delay) {
    try {
      threads.schedule(() -> run(action), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("This node stops; the order is left to the next.", e);
    }
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.error("The outcome of a call could not be put away.", e);
    }
  }

  /** Makes no further calls; those under way are settled. */
  void stop() {
    stopping = true;
  }

  private void start(long orderId) {
    if (!underWay.add(orderId)) {
      // Its next try may come due before its last is put away. Nobody else would find it: an order
      // of a living node is that node's to look after.
      later(orderId, TURN);
      return;
    }
    boolean called = false;
    try {
      // Asked when the order is under way: who stops looks first for what is, and leaves the rest.
      called = !stopping && call(orderId);
    } finally {
      if (!called) {
        underWay.remove(orderId);
      }
    }
  }

  private boolean call(long orderId) {
    Optional<WithConversation> found =
        orders.withConversation(orderId).filter(it -> node.equals(it.order().owner()));
    if (found.isEmpty()) {
      return false;
    }
    Order order = found.get().order();
    if (order.state() == Order.State.DROPPED) {
      settlements.leave(order);
      nextToBot(order);
      return false;
    }
    if (order.state() == Order.State.FAILED) {
      return false;
    }
    Duration wait = untilDue(order);
    if (!wait.isZero()) {
      later(orderId, wait);
      return false;
    }
    // Requests on a bot's session are made one at a time, or the bot answers 423.
    if (!found.get().itsTurn()) {
      // Whoever is first tells the next when it is done: but it may be another node's order, or
      // tell at this very moment, while this one still counts as under way.
      later(orderId, TURN);
      return false;
    }
    make(order, () -> call(order, found.get().conversation()), () -> {});
    return true;
  }

  private CompletableFuture<Settlement> call(Order order, Conversation conversation) {
    if (order.deaths() >= MAX_DEATHS) {
      return CompletableFuture.failedFuture(new Fault.PossiblyHarmfulException(order.deaths()));
    }
    if (order.parked() != null) {
      orders.called(order);
    }
    return performers.of(order).perform(order, conversation);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Both its ends are settled.
  private void make(Order order, Supplier<CompletableFuture<Settlement>> call, Runnable finished) {
    within(performers.of(order).limit(order), call)
        .whenComplete(
            (settlement, failure) -> {
              Runnable alone =
                  () ->
                      schedule(
                          () -> {
                            finish(order, settlement, failure, 0);
                            finished.run();
                          },
                          Duration.ZERO);
              if (order.isTurn() && settlement != null) {
                finishTogether(order, settlement, alone);
              } else {
                alone.run();
              }
            });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Both its ends are attended to.
  private void finishTogether(Order order, Settlement settlement, Runnable alone) {
    together(settlement)
        .whenComplete(
            (isPutAway, failure) -> {
              if (Boolean.TRUE.equals(isPutAway)) {
                underWay.remove(order.id());
              } else {
                LOG.debug("Tried again alone.", failure);
                alone.run();
              }
            });
  }

  private static CompletableFuture<Boolean> together(Settlement settlement) {
    try {
      return settlement.together();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Makes the call of a committed order of which everything is known, and whose turn it is.
   *
   * @param finished told when the call has an outcome
   */
  void begin(Order order, Supplier<CompletableFuture<Settlement>> call, Runnable finished) {
    // A sweep may have found it between its commit and now.
    boolean first = underWay.add(order.id());
    if (first && !stopping) {
      make(order, call, finished);
      return;
    }
    if (first) {
      underWay.remove(order.id());
    }
    finished.run();
  }

  private static Duration untilDue(Order order) {
    // One that waited for its system is let go as soon as that answers.
    Instant due = order.parked() == null ? order.dueAt() : null;
    Duration wait = due == null ? Duration.ZERO : Duration.between(Instant.now(), due);
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  /** Makes a call, and does not wait for it longer than until the limit. */
  private static CompletableFuture<Settlement> within(
      @Nullable Instant limit, Supplier<CompletableFuture<Settlement>> call) {
    try {
      if (limit == null) {
        return call.get();
      }
      long left = Duration.between(Instant.now(), limit).toMillis();
      return left <= 0
          ? CompletableFuture.failedFuture(new Fault.TookTooLong())
          : call.get()
              .thenApply(settlement -> settlement)
              .orTimeout(left, TimeUnit.MILLISECONDS)
              .exceptionallyCompose(Dispatcher::tookTooLong);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static CompletableFuture<Settlement> tookTooLong(Throwable failure) {
    return CompletableFuture.failedFuture(
        failure instanceof TimeoutException ? new Fault.TookTooLong() : failure);
  }

  private void nextToBot(Order done) {
    if (done.kind().toBot()) {
      orders.firstToBot(done.conversationKey()).ifPresent(next -> submit(next.id()));
    }
  }

  private void finish(
      Order order, @Nullable Settlement settlement, @Nullable Throwable failure, int tries) {
    boolean held = false;
    try {
      next(
          order,
          settlement != null
              ? settlements.settled(order, settlement)
              : settlements.failed(order, Fault.of(failure, order)));
    } catch (RuntimeException e) {
      held = true;
      if (!token.isHeld(e)) {
        LOG.error(
            "The outcome of order {} ({}) of conversation {} cannot be settled yet.",
            order.id(),
            order.kind(),
            order.conversationKey(),
            e);
        if (tries == 0) {
          settlements.tellOperator(order, e);
        }
      }
      schedule(() -> finish(order, settlement, failure, tries + 1), HELD);
    } finally {
      if (!held) {
        underWay.remove(order.id());
      }
    }
  }

  private void next(Order order, Next next) {
    if (next instanceof Next.NextToBot) {
      nextToBot(order);
    } else if (next instanceof Next.TryAgain again) {
      later(order.id(), again.in());
    } else if (next instanceof Next.Park park) {
      parking.park(park.system(), order.id());
    }
  }
}
