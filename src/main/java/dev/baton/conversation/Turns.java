package dev.baton.conversation;

import dev.baton.conversation.Conversations.Begun;
import dev.baton.conversation.Transcript.Cause;
import dev.baton.conversation.Transcript.Speaker;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The talk with the bot, as long as it only goes round: the customer writes, the bot answers, the
 * customer writes. A turn is two short transactions in the conversation's own rows, and the
 * process's token stays where it waits for the customer. When a turn leads out of the loop, or
 * fails, it is handed over to the token. Thread-safe.
 */
public final class Turns {

  /**
   * A turn that was begun and committed.
   *
   * @param reply completes with the commit of what the bot said if the talk goes on with that, and
   *     empty when something else has come of it
   */
  public record Taken(
      Order order,
      Conversation conversation,
      InboxMessage message,
      CompletableFuture<Optional<Reply>> reply) {}

  /**
   * What the bot answered, when the talk goes on with that.
   *
   * @param messages in the Bots API's JSON
   * @param runtimeCrc null when the bot sent none
   */
  public record Reply(List<String> messages, @Nullable String runtimeCrc) {}

  private final Conversations conversations;
  private final Inbox inbox;
  private final Transcript transcript;
  private final Orders orders;
  private final Token token;
  private final Consumer<Taken> taken;

  /**
   * Of these stores.
   *
   * @param taken is told of each turn, once it is committed and with nothing held
   */
  public Turns(
      Conversations conversations,
      Inbox inbox,
      Transcript transcript,
      Orders orders,
      Token token,
      Consumer<Taken> taken) {
    this.conversations = conversations;
    this.inbox = inbox;
    this.transcript = transcript;
    this.orders = orders;
    this.token = token;
    this.taken = taken;
  }

  /**
   * Accepts a message and orders that it be sent, in a transaction of its own.
   *
   * @return empty when it is not as simple as that; nothing is changed then
   */
  Optional<Taken> take(String key, CustomerMessage message) {
    // A choice has to be looked up; and a caller's transaction must not fail for a message that is
    // known already.
    if (message.text() == null || TransactionSynchronizationManager.isActualTransactionActive()) {
      return Optional.empty();
    }
    try {
      Optional<Taken> begun = conversations.inTransaction(() -> begin(key, message));
      begun.ifPresent(taken);
      return begun;
    } catch (DuplicateKeyException e) {
      return Optional.empty();
    }
  }

  private Optional<Taken> begin(String key, CustomerMessage message) {
    return conversations
        .beginTurn(key, Turn.TAKEN)
        .map(
            begun -> {
              InboxMessage kept = inbox.add(key, message, InboxMessage.State.SENDING);
              transcript.add(
                  key, Speaker.CUSTOMER, Cause.MESSAGE, kept.id(), message.toJson().toString());
              return new Taken(
                  orders.turn(key, begun.sequenceId(), kept.id()),
                  begun.conversation(),
                  kept,
                  new CompletableFuture<>());
            });
  }

  /** A message lies in the inbox: unless something is under way, it is sent. */
  public void wake(Conversation conversation) {
    Turn turn = conversation.turn();
    if (turn == null) {
      token.wake(conversation);
    } else if (turn == Turn.FREE) {
      if (!next(conversation.key())) {
        token.wake(conversation);
      }
    } else if (turn == Turn.TAKEN) {
      conversations.turn(conversation.key(), Turn.MORE);
    }
  }

  /** Sends the oldest message that waits; returns false when that is up to the process now. */
  private boolean next(String key) {
    List<InboxMessage> waiting = inbox.waiting(key);
    if (waiting.isEmpty()) {
      return true;
    }
    Optional<Begun> begun =
        conversations.beginTurn(key, waiting.size() > 1 ? Turn.MORE : Turn.TAKEN);
    if (begun.isEmpty()) {
      conversations.turn(key, null);
      return false;
    }
    long first = waiting.get(0).id();
    inbox.become(first, InboxMessage.State.SENDING);
    orders.announce(orders.turn(key, begun.get().sequenceId(), first).id());
    return true;
  }

  /**
   * Writes down what the bot answered, in a transaction of its own.
   *
   * @param asked who waits for it on this node
   * @return false when it is not as simple as that; nothing is changed then
   */
  public boolean answered(Order order, Reply reply, CompletableFuture<Optional<Reply>> asked) {
    try {
      return conversations.inTransaction(() -> settle(order, reply, asked));
    } catch (NotOurs e) {
      return false;
    }
  }

  private boolean settle(Order order, Reply reply, CompletableFuture<Optional<Reply>> asked) {
    String key = order.conversationKey();
    Long inboxId = order.inboxId();
    Optional<Turn> left = conversations.endTurn(key, reply.runtimeCrc());
    if (left.isEmpty() || inboxId == null) {
      return false;
    }
    if (!orders.finishedTurn(order)) {
      throw new NotOurs();
    }
    // Told before the others, who would read it.
    Orders.afterCommit(() -> asked.complete(Optional.of(reply)));
    transcript.add(key, Speaker.BOT, Cause.MESSAGE, inboxId, reply.messages());
    inbox.become(inboxId, InboxMessage.State.ANSWERED);
    if (left.get() == Turn.MORE) {
      conversations.turn(key, Turn.FREE);
      next(key);
    }
    return true;
  }

  /** Another node took the order over. */
  private static final class NotOurs extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotOurs() {
      super(null, null, false, false);
    }
  }

  /**
   * The turn becomes the process's: its token goes on to the step that sends the message, and the
   * order stands for that step. The caller holds the conversation's lock.
   *
   * @return the order, with its task
   */
  public Order handOver(Conversation conversation, Order order) {
    conversations.turn(conversation.key(), null);
    Long inboxId = order.inboxId();
    if (inboxId != null) {
      inbox.become(inboxId, InboxMessage.State.WAITING);
    }
    if (!token.goOn(conversation)) {
      throw new IllegalStateException("The process does not wait for the customer.");
    }
    return orders.find(order.id()).orElseThrow();
  }

  /** The process waits for the customer, in a loop that can be gone round without it. */
  public void rests(String key) {
    conversations.rests(key);
  }

  /**
   * The process goes on by itself.
   *
   * @param cancelled whether what was under way is not wanted any more
   * @throws Refusal when a message is being sent and nothing else happened
   */
  public void restsNoMore(String key, boolean cancelled) {
    Turn turn = conversations.find(key).map(Conversation::turn).orElse(null);
    if (turn == null) {
      return;
    }
    if (turn != Turn.FREE) {
      if (!cancelled) {
        throw new Refusal(
            Refusal.Kind.INVALID,
            "A message is being sent to the bot; the conversation goes on when the bot has"
                + " answered.");
      }
      orders.dropTurn(key);
    }
    conversations.turn(key, null);
  }
}
