package dev.baton.conversation;

import dev.baton.conversation.Token.StepResult;
import dev.baton.conversation.Transcript.Cause;
import dev.baton.conversation.Transcript.Speaker;
import dev.baton.conversation.TurnRows.Begun;
import dev.baton.conversation.TurnRows.Ended;
import dev.baton.conversation.TurnsAtOnce.Sending;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The talk with the bot, as long as it only goes round: the customer writes, the bot answers, the
 * customer writes. A turn is two short transactions in the conversation's own rows, on PostgreSQL
 * of one statement each, and the process's token stays where it waits for the customer. When a turn
 * leads out of the loop, or fails, it is handed over to the token. Thread-safe.
 */
public final class Turns implements AutoCloseable {

  /**
   * A turn that was begun and committed.
   *
   * @param reply completes with the commit of what the bot said if the talk goes on or is
   *     transferred with that, and empty when something else has come of it
   */
  public record Taken(
      Order order,
      Conversation conversation,
      InboxMessage message,
      CompletableFuture<Optional<Reply>> reply) {}

  /**
   * What the bot answered, when the talk goes on with that.
   *
   * @param state how the conversation stands with that
   * @param messages in the Bots API's JSON
   * @param runtimeCrc null when the bot sent none
   */
  public record Reply(
      ConversationState state, List<String> messages, @Nullable String runtimeCrc) {}

  private record Asked(String key, CustomerMessage message) {}

  private record Answer(Order order, Reply reply, CompletableFuture<Optional<Reply>> asked) {

    String key() {
      return order.conversationKey();
    }

    long inboxId() {
      return Objects.requireNonNull(order.inboxId());
    }

    void tell() {
      asked.complete(Optional.of(reply));
    }
  }

  /** One for beginnings, one for ends, and as many for when these hang. */
  private static final int THREADS = 4;

  private final Conversations conversations;
  private final TurnRows rows;
  private final @Nullable TurnsAtOnce atOnce;
  private final TurnOrders turnOrders;
  private final Node node;
  private final Inbox inbox;
  private final Transcript transcript;
  private final Orders orders;
  private final Token token;
  private final Consumer<Taken> taken;
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(THREADS, Turns::thread);
  private final Gathering<Asked, Optional<Taken>> beginnings =
      new Gathering<>(threads, this::begin);
  private final Gathering<Answer, Optional<Boolean>> ends =
      new Gathering<>(threads, answers -> end(answers, false));

