package dev.baton.conversation;

import dev.baton.conversation.AheadRows.Going;
import dev.baton.conversation.AheadRows.Left;
import dev.baton.conversation.AheadRows.Origin;
import dev.baton.conversation.Following.Step;
import dev.baton.conversation.Orders.WithConversation;
import dev.baton.conversation.Token.Meaning;
import dev.baton.conversation.Token.Opening;
import dev.baton.conversation.Token.StepResult;
import dev.baton.conversation.Token.StepResult.BotSaid;
import dev.baton.conversation.Token.StepResult.Delivered;
import dev.baton.conversation.Token.StepResult.Done;
import dev.baton.conversation.Token.StepResult.OffersSettled;
import dev.baton.transfer.Plan;
import dev.baton.transfer.TargetKinds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A conversation that needs no process for now: what comes of a call orders the next one, in the
 * conversation's own rows. That is how it begins, when there is no process yet, and how a transfer
 * goes, while the process's token stays where it waits. As soon as somebody has to be waited for, a
 * call fails or lasts, the customer does something, or it is over, the process follows: its token
 * passes what was done meanwhile, in one move, to the step that is under way. From there on each
 * step takes the token with it. Thread-safe.
 */
public final class Ahead {

  private final Conversations conversations;
  private final AheadRows rows;
  private final AheadOrders calling;
  private final Node node;
  private final Inbox inbox;
  private final Transfers transfers;
  private final Offers offers;
  private final Orders orders;
  private final Rounds rounds;
  private final Router router;
  private final TargetKinds kinds;
  private final Token token;
  private final Model model;
  private final Supplier<? extends Calls> calls;
  private final boolean isH2;
  private volatile @Nullable String definition;

  /**
   * What is known of the process that follows.
   *
   * @param print of the process of which it is known how it follows
   * @param ownWishes SQL: whether the process {@code process_instance_id} says itself how it wants
   *     to be transferred
   * @param latest SQL: whether a process of the definition {@code ?} would begin now
   * @param bot whom a conversation talks to whose beginning names none; null for nobody
   */
  public record Model(String print, String ownWishes, String latest, @Nullable String bot) {}

  /** Who makes the calls: told of each with its commit. */
  public interface Calls {

    /** A conversation's first. */
    void begun(Beginning beginning);

    /** Any other. */
    void placed(WithConversation order);
  }

  /**
   * Of these stores.
   *
   * @param isH2 whether the database is H2, not PostgreSQL
   * @param suspended SQL: whether the process {@code process_instance_id} must not move
   * @param calls asked for when there is one to be made
   */
  public Ahead(
      JdbcClient jdbc,
      boolean isH2,
      Node node,
      String suspended,
      Model model,
      Conversations conversations,
      Inbox inbox,
      Transfers transfers,
      Offers offers,
      Orders orders,
      Rounds rounds,
      Router router,
      TargetKinds kinds,
      Token token,
      Supplier<? extends Calls> calls) {
    this.conversations = conversations;
    this.rows = new AheadRows(jdbc, node, suspended);
    this.calling = new AheadOrders(jdbc, node);
    this.node = node;
    this.isH2 = isH2;
    this.model = model;
    this.inbox = inbox;
    this.transfers = transfers;
    this.offers = offers;
    this.orders = orders;
    this.rounds = rounds;
    this.router = router;
    this.kinds = kinds;
    this.token = token;
    this.calls = calls;
  }

  /** A process of this definition has come to where it waits for the customer: it is known. */
  public void begins(String definition) {
    this.definition = definition;
  }

  /**
   * Begins a conversation: its bot is asked for a session, and the process follows with the answer.
   *
   * @return completes with what the bot said first, or empty when it has to be looked up; empty
   *     when the key is known already, or the process has to begin first
   */
  Optional<CompletableFuture<Optional<Turns.Reply>>> begin(String key, Opening opening) {
    String bot = opening.botId() == null ? model.bot : opening.botId();
    String begins = definition;
    if (bot == null || begins == null) {
      return Optional.empty();
    }
    long call = Order.aheadId();
    return rows.open(key, bot, opening, call, begins, model.latest, token.caller(), isH2)
        .map(
            conversation -> {
              conversations.holds(conversation);
              Order start = order(OrderKind.BOT_START, key, null, call);
              Beginning beginning = new Beginning(start, conversation, new CompletableFuture<>());
              Orders.afterCommit(() -> calls.get().begun(beginning));
              return beginning.greeting();
            });
  }

