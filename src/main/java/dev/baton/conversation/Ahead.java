package dev.baton.conversation;

import dev.baton.bots.EndReason;
import dev.baton.conversation.Conversations.PassingOn;
import dev.baton.conversation.Following.Step;
import dev.baton.conversation.Orders.WithConversation;
import dev.baton.conversation.Token.Meaning;
import dev.baton.conversation.Token.StepResult;
import dev.baton.conversation.Token.StepResult.BotSaid;
import dev.baton.conversation.Token.StepResult.Delivered;
import dev.baton.conversation.Token.StepResult.Done;
import dev.baton.conversation.Token.StepResult.OffersSettled;
import dev.baton.transfer.Plan;
import dev.baton.transfer.TargetKinds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A transfer, as long as it goes by itself: what comes of a call orders the next one, in the
 * conversation's own rows, and the process's token stays where it waits. As soon as somebody has to
 * be waited for, a call fails or lasts, the customer does something, or the transfer is over, the
 * process follows: its token passes what was done meanwhile, in one move, to the step that is under
 * way. From there on each step takes the token with it. Thread-safe.
 */
public final class Ahead {

  /** The calls of a transfer that nobody has to wait for. */
  static final Set<OrderKind> KINDS =
      EnumSet.of(
          OrderKind.TARGET_AVAILABILITY,
          OrderKind.TARGET_OFFER,
          OrderKind.BOT_TRANSFER_SUCCEEDED,
          OrderKind.BOT_END);

  private final Conversations conversations;
  private final TurnRows rows;
  private final Inbox inbox;
  private final Transfers transfers;
  private final Offers offers;
  private final Orders orders;
  private final Rounds rounds;
  private final Router router;
  private final TargetKinds kinds;
  private final Token token;
  private final String suspended;
  private final String ownWishes;
  private final String known;
  private final Consumer<WithConversation> placed;

  /**
   * Of these stores.
   *
   * @param suspended SQL: whether the process {@code process_instance_id} must not move
   * @param ownWishes SQL: whether that process says itself how it wants to be transferred
   * @param known the print of the process of which it is known how it follows
   * @param placed is told of each order, once it is committed
   */
  public Ahead(
      JdbcClient jdbc,
      Node node,
      String suspended,
      String ownWishes,
      String known,
      Conversations conversations,
      Inbox inbox,
      Transfers transfers,
      Offers offers,
      Orders orders,
      Rounds rounds,
      Router router,
      TargetKinds kinds,
      Token token,
      Consumer<WithConversation> placed) {
    this.conversations = conversations;
    this.rows = new TurnRows(jdbc, node, suspended);
    this.suspended = suspended;
    this.ownWishes = ownWishes;
    this.known = known;
    this.inbox = inbox;
    this.transfers = transfers;
    this.offers = offers;
    this.orders = orders;
    this.rounds = rounds;
    this.router = router;
    this.kinds = kinds;
    this.token = token;
    this.placed = placed;
  }

  /**
   * The bot answered a turn with an escalate: the transfer begins, in a transaction of its own.
   *
   * @param crc the bot's latest X-Runtime-CRC; null when none came
   * @param said writes down what the bot said and the transfer that it asks for
   * @return false when the process has to go along from the start; nothing is changed then
   */
  public boolean begin(Order turn, @Nullable String crc, UnaryOperator<Conversation> said) {
    return conversations.inTransaction(
        () -> {
          Optional<Conversation> held = rows.runAhead(turn, crc, ownWishes, known);
          held.ifPresent(
              conversation -> {
                conversations.holds(conversation);
                begin(turn, said.apply(conversation));
              });
          return held.isPresent();
        });
  }

  private void begin(Order turn, Conversation conversation) {
    inbox.become(Objects.requireNonNull(turn.inboxId()), InboxMessage.State.ANSWERED);
    conversations.movedOn(conversation.key(), ConversationState.TRANSFERRING);
    Transfer transfer = transfers.current(conversation.key());
    Transfers.know(new Offered(transfer, List.of()));
    if (!(kinds.worthAsking(transfer.targets())
        ? order(OrderKind.TARGET_AVAILABILITY, conversation, null)
        : ask(conversation, transfer))) {
      follow(conversation, null, null);
    }
  }

  /** Whether an order was placed by a transfer of which the process knows nothing yet. */
  public boolean placed(Order order, Conversation conversation) {
    return conversation.turn() == Turn.AHEAD && mayBeOurs(order);
  }

