package dev.baton.dispatch;

import dev.baton.conversation.Changes;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Token;
import dev.baton.conversation.Token.StepResult;
import dev.baton.conversation.Turns;
import dev.baton.dispatch.Performer.Settlement;
import dev.baton.dispatch.Performer.WhenDown;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
 * Makes this node's calls. An order is read, called with nothing held, and settled in one
 * transaction; a failed call is tried again later, and for good it becomes an incident. Requests on
 * one bot session are made one at a time, in order. Thread-safe.
 */
public final class Dispatcher {

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final Duration HELD = Duration.ofSeconds(2);
  private static final Duration TURN = Duration.ofSeconds(1);
  private static final Duration NOT_YET = Duration.ofMillis(500);

  private final Conversations conversations;
  private final Orders orders;
  private final Turns turns;
  private final Token token;
  private final Changes changes;
  private final RetryPolicy retries;
  private final ScheduledExecutorService threads;
  private final String node;
  private final Map<OrderKind, Performer> performers = new EnumMap<>(OrderKind.class);
  private final Gates gates;
  private final Parking parking;
  private final Set<Long> underWay = ConcurrentHashMap.newKeySet();
  private final Set<Long> scheduled = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  Dispatcher(
      Conversations conversations,
      Orders orders,
      Turns turns,
      Token token,
      Changes changes,
      RetryPolicy retries,
      ScheduledExecutorService threads,
      String node,
      Gates gates,
      List<Performer> performers) {
    this.conversations = conversations;
    this.orders = orders;
    this.turns = turns;
    this.token = token;
    this.changes = changes;
    this.retries = retries;
    this.threads = threads;
    this.node = node;
    this.gates = gates;
    this.parking = new Parking(gates, orders, this::submit, this::schedule);
    performers.forEach(performer -> this.performers.put(performer.kind(), performer));
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
      threads.schedule(
          () -> {
            try {
              action.run();
            } catch (RuntimeException e) {
              LOG.error("The outcome of a call could not be put away.", e);
            }
          },
          delay.toMillis(),
          TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("This node stops; the order is left to the next.", e);
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
    Optional<Order> found = orders.find(orderId).filter(order -> node.equals(order.owner()));
    if (found.isEmpty()) {
      return false;
    }
    Order order = found.get();
    if (order.state() == Order.State.DROPPED) {
      // It waits to be tried again, or is taken over from a dead node: nobody waits for it.
      conversations.locked(
          order.conversationKey(),
          conversation -> {
            stillMine(order).ifPresent(now -> leave(now, now.repeated()));
            return null;
          });
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
    if (!itsTurn(order)) {
      // Whoever is first tells the next when it is done: but it may be another node's order, or
      // tell at this very moment, while this one still counts as under way.
      later(orderId, TURN);
      return false;
    }
    Conversation conversation = conversations.find(order.conversationKey()).orElseThrow();
    make(order, () -> performer(order).perform(order, conversation), () -> {});
    return true;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Both its ends are settled.
  private void make(Order order, Supplier<CompletableFuture<Settlement>> call, Runnable finished) {
    within(limit(order), call)
        .whenComplete(
            (settlement, failure) ->
                schedule(
                    () -> {
                      finish(order, settlement, failure, 0);
                      finished.run();
                    },
                    Duration.ZERO));
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

  private @Nullable Instant limit(Order order) {
    return performer(order).limit(order);
  }

  private Performer performer(Order order) {
    Performer performer = performers.get(order.kind());
    if (performer == null) {
      throw new IllegalStateException("Nobody performs orders of kind " + order.kind());
    }
    return performer;
  }

  /** Requests on a bot's session are made one at a time, or the bot answers 423. */
  private boolean itsTurn(Order order) {
    return !order.kind().toBot()
        || orders
            .firstToBot(order.conversationKey())
            .filter(first -> first.id() == order.id())
            .isPresent();
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
      if (settlement != null) {
        succeeded(order, settlement);
      } else {
        failed(order, Fault.of(failure, order));
      }
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
          tellOperator(order, e);
        }
      }
      schedule(() -> finish(order, settlement, failure, tries + 1), HELD);
    } finally {
      if (!held) {
        underWay.remove(order.id());
      }
    }
  }

  /**
   * The call has its outcome, and the process cannot go on with it: most likely what follows the
   * step is modelled wrongly. The incident goes away with the step, once the outcome is settled.
   */
  private void tellOperator(Order order, RuntimeException why) {
    String taskId = order.taskId();
    if (taskId == null) {
      return;
    }
    String text = "The call was made, but the process cannot go on: " + why.getMessage();
    try {
      conversations.locked(
          order.conversationKey(),
          conversation -> {
            if (stillMine(order).filter(now -> now.state() != Order.State.DROPPED).isPresent()) {
              token.fail(taskId, text, 0);
            }
            return null;
          });
    } catch (RuntimeException e) {
      LOG.debug("Not told as an incident.", e);
    }
  }

  private void succeeded(Order order, Settlement settlement) {
    if (settlement.atOnce()) {
      return;
    }
    Boolean dropped =
        conversations.locked(
            order.conversationKey(), conversation -> settle(order, settlement, conversation));
    if (Boolean.TRUE.equals(dropped) || order.taskId() == null) {
      nextToBot(order);
    }
  }

  private boolean settle(Order order, Settlement settlement, Conversation conversation) {
    Optional<Order> mine = stillMine(order);
    if (mine.isEmpty()) {
      return false;
    }
    boolean dropped = mine.get().state() == Order.State.DROPPED;
    // What does not leave the process where it is, is the process's to go on with.
    String taskId =
        mine.get().isTurn() && !dropped
            ? turns.handOver(conversation, mine.get()).taskId()
            : mine.get().taskId();
    StepResult result = settlement.settle(conversation, !dropped);
    orders.finished(order);
    if (!dropped && taskId != null && result != null) {
      token.advance(taskId, result);
    }
    changes.afterCommit(order.conversationKey());
    return dropped;
  }

  private void failed(Order order, Fault fault) {
    Runnable afterwards =
        conversations.locked(
            order.conversationKey(), conversation -> settleFailure(order, fault, conversation));
    afterwards.run();
  }

  /** Returns what is to be done after the commit. */
  private Runnable settleFailure(Order called, Fault fault, Conversation conversation) {
    Optional<Order> mine = stillMine(called);
    if (mine.isEmpty()) {
      return () -> {};
    }
    if (mine.get().state() == Order.State.DROPPED) {
      Optional<Settlement> given = performer(called).givenUp(called, fault);
      given.ifPresent(settlement -> settlement.settle(conversation, false));
      boolean mayHaveBeenProcessed = called.repeated() || fault.mayHaveBeenProcessed();
      leave(called, given.isEmpty() && mayHaveBeenProcessed);
      return () -> nextToBot(called);
    }
    // Whoever is to see or to mend it finds it at the step that failed.
    Order order = mine.get().isTurn() ? turns.handOver(conversation, mine.get()) : called;
    Instant limit = limit(order);
    if (fault.kind() == Fault.Kind.NOT_YET && withinLimit(NOT_YET, limit)) {
      return () -> later(order.id(), NOT_YET);
    }
    Optional<String> down = down(order, fault, conversation);
    Optional<WhenDown> whenDown = down.map(system -> performer(order).whenDown(order));
    if (down.isPresent() && whenDown.get() == WhenDown.WAIT) {
      return park(order, down.get(), fault);
    }
    LOG.warn(
        "{} of conversation {} failed: {}", order.kind(), order.conversationKey(), fault.text());
    String taskId = order.taskId();
    Optional<Duration> next =
        whenDown.filter(WhenDown.GIVE_UP::equals).isPresent()
            ? Optional.empty()
            : retries.next(order.attempts(), fault).filter(wait -> withinLimit(wait, limit));
    if (next.isPresent() || (taskId == null && !performer(order).dispensable())) {
      orders.triedInVain(order, fault.mayHaveBeenProcessed());
      if (taskId != null) {
        token.fail(taskId, fault.text(), retries.left(order.attempts()));
      }
      return () -> later(order.id(), next.orElse(retries.longest()));
    }
    Optional<Settlement> given = performer(order).givenUp(order, fault);
    if (given.isPresent()) {
      settle(order, given.get(), conversation);
    } else if (taskId != null) {
      orders.failed(order, fault.text(), fault.mayHaveBeenProcessed());
      token.fail(taskId, fault.text(), 0);
      changes.afterCommit(order.conversationKey());
    }
    return taskId == null ? () -> nextToBot(order) : () -> {};
  }

  /** The system that is down and has let the call fail, or not let it come about. */
  private Optional<String> down(Order order, Fault fault, Conversation conversation) {
    boolean notTried = fault.kind() == Fault.Kind.NOT_TRIED;
    if (!notTried && !fault.down()) {
      return Optional.empty();
    }
    Set<String> systems = performer(order).systems(order, conversation);
    return systems.stream()
        .filter(system -> !gates.gate(system).isOpen())
        .findFirst()
        // It answers again at this very moment.
        .or(() -> notTried ? systems.stream().findFirst() : Optional.empty());
  }

  /** Neither a try nor the patience of an operator is used up while the system is down. */
  private Runnable park(Order order, String system, Fault fault) {
    Order.Parked before = order.parked();
    orders.parked(order, system, gates.gate(system).askedAgainAt(), fault.mayHaveBeenProcessed());
    String taskId = order.taskId();
    if (taskId != null && (before == null || !before.system().equals(system))) {
      String text = "Waits until %s answers again. (%s)".formatted(system, fault.text());
      token.fail(taskId, text, Math.max(retries.left(order.attempts()), 1));
      changes.afterCommit(order.conversationKey());
    }
    return () -> parking.park(system, order.id());
  }

  private void leave(Order order, boolean inDoubt) {
    if (inDoubt) {
      performer(order).leftInDoubt(order);
      changes.afterCommit(order.conversationKey());
    }
    orders.finished(order);
  }

  private static boolean withinLimit(Duration wait, @Nullable Instant limit) {
    return limit == null || Instant.now().plus(wait).isBefore(limit);
  }

  private Optional<Order> stillMine(Order order) {
    return orders.find(order.id()).filter(now -> node.equals(now.owner()));
  }
}