  /**
   * The bot has given a conversation its first session.
   *
   * @param crc the X-Runtime-CRC that came with it; null when none did
   * @param said writes down what the bot said, and tells what it means
   * @return false when the process has followed meanwhile; nothing is changed then
   */
  public boolean started(
      Order start,
      String sessionId,
      @Nullable String crc,
      Function<Conversation, StepResult> said) {
    return conversations.inTransaction(
        () ->
            token.together(
                () -> {
                  Optional<Left> left = rows.started(start, sessionId, crc);
                  left.ifPresent(
                      its -> {
                        conversations.holds(its.conversation());
                        StepResult result = said.apply(its.conversation());
                        follow(its, List.of(Step.done(OrderKind.BOT_START, result, null)));
                      });
                  return left.isPresent();
                }));
  }

  /**
   * The bot answered a turn with an escalate: the transfer begins, in a transaction of its own.
   *
   * @param crc the bot's latest X-Runtime-CRC; null when none came
   * @param said writes down what the bot said and the transfer that it asks for
   * @return false when the process has to go along from the start; nothing is changed then
   */
  public boolean escalated(Order turn, @Nullable String crc, UnaryOperator<Conversation> said) {
    return conversations.inTransaction(
        () -> {
          long call = Order.aheadId();
          Optional<Conversation> held =
              rows.escalated(turn, crc, call, model.ownWishes, model.print);
          held.ifPresent(
              conversation -> {
                conversations.holds(conversation);
                begin(turn, said.apply(conversation), call);
              });
          return held.isPresent();
        });
  }

  private void begin(Order turn, Conversation conversation, long call) {
    inbox.become(Objects.requireNonNull(turn.inboxId()), InboxMessage.State.ANSWERED);
    conversations.movedOn(conversation.key(), ConversationState.TRANSFERRING);
    Transfer transfer = transfers.current(conversation.key());
    Transfers.know(new Offered(transfer, List.of()));
    if (kinds.worthAsking(transfer.targets())) {
      place(OrderKind.TARGET_AVAILABILITY, conversation, null, call);
    } else if (!ask(conversation, transfer, call)) {
      follow(conversation, null, null, null);
    }
  }

  /**
   * A call has its outcome: the transfer goes on, in a transaction of its own.
   *
   * @param settled writes down what came of it; tells null when somebody has to be waited for
   * @return false when the process has to go along; nothing is changed then
   */
  public boolean settled(Order done, Function<Conversation, @Nullable StepResult> settled) {
    return conversations.inTransaction(
        () ->
            token.together(
                () -> {
                  // What is left after the end of the bot's session is the end of the process.
                  return done.kind() == OrderKind.BOT_END
                      ? ended(done, settled)
                      : goesOn(done, settled);
                }));
  }

  private boolean ended(Order done, Function<Conversation, @Nullable StepResult> settled) {
    Optional<Left> left = rows.ended(done);
    left.ifPresent(
        its -> {
          Conversation conversation = its.conversation();
          conversations.holds(conversation);
          recall(done);
          StepResult result = settled.apply(conversation);
          follow(its, steps(conversation.key(), done, result, null));
        });
    return left.isPresent();
  }

  private boolean goesOn(Order done, Function<Conversation, @Nullable StepResult> settled) {
    long next = Order.aheadId();
    Optional<Going> going = rows.next(done, next);
    going.ifPresent(
        its -> {
          Conversation conversation = its.conversation();
          conversations.holds(conversation, its.nextSequence());
          recall(done);
          goOn(conversation, done, settled.apply(conversation), next);
        });
    return going.isPresent();
  }

  /**
   * Nobody else has changed the transfer since this order of it was placed: it need not be read.
   */
  private static void recall(Order order) {
    Offered known = order.known();
    if (known != null) {
      Transfers.know(known);
    }
  }

  private void goOn(Conversation conversation, Order done, @Nullable StepResult result, long next) {
    if (result == null || !next(conversation, done, result, next)) {
      follow(conversation, done, result, null);
    }
  }

