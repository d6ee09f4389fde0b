package dev.baton.dispatch;

import dev.baton.conversation.Changes;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Order;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Token;
import dev.baton.conversation.Token.StepResult;
import dev.baton.conversation.Turns;
import dev.baton.dispatch.Performer.Settlement;
import dev.baton.dispatch.Performer.WhenDown;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts away what came of a call: in one transaction that holds the conversation's lock, and only if
 * the order is still this node's. Decides what a failed call comes to, too. Thread-safe.
 */
final class Settlements {

  /** What is to be done with an order once its outcome is committed. */
  sealed interface Next {

    /** Nothing. */
    record Nothing() implements Next {}

    /** It is done: whoever waits for the same bot session is next. */
    record NextToBot() implements Next {}

    /** It is tried again. */
    record TryAgain(Duration in) implements Next {}

    /** It waits until this system answers again. */
    record Park(String system) implements Next {}
  }

  private static final Logger LOG = LoggerFactory.getLogger(Settlements.class);
  private static final Duration NOT_YET = Duration.ofMillis(500);

  private final Conversations conversations;
  private final Orders orders;
  private final Turns turns;
  private final Token token;
  private final Changes changes;
  private final RetryPolicy retries;
  private final String node;
  private final Gates gates;
  private final Performers performers;

  Settlements(
      Conversations conversations,
      Orders orders,
      Turns turns,
      Token token,
      Changes changes,
      RetryPolicy retries,
      String node,
      Gates gates,
      Performers performers) {
    this.conversations = conversations;
    this.orders = orders;
    this.turns = turns;
    this.token = token;
    this.changes = changes;
    this.retries = retries;
    this.node = node;
    this.gates = gates;
    this.performers = performers;
  }