  /**
   * Of these stores.
   *
   * @param isH2 whether the database is H2, not PostgreSQL
   * @param suspended SQL: whether the process {@code process_instance_id} must not move
   * @param taken is told of each turn, once it is committed and with nothing held
   */
  public Turns(
      Writes writes,
      boolean isH2,
      Node node,
      String suspended,
      Conversations conversations,
      Inbox inbox,
      Transcript transcript,
      Orders orders,
      Token token,
      Consumer<Taken> taken) {
    this.conversations = conversations;
    this.rows = new TurnRows(writes, node, suspended);
    this.atOnce = isH2 ? null : new TurnsAtOnce(writes, node, suspended);
    this.turnOrders = new TurnOrders(writes, node);
    this.node = node;
    this.inbox = inbox;
    this.transcript = transcript;
    this.orders = orders;
    this.token = token;
    this.taken = taken;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "baton-turns");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    threads.shutdown();
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
    Optional<Taken> begun = beginnings.join(new Asked(key, message));
    begun.ifPresent(taken);
    return begun;
  }

  private List<Optional<Taken>> begin(List<Asked> asked) {
    Map<String, CustomerMessage> messages = new LinkedHashMap<>();
    // Of two messages for one conversation the first has its turn.
    asked.forEach(one -> messages.putIfAbsent(one.key, one.message));
    try {
      Map<String, Sending> begun =
          atOnce == null
              ? conversations.inTransaction(() -> beginTogether(messages))
              : beginAtOnce(atOnce, messages);
      List<Optional<Taken>> taken = new ArrayList<>();
      asked.forEach(one -> taken.add(Optional.ofNullable(begun.remove(one.key)).map(this::taken)));
      return taken;
    } catch (RuntimeException e) {
      if (asked.size() == 1
          && !(e instanceof DuplicateKeyException)
          && !(e instanceof ConcurrencyFailureException)) {
        throw e;
      }
      // One of the messages is known already, or cannot be written, which is not the others' fault:
      // without this way there is the longer one, which each takes by itself.
      return Collections.nCopies(asked.size(), Optional.empty());
    }
  }

  private Map<String, Sending> beginAtOnce(
      TurnsAtOnce atOnce, Map<String, CustomerMessage> messages) {
    Map<String, Sending> begun = atOnce.begin(messages);
    transcript.added(begun.keySet());
    return begun;
  }

  private Map<String, Sending> beginTogether(Map<String, CustomerMessage> asked) {
    Map<String, Begun> begun = rows.begin(asked.keySet(), Turn.TAKEN);
    Map<String, CustomerMessage> messages = new LinkedHashMap<>(asked);
    messages.keySet().retainAll(begun.keySet());
    Map<String, Sending> sending = new HashMap<>();
    List<Transcript.Said> said = new ArrayList<>();
    inbox
        .add(messages, InboxMessage.State.SENDING)
        .forEach(
            (key, kept) -> {
              sending.put(key, new Sending(Objects.requireNonNull(begun.get(key)), kept));
              said.add(
                  new Transcript.Said(
                      key,
                      Speaker.CUSTOMER,
                      Cause.MESSAGE,
                      kept.id(),
                      Objects.requireNonNull(messages.get(key)).toJson().toString()));
            });
    transcript.add(said);
    return sending;
  }

  private Taken taken(Sending begun) {
    return new Taken(
        order(begun.turn(), begun.message()),
        begun.turn().conversation(),
        begun.message(),
        new CompletableFuture<>());
  }

  private Order order(Begun turn, InboxMessage message) {
    return Order.ofTurn(
        turn.conversation().key(), turn.sequenceId(), message.id(), Instant.now(), node.id());
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
      rows.become(conversation.key(), Turn.MORE);
    }
  }

  /** Sends the oldest message that waits; returns false when that is up to the process now. */
  private boolean next(String key) {
    List<InboxMessage> waiting = inbox.waiting(key);
    if (waiting.isEmpty()) {
      return true;
    }
    Map<String, Begun> begun =
        rows.begin(List.of(key), waiting.size() > 1 ? Turn.MORE : Turn.TAKEN);
    if (begun.isEmpty()) {
      rows.become(key, null);
      return false;
    }
    InboxMessage first = waiting.get(0);
    inbox.become(first.id(), InboxMessage.State.SENDING);
    begun.values().forEach(turn -> orders.announce(order(turn, first).id()));
    return true;
  }

  /**
   * Writes down what the bot answered, soon, in a transaction that it shares with other answers.
   *
   * @param asked who waits for it on this node
   * @return false when it is to be tried alone; nothing is changed then
   */
  public CompletableFuture<Boolean> answeredTogether(
      Order order, Reply reply, CompletableFuture<Optional<Reply>> asked) {
    return ends.add(new Answer(order, reply, asked)).thenApply(ended -> ended.orElse(false));
  }

  /**
   * Writes down what the bot answered, in a transaction of its own.
   *
   * @param asked who waits for it on this node
   * @return false when it is not as simple as that; nothing is changed then
   */
  public boolean answered(Order order, Reply reply, CompletableFuture<Optional<Reply>> asked) {
    return end(List.of(new Answer(order, reply, asked)), true).get(0).orElse(false);
  }

  /** Empty for those that are to be tried alone. */
  private List<Optional<Boolean>> end(List<Answer> answers, boolean waits) {
    try {
      return atOnce == null || waits
          ? conversations.inTransaction(() -> endTogether(answers, waits))
          : endAtOnce(atOnce, answers);
    } catch (RuntimeException e) {
      if (answers.size() > 1) {
        return Collections.nCopies(answers.size(), Optional.empty());
      }
      if (e instanceof NotOurs) {
        return List.of(Optional.of(false));
      }
      throw e;
    }
  }

  private List<Optional<Boolean>> endAtOnce(TurnsAtOnce atOnce, List<Answer> answers) {
    Set<Long> messages =
        atOnce.end(
            answers.stream()
                .map(answer -> new TurnsAtOnce.Answer(answer.order, answer.reply))
                .toList());
    List<Answer> ended =
        answers.stream().filter(answer -> messages.contains(answer.inboxId())).toList();
    // Told before the others, who would read it.
    ended.forEach(Answer::tell);
    transcript.added(ended.stream().map(Answer::key).toList());
    return outcomes(answers, ended);
  }

  private static List<Optional<Boolean>> outcomes(List<Answer> answers, List<Answer> ended) {
    return answers.stream()
        .map(answer -> ended.contains(answer) ? Optional.of(true) : Optional.<Boolean>empty())
        .toList();
  }

  private List<Optional<Boolean>> endTogether(List<Answer> answers, boolean waits) {
    Map<String, @Nullable String> crcs = new HashMap<>();
    answers.forEach(answer -> crcs.putIfAbsent(answer.key(), answer.reply.runtimeCrc()));
    Map<String, Ended> turns = rows.end(crcs, waits);
    List<Answer> ended =
        answers.stream().filter(answer -> turns.containsKey(answer.key())).toList();
    if (ended.isEmpty()) {
      return Collections.nCopies(answers.size(), Optional.empty());
    }
    for (Answer answer : ended) {
      Ended turn = Objects.requireNonNull(turns.get(answer.key()));
      if (!turn.isOf(answer.order)) {
        throw new NotOurs();
      }
    }
    // Told before the others, who would read it.
    for (Answer answer : ended) {
      Orders.afterCommit(answer::tell);
    }
    for (Answer answer : ended) {
      transcript.add(
          answer.key(), Speaker.BOT, Cause.MESSAGE, answer.inboxId(), answer.reply.messages());
      inbox.become(answer.inboxId(), InboxMessage.State.ANSWERED);
    }
    for (Answer answer : ended) {
      if (Objects.requireNonNull(turns.get(answer.key())).left() == Turn.MORE) {
        rows.become(answer.key(), Turn.FREE);
        next(answer.key());
      }
    }
    return outcomes(answers, ended);
  }

  /** The turn is over, or another node took it over; there may be another one by now. */
  private static final class NotOurs extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotOurs() {
      super(null, null, false, false);
    }
  }

  /**
   * The turn leads out of the loop: the process passes the step that sends the message, which has
   * been sent. The caller holds the conversation's lock.
   *
   * @param result what came of it
   */
  public void leadOut(Conversation conversation, StepResult result) {
    rows.become(conversation.key(), null);
    Following.passing(conversation.key(), result, () -> token.goOn(conversation));
  }

  /**
   * The turn becomes the process's: its token goes on to the step that sends the message, and the
   * order stands for that step. The caller holds the conversation's lock.
   *
   * @return the order, with its task
   */
  public Order handOver(Conversation conversation, Order order) {
    rows.become(conversation.key(), null);
    Following.stopping(
        conversation.key(),
        (task, step) -> turnOrders.adopt(order, task, step),
        () -> token.goOn(conversation));
    return orders.row(order.id()).orElseThrow();
  }

  /** Turns whose node is gone, and which nobody can take over before they are left to others. */
  public List<Order> abandoned() {
    return turnOrders.abandoned();
  }

  /**
   * Leaves this node's turns to others.
   *
   * @param except orders that it still looks after
   */
  public void leaveToOthers(Set<Long> except) {
    turnOrders.own().stream().filter(turn -> !except.contains(turn.id())).forEach(this::leave);
  }

  /** Makes a turn's order one that any node takes over. Works in a transaction of its own. */
  public void leave(Order turn) {
    conversations.locked(
        turn.conversationKey(),
        conversation -> {
          // It may be over by now, or its node back.
          turnOrders
              .find(turn.id())
              .filter(turn::equals)
              .ifPresent(
                  now -> {
                    turnOrders.write(now, null, node.deaths(now.owner()));
                    rows.disown(now.conversationKey());
                  });
          return null;
        });
  }

  /** The process waits for the customer, in a loop that can be gone round without it. */
  public void rests(String key) {
    rows.rest(key);
  }

  /**
   * When the customer has been silent for too long; null when no turn was ever let pass.
   *
   * @param silence how long a customer may be silent
   */
  public @Nullable Instant silentFrom(String key, Duration silence) {
    return rows.silentFrom(key, silence);
  }

  /**
   * The process goes on by itself.
   *
   * @param cancelled whether what was under way is not wanted any more
   * @throws Refusal when something is under way and nothing else happened
   */
  public void restsNoMore(String key, boolean cancelled) {
    if (Following.of(key) != null) {
      return;
    }
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
      turnOrders.of(key).ifPresent(order -> turnOrders.write(order, order.owner(), order.deaths()));
      orders.dropWithoutStep(key);
    }
    rows.become(key, null);
  }
}