  /** Whether no step of the process stands for the call, and it is this node's. */
  public boolean isUnderWay(Order call, Conversation conversation) {
    return call.isAhead() && conversation.turn() == Turn.AHEAD && calling.isUnderWay(call);
  }

  /**
   * A call has its outcome with which the process has to go on. The caller holds the conversation's
   * lock.
   *
   * @param result null when somebody has to be waited for
   */
  public void follow(Conversation conversation, Order done, @Nullable StepResult result) {
    follow(conversation, done, result, null);
  }

  private boolean next(Conversation conversation, Order done, StepResult result, long call) {
    String key = conversation.key();
    return switch (done.kind()) {
      case TARGET_AVAILABILITY -> ask(conversation, transfers.current(key), call);
      case TARGET_OFFER ->
          result instanceof OffersSettled settled
              && !settled.offersOpen()
              && (settled.winner() == null
                  ? ask(conversation, transfers.current(key), call)
                  : place(OrderKind.BOT_TRANSFER_SUCCEEDED, conversation, null, call));
      case BOT_TRANSFER_SUCCEEDED ->
          conversations.nothingToPassOn(key, transfers.winner(key))
              && place(OrderKind.BOT_END, conversations.held(key), null, call);
      default -> false;
    };
  }

  /** Asks the next target, if one is to be asked alone and there is time for it. */
  private boolean ask(Conversation conversation, Transfer transfer, long call) {
    if (conversation.state() != ConversationState.TRANSFERRING) {
      return false;
    }
    Plan decided = transfer.plan();
    List<Attempt> before = decided == null ? offers.before(transfer) : List.of();
    Plan plan =
        decided == null
            ? token.together(() -> router.route(conversation, transfer, before, null))
            : decided;
    Transfer routed = transfers.current(conversation.key());
    boolean simple =
        plan.fault() == null
            && before.stream().noneMatch(Attempt::open)
            && rounds.patience(routed, plan, null).isPresent()
            && Rounds.left(routed, plan).get(0).size() == 1;
    return simple
        && place(OrderKind.TARGET_OFFER, conversation, rounds.begin(routed, plan).get(0), call);
  }

  private boolean place(
      OrderKind kind, Conversation conversation, @Nullable Long offerId, long call) {
    Order order = order(kind, conversation.key(), offerId, call);
    Orders.afterCommit(() -> calls.get().placed(new WithConversation(order, conversation, true)));
    return true;
  }

  private Order order(OrderKind kind, String key, @Nullable Long offerId, long call) {
    return Order.ahead(
        call,
        key,
        kind,
        kind.numbered() ? conversations.nextSequence(key) : null,
        offerId,
        Instant.now(),
        node.id(),
        Transfers.known(key));
  }

  /**
   * A call is not simply done: the process follows to the step that stands for it. The caller holds
   * the conversation's lock.
   *
   * @return the order, with its task
   */
  public Order handOver(Conversation conversation, Order call) {
    follow(conversation, null, null, call);
    return orders.row(call.id()).orElseThrow();
  }

  /** The process of a conversation follows, if that is ahead of it. */
  public void catchUp(String key) {
    conversations.locked(
        key,
        conversation ->
            token.together(
                () -> {
                  if (conversation.turn() == Turn.AHEAD) {
                    catchUpNow(conversation);
                  }
                  return null;
                }));
  }

  private void catchUpNow(Conversation conversation) {
    follow(conversation, null, null, calling.of(conversation.key()).orElseThrow());
  }

  /**
   * The customer does something: the process follows, if the conversation is ahead of it. The
   * caller holds the conversation's lock.
   *
   * @return the conversation, with its process
   * @throws Refusal when that is suspended
   */
  Conversation catchUp(Conversation conversation) {
    if (conversation.turn() != Turn.AHEAD) {
      return conversation;
    }
    String key = conversation.key();
    if (rows.isHeld(key)) {
      throw new Refusal(
          Refusal.Kind.NOT_MODELLED,
          "The conversation is being transferred, and an operator holds its process for now.");
    }
    catchUpNow(conversation);
    return conversations.find(key).orElseThrow();
  }

  /** Calls whose node is gone. */
  public List<Order> abandoned() {
    return calling.abandoned();
  }

  /** This node's calls. */
  public List<Order> own() {
    return calling.own();
  }