  /**
   * The call has its outcome, and the process cannot go on with it: most likely what follows the
   * step is modelled wrongly. The incident goes away with the step, once the outcome is settled.
   */
  void tellOperator(Order order, RuntimeException why) {
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

  /** The call was made. */
  Next settled(Order order, Settlement settlement) {
    if (settlement.atOnce()) {
      return new Next.Nothing();
    }
    return conversations.locked(
        order.conversationKey(),
        conversation -> token.together(() -> settle(order, settlement, conversation)));
  }

  private Next settle(Order order, Settlement settlement, Conversation conversation) {
    // What the process may have taken over meanwhile is as its row says.
    boolean known = !order.isTurn();
    if (known && orders.finishedAsWaitedFor(order)) {
      return goOn(conversation, order, settlement);
    }
    Optional<Order> mine = stillMine(order);
    if (mine.isEmpty()) {
      return known && order.taskId() == null ? new Next.NextToBot() : new Next.Nothing();
    }
    orders.finished(order);
    if (mine.get().state() == Order.State.DROPPED) {
      settlement.settle(conversation, false);
      changes.afterCommit(order.conversationKey());
      return new Next.NextToBot();
    }
    return goOn(conversation, mine.get(), settlement);
  }

  /** What does not leave the process where it is, is the process's to go on with. */
  private Next goOn(Conversation conversation, Order order, Settlement settlement) {
    StepResult result = settlement.settle(conversation, true);
    changes.afterCommit(conversation.key());
    String taskId = order.taskId();
    if (order.isTurn() && result != null) {
      turns.leadOut(conversation, result);
    } else if (taskId == null) {
      return new Next.NextToBot();
    } else if (result != null) {
      token.advance(conversation, taskId, result);
    }
    return new Next.Nothing();
  }

  /** The call failed. */
  Next failed(Order order, Fault fault) {
    return conversations.locked(
        order.conversationKey(), conversation -> fail(order, fault, conversation));
  }

  private Next fail(Order called, Fault fault, Conversation conversation) {
    Optional<Order> mine = stillMine(called);
    if (mine.isEmpty()) {
      return new Next.Nothing();
    }
    if (mine.get().state() == Order.State.DROPPED) {
      Optional<Settlement> given = performers.of(called).givenUp(called, fault);
      given.ifPresent(settlement -> settlement.settle(conversation, false));
      boolean mayHaveBeenProcessed = called.repeated() || fault.mayHaveBeenProcessed();
      leave(called, given.isEmpty() && mayHaveBeenProcessed);
      return new Next.NextToBot();
    }
    // Whoever is to see or to mend it finds it at the step that failed.
    Order order = mine.get().isTurn() ? turns.handOver(conversation, mine.get()) : mine.get();
    if (fault.kind() == Fault.Kind.POSSIBLY_HARMFUL) {
      return standStill(order, fault);
    }
    Instant limit = performers.of(order).limit(order);
    if (fault.kind() == Fault.Kind.NOT_YET && withinLimit(NOT_YET, limit)) {
      return new Next.TryAgain(NOT_YET);
    }
    Optional<String> down = down(order, fault, conversation);
    Optional<WhenDown> whenDown = down.map(system -> performers.of(order).whenDown(order));
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
    if (next.isPresent() || (taskId == null && !performers.of(order).dispensable())) {
      Duration wait = next.orElse(retries.longest());
      orders.triedInVain(order, fault.mayHaveBeenProcessed(), Instant.now().plus(wait));
      if (taskId != null) {
        token.fail(taskId, fault.text(), retries.left(order.attempts()));
      }
      return new Next.TryAgain(wait);
    }
    Optional<Settlement> given = performers.of(order).givenUp(order, fault);
    if (given.isPresent()) {
      settle(order, given.get(), conversation);
    } else if (taskId != null) {
      failForGood(order, taskId, fault);
    }
    return taskId == null ? new Next.NextToBot() : new Next.Nothing();
  }

  /** Only an operator can tell whether to make such a call again. A clean-up has none, and ends. */
  private Next standStill(Order order, Fault fault) {
    LOG.error("{} of conversation {}: {}", order.kind(), order.conversationKey(), fault.text());
    String taskId = order.taskId();
    if (taskId == null) {
      leave(order, true);
      return new Next.NextToBot();
    }
    failForGood(order, taskId, fault);
    return new Next.Nothing();
  }

  private void failForGood(Order order, String taskId, Fault fault) {
    orders.failed(order, fault.text(), fault.mayHaveBeenProcessed());
    token.fail(taskId, fault.text(), 0);
    changes.afterCommit(order.conversationKey());
  }

  /** The system that is down and has let the call fail, or not let it come about. */
  private Optional<String> down(Order order, Fault fault, Conversation conversation) {
    boolean notTried = fault.kind() == Fault.Kind.NOT_TRIED;
    if (!notTried && !fault.down()) {
      return Optional.empty();
    }
    Set<String> systems = performers.of(order).systems(order, conversation);
    return systems.stream()
        .filter(system -> !gates.gate(system).isOpen())
        .findFirst()
        // It answers again at this very moment.
        .or(() -> notTried ? systems.stream().findFirst() : Optional.empty());
  }

  /** Neither a try nor the patience of an operator is used up while the system is down. */
  private Next park(Order order, String system, Fault fault) {
    Order.Parked before = order.parked();
    orders.parked(order, system, gates.gate(system).askedAgainAt(), fault.mayHaveBeenProcessed());
    String taskId = order.taskId();
    if (taskId != null && (before == null || !before.system().equals(system))) {
      String text = "Waits until %s answers again. (%s)".formatted(system, fault.text());
      token.fail(taskId, text, Math.max(retries.left(order.attempts()), 1));
      changes.afterCommit(order.conversationKey());
    }
    return new Next.Park(system);
  }

  /**
   * Nobody waits for the order, and no call of it is under way: it is only tried again, or taken
   * over from a dead node.
   */
  void leave(Order order) {
    conversations.locked(
        order.conversationKey(),
        conversation -> {
          stillMine(order).ifPresent(now -> leave(now, now.repeated()));
          return null;
        });
  }

  private void leave(Order order, boolean inDoubt) {
    if (inDoubt) {
      performers.of(order).leftInDoubt(order);
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