  /** Whether an order may have been placed by such a transfer, and may have a step by now. */
  public static boolean mayBeOurs(Order order) {
    return order.taskId() == null && KINDS.contains(order.kind());
  }

  /**
   * Nobody else has changed the transfer since this order of it was placed: the current
   * transaction, which holds the conversation, need not read it.
   */
  public static void recall(Order order) {
    Offered known = order.known();
    if (known != null) {
      Transfers.know(known);
    }
  }

  /**
   * An order of the transfer has its outcome. The caller holds the conversation's lock, and has
   * ended the order.
   *
   * @param result null when somebody has to be waited for
   */
  public void goOn(Conversation conversation, Order done, @Nullable StepResult result) {
    if (result == null || !next(conversation, done, result)) {
      follow(conversation, done, result);
    }
  }

  private boolean next(Conversation conversation, Order done, StepResult result) {
    String key = conversation.key();
    return switch (done.kind()) {
      case TARGET_AVAILABILITY -> ask(conversation, transfers.current(key));
      case TARGET_OFFER ->
          result instanceof OffersSettled settled
              && !settled.offersOpen()
              && (settled.winner() == null
                  ? ask(conversation, transfers.current(key))
                  : order(OrderKind.BOT_TRANSFER_SUCCEEDED, conversation, null));
      case BOT_TRANSFER_SUCCEEDED ->
          nothingToPassOn(key)
              && order(OrderKind.BOT_END, conversations.find(key).orElseThrow(), null);
      // What is left is the end of the process.
      default -> false;
    };
  }

  /** Asks the next target, if one is to be asked alone and there is time for it. */
  private boolean ask(Conversation conversation, Transfer transfer) {
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
    return simple && order(OrderKind.TARGET_OFFER, conversation, rounds.begin(routed, plan).get(0));
  }

  private boolean nothingToPassOn(String key) {
    PassingOn left = conversations.passingOn(key);
    if (!left.botHasIt() && left.messageWaits()) {
      return false;
    }
    if (!left.botHasIt() && !left.state().over()) {
      conversations.over(key, ConversationState.TRANSFERRED, EndReason.TRANSFER);
    }
    return true;
  }

  /** Returns false when the process is suspended: it has to follow, which it cannot. */
  private boolean order(OrderKind kind, Conversation conversation, @Nullable Long offerId) {
    String key = conversation.key();
    Optional<Order> order = orders.placeAhead(kind, key, offerId, suspended, Transfers.known(key));
    order.ifPresent(
        its ->
            Orders.afterCommit(() -> placed.accept(new WithConversation(its, conversation, true))));
    return order.isPresent();
  }

  /**
   * An order of the transfer is not simply done: the process follows to the step that stands for
   * it. The caller holds the conversation's lock.
   *
   * @return the order, with its task
   */
  public Order handOver(Conversation conversation, Order order) {
    follow(conversation, null, null);
    return orders.row(order.id()).orElseThrow();
  }

  /** The process of a conversation follows, if its transfer runs ahead of it. */
  public void catchUp(String key) {
    conversations.locked(
        key,
        conversation ->
            token.together(
                () -> {
                  if (conversation.turn() == Turn.AHEAD) {
                    follow(conversation, null, null);
                  }
                  return null;
                }));
  }

  /**
   * The customer does something: the process follows, if the transfer runs ahead of it. The caller
   * holds the conversation's lock.
   *
   * @throws Refusal when it is suspended
   */
  public void catchUp(Conversation conversation) {
    if (conversation.turn() == Turn.AHEAD) {
      if (rows.isHeld(conversation.key())) {
        throw new Refusal(
            Refusal.Kind.NOT_MODELLED,
            "The conversation is being transferred, and an operator holds its process for now.");
      }
      follow(conversation, null, null);
    }
  }

  /**
   * @param done the order whose outcome has the process follow; null when it is another reason
   * @param result what came of it; null when somebody has to be waited for
   */
  private void follow(
      Conversation conversation, @Nullable Order done, @Nullable StepResult result) {
    rows.become(conversation.key(), null);
    Following.by(
        conversation.key(), steps(conversation, done, result), () -> token.goOn(conversation));
  }

  private List<Step> steps(
      Conversation conversation, @Nullable Order done, @Nullable StepResult result) {
    Transfer transfer = transfers.current(conversation.key());
    Order underWay = done == null ? orders.firstOf(conversation.key(), KINDS).orElse(null) : null;
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
        : Step.underWay(kind, (task, step) -> orders.adopt(underWay, task, step));
  }
}