  /**
   * The process follows to a call's step, and whichever node finds its order makes it once more.
   */
  public void leave(Order call) {
    conversations.locked(
        call.conversationKey(),
        conversation ->
            token.together(
                () -> {
                  // It may be over by now, or its node back.
                  calling
                      .of(conversation.key())
                      .filter(call::equals)
                      .ifPresent(
                          now ->
                              follow(conversation, null, null, now.left(node.deaths(now.owner()))));
                  return null;
                }));
  }

  /**
   * @param done the order whose outcome has the process follow; null when it is another reason
   * @param result what came of it; null when somebody has to be waited for
   * @param underWay the call that is under way; null when none is
   */
  private void follow(
      Conversation conversation,
      @Nullable Order done,
      @Nullable StepResult result,
      @Nullable Order underWay) {
    Left left = rows.follows(conversation.key());
    follow(
        left,
        left.origin() == null
            ? steps(conversation.key(), done, result, underWay)
            : List.of(last(OrderKind.BOT_START, underWay, result)));
  }

  private void follow(Left left, List<Step> steps) {
    Conversation conversation = left.conversation();
    Origin origin = left.origin();
    if (origin == null) {
      // The token reaches the first step when that is over: it does not begin after its end.
      Following.by(conversation.key(), steps.get(0).over(), steps, () -> token.goOn(conversation));
    } else {
      Following.by(
          conversation.key(),
          origin.startedAt(),
          steps,
          () -> {
            token.begin(conversation, origin.definition(), origin.begunBy());
            return true;
          });
    }
  }

  private List<Step> steps(
      String key, @Nullable Order done, @Nullable StepResult result, @Nullable Order underWay) {
    Transfer transfer = transfers.current(key);
    List<Step> steps = new ArrayList<>();
    steps.add(
        Step.done(OrderKind.BOT_MESSAGE, new BotSaid(Meaning.ESCALATED), transfer.escalatedAt()));
    if (transfer.plan() == null) {
      if (underWay != null || (done != null && done.kind() == OrderKind.TARGET_AVAILABILITY)) {
        steps.add(last(OrderKind.TARGET_AVAILABILITY, underWay, result));
      }
      return steps;
    }
    steps.add(Step.done(OrderKind.TARGET_AVAILABILITY, new Done(), transfer.escalatedAt()));
    for (Attempt attempt : offers.of(transfer)) {
      if (attempt.round() > 0) {
        steps.add(offer(transfer, attempt, done, result, underWay).of(attempt.id()));
      }
    }
    if (transfer.winner() == null) {
      return steps;
    }
    Instant reported = transfer.overAt();
    if (transfer.report() == null || reported == null) {
      steps.add(last(OrderKind.BOT_TRANSFER_SUCCEEDED, underWay, result));
      return steps;
    }
    steps.add(Step.done(OrderKind.BOT_TRANSFER_SUCCEEDED, new Done(), reported));
    if (underWay != null || (done != null && done.kind() == OrderKind.BOT_END)) {
      steps.add(Step.done(OrderKind.TARGET_DELIVER, new Delivered(false), reported));
      steps.add(last(OrderKind.BOT_END, underWay, result));
    }
    return steps;
  }

  private Step offer(
      Transfer transfer,
      Attempt attempt,
      @Nullable Order done,
      @Nullable StepResult result,
      @Nullable Order underWay) {
    if (done != null && Objects.equals(done.offerId(), attempt.id())) {
      return result == null
          ? Step.underWay(OrderKind.TARGET_OFFER, (task, step) -> {})
          : Step.done(OrderKind.TARGET_OFFER, result, null);
    }
    if (underWay != null && Objects.equals(underWay.offerId(), attempt.id())) {
      return last(OrderKind.TARGET_OFFER, underWay, null);
    }
    // Who took it may have it taken away again by a customer who leaves.
    Long winner = Objects.equals(transfer.winner(), attempt.id()) ? attempt.id() : null;
    return Step.done(OrderKind.TARGET_OFFER, new OffersSettled(winner, false), attempt.overAt());
  }

  private Step last(OrderKind kind, @Nullable Order underWay, @Nullable StepResult result) {
    return underWay == null
        ? Step.done(kind, Objects.requireNonNull(result), null)
        : Step.underWay(kind, (task, step) -> calling.write(underWay, task, step));
  }
}
