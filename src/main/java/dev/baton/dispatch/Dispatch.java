package dev.baton.dispatch;

import dev.baton.bots.BotsClient;
import dev.baton.bots.Target;
import dev.baton.conversation.BotSessions;
import dev.baton.conversation.Changes;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Greetings;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.Node;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Order;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Token;
import dev.baton.conversation.Transcript;
import dev.baton.conversation.Transfers;
import dev.baton.conversation.Turns;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Redaction;
import dev.baton.transfer.TargetKinds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in the work: its dispatcher, and what is done every so often. Start it when the
 * engine is up; stop it before the engine goes. Thread-safe.
 */
public final class Dispatch {

  private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);
  private static final Duration SWEEP = Duration.ofSeconds(1);
  private static final int WAKE_UP_EVERY = 5;
  private static final Duration GRACE = Duration.ofSeconds(20);

  /** After that without a sweep the node hangs: others do better. */
  private static final Duration HELD_UP = Duration.ofMinutes(1);

  private final Conversations conversations;
  private final Inbox inbox;
  private final Orders orders;
  private final Offers offers;
  private final Turns turns;
  private final Token token;
  private final Node node;
  private final Duration watchEvery;
  private final ScheduledExecutorService threads;

  /**
   * Of its own: while each of the others waits for a while, for a lock or in a step of somebody's
   * process, the node must not be taken for dead, and its calls be made by another once more.
   */
  private final ScheduledExecutorService pulse =
      Executors.newSingleThreadScheduledExecutor(task -> thread("baton-alive", task));

  private final TalkToBot talk;
  private final Dispatcher dispatcher;
  private final OfferWatch watch;
  private volatile long swept;
  private int sweeps;
  private String lastWoken = "";
  private volatile boolean stopping;

  /**
   * A part that has not started yet.
   *
   * @param redaction what other bots do not get to know; the kinds see to it themselves
   * @param workers how many threads settle outcomes; each holds a connection while it does
   * @param watchEvery the wait between two looks at open offers
   */
  public Dispatch(
      Conversations conversations,
      Inbox inbox,
      Orders orders,
      Transfers transfers,
      Offers offers,
      BotSessions sessions,
      Transcript transcript,
      Turns turns,
      Greetings greetings,
      Token token,
      Changes changes,
      Node node,
      BotsClient client,
      TargetKinds kinds,
      Redaction redaction,
      TransferSettings settings,
      RetryPolicy retries,
      Gates gates,
      int workers,
      Duration watchEvery) {
    this.conversations = conversations;
    this.inbox = inbox;
    this.orders = orders;
    this.offers = offers;
    this.turns = turns;
    this.token = token;
    this.node = node;
    this.watchEvery = watchEvery;
    this.threads =
        Executors.newScheduledThreadPool(workers, task -> thread("baton-dispatch", task));
    Acceptance acceptance =
        new Acceptance(conversations, transfers, offers, orders, token, changes);
    Handovers handovers = new Handovers(transcript, transfers, offers);
    BotAnswers answers = new BotAnswers(conversations, transcript, transfers);
    Bots bots = new Bots(client, gates);
    OtherBots otherBots =
        new OtherBots(
            bots, conversations, sessions, inbox, answers, handovers, redaction, settings);
    List<Performer> performers = new ArrayList<>();
    this.talk = new TalkToBot(bots, conversations, inbox, orders, turns, greetings, answers);
    performers.addAll(talk.performers());
    performers.addAll(
        new ReportToBot(bots, conversations, transfers, offers, answers, settings).performers());
    performers.add(new EndSession(bots, conversations, transfers, sessions, otherBots, answers));
    performers.add(new AskAvailability(kinds, otherBots, transfers));
    performers.add(new MakeOffer(kinds, otherBots, offers, acceptance, handovers));
    performers.add(
        new WithdrawOffers(
            kinds,
            otherBots,
            conversations,
            transfers,
            offers,
            orders,
            acceptance,
            handovers,
            threads));
    performers.add(
        new Deliver(kinds, sessions, conversations, inbox, transfers, offers, handovers));
    Performers all = new Performers(performers);
    Settlements settlements =
        new Settlements(
            conversations, orders, turns, token, changes, retries, node.id(), gates, all);
    this.dispatcher = new Dispatcher(orders, token, threads, node.id(), gates, all, settlements);
    this.watch = new OfferWatch(offers, kinds, acceptance, threads);
  }

  private static Thread thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Where committed orders are handed in. */
  public void submit(long orderId) {
    dispatcher.submit(orderId);
  }

  /** Where committed turns are handed in. */
  public void submit(Turns.Taken turn) {
    dispatcher.begin(
        turn.order(), () -> talk.send(turn), () -> turn.reply().complete(Optional.empty()));
  }

  /**
   * A target says by itself where its offer stands: as good as an answer to the question.
   *
   * @throws dev.baton.conversation.Refusal when it has no such offer, says so too early, or the
   *     offer has ended otherwise
   */
  public void told(Target target, String offerKey, OfferStatus status) {
    watch.told(target, offerKey, status);
  }

  /** Begins to sweep and to watch. */
  @SuppressWarnings("FutureReturnValueIgnored") // The action reports its failures itself.
  public void start() {
    node.alive();
    swept = System.nanoTime();
    pulse.scheduleWithFixedDelay(
        this::sayAlive, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    sweepAgain();
    watchAgain();
  }

  /** Leaves what is not under way to other nodes, and lets the rest finish for a while. */
  public void stop() {
    long deadline = System.nanoTime() + GRACE.toNanos();
    stopping = true;
    dispatcher.stop();
    try {
      Set<Long> underWay = leaveTheRest();
      while (!underWay.isEmpty() && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(50);
        underWay = leaveTheRest();
      }
      threads.shutdownNow();
      threads.awaitTermination(5, TimeUnit.SECONDS);
      // Last: what was under way until now was this node's.
      pulse.shutdown();
      pulse.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Without a lease there is nothing to leave: others take over, and the database may be away.
    if (node.isAlive()) {
      leaveToOthers(Set.of());
      node.gone();
    }
  }

  /** A conversation does not wait for the call of another: what follows one goes to others, too. */
  private Set<Long> leaveTheRest() {
    Set<Long> underWay = dispatcher.underWay();
    try {
      if (node.isAlive()) {
        leaveToOthers(underWay);
      }
    } catch (RuntimeException e) {
      LOG.warn("Orders cannot be left to others yet.", e);
    }
    return underWay;
  }

  private void leaveToOthers(Set<Long> except) {
    turns.leaveToOthers(except);
    orders.leaveToOthers(except);
  }

  private void sayAlive() {
    if (System.nanoTime() - swept > HELD_UP.toNanos()) {
      return;
    }
    try {
      node.alive();
    } catch (RuntimeException e) {
      LOG.warn("This node cannot say that it is alive; it tries again.", e);
    }
  }

  private void sweepAgain() {
    swept = System.nanoTime();
    try {
      sweep();
    } catch (RuntimeException e) {
      LOG.warn("A sweep failed; the next one tries again.", e);
    }
    in(SWEEP, this::sweepAgain);
  }

  private void watchAgain() {
    if (stopping) {
      return;
    }
    try {
      watch.look();
    } catch (RuntimeException e) {
      LOG.warn("The open offers cannot be looked at; the next look tries again.", e);
    }
    in(watchEvery, this::watchAgain);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The actions report their failures themselves.
  private void in(Duration delay, Runnable action) {
    if (!threads.isShutdown()) {
      threads.schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void sweep() {
    // One that has stood still is the others' to take over until it has said that it lives again.
    if (stopping || !node.isAlive()) {
      return;
    }
    leaveWhatTheDeadHad();
    for (Order order : orders.abandoned()) {
      if (orders.takeOver(order)) {
        LOG.info("Order {} of conversation {} is taken over.", order.id(), order.conversationKey());
        dispatcher.takenOver(order);
      }
    }
    offers.takeOverWatch();
    retryWhatAnOperatorAllowed();
    if (sweeps++ % WAKE_UP_EVERY == 0) {
      wakeSome();
      submitWhatWasCommittedUnheard();
    }
  }

  /** Once they are among the orders, they are taken over like any. */
  private void leaveWhatTheDeadHad() {
    // A node that stopped says nothing of itself any more, and may not have left everything.
    if (sweeps > 0 && !node.someDied()) {
      return;
    }
    boolean all = true;
    for (Order turn : turns.abandoned()) {
      try {
        turns.leave(turn);
      } catch (RuntimeException e) {
        all = false;
        LOG.warn("The turn of conversation {} stays behind.", turn.conversationKey(), e);
      }
    }
    if (all) {
      node.forgetDead();
    }
  }

  /**
   * When the connection is lost at a commit, an order can be there of which this node was not told.
   * Nobody else would find it: an order of a living node is that node's to look after.
   */
  private void submitWhatWasCommittedUnheard() {
    for (long order : orders.own()) {
      if (!dispatcher.attends(order)) {
        submit(order);
      }
    }
  }

  private void retryWhatAnOperatorAllowed() {
    // A turn's is below 0.
    List<Order> some = orders.failed(Long.MIN_VALUE);
    while (!some.isEmpty()) {
      retryWhatAnOperatorAllowed(some);
      some = orders.failed(some.get(some.size() - 1).id());
    }
  }

  private void retryWhatAnOperatorAllowed(List<Order> some) {
    Map<String, Order> failed = new HashMap<>();
    for (Order order : some) {
      String task = order.taskId();
      if (task != null) {
        failed.put(task, order);
      }
    }
    if (failed.isEmpty()) {
      return;
    }
    for (String task : token.retried(failed.keySet())) {
      Order order = failed.get(task);
      if (order != null) {
        conversations.locked(
            order.conversationKey(),
            conversation -> {
              orders
                  .find(order.id())
                  .filter(now -> now.state() == Order.State.FAILED)
                  .ifPresent(orders::reopen);
              return null;
            });
      }
    }
  }

  /** Not the same ones each time: some cannot be woken, those of suspended processes for one. */
  private void wakeSome() {
    List<String> some = inbox.overslept(lastWoken);
    some.forEach(this::wake);
    lastWoken = some.isEmpty() ? "" : some.get(some.size() - 1);
  }

  private void wake(String key) {
    try {
      conversations.locked(
          key,
          conversation -> {
            turns.wake(conversation);
            return null;
          });
    } catch (RuntimeException e) {
      LOG.warn("Conversation {} has a message and cannot go on.", key, e);
    }
  }
}
