package dev.baton.dispatch;

import dev.baton.bots.EndReason;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.BotSessions;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.InboxMessage;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Token.StepResult.Delivered;
import dev.baton.conversation.Transfers;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.PlacedOffer;
import dev.baton.transfer.TargetKinds;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Passes on to the winner what the customer typed meanwhile, one message at a time, in order. */
final class Deliver implements Performer {

  private final TargetKinds kinds;
  private final BotSessions sessions;
  private final Conversations conversations;
  private final Inbox inbox;
  private final Transfers transfers;
  private final Offers offers;
  private final Handovers handovers;

  Deliver(
      TargetKinds kinds,
      BotSessions sessions,
      Conversations conversations,
      Inbox inbox,
      Transfers transfers,
      Offers offers,
      Handovers handovers) {
    this.kinds = kinds;
    this.sessions = sessions;
    this.conversations = conversations;
    this.inbox = inbox;
    this.transfers = transfers;
    this.offers = offers;
    this.handovers = handovers;
  }

  @Override
  public OrderKind kind() {
    return OrderKind.TARGET_DELIVER;
  }

  @Override
  public Set<String> systems(Order order, Conversation conversation) {
    return Set.of(Bots.system(kinds, winner(conversation.key()).target()));
  }

  private Attempt winner(String key) {
    return offers.byId(Objects.requireNonNull(transfers.current(key).winner()));
  }

  @Override
  public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
    if (sessions.next(conversation, transfers.winner(conversation.key())).isPresent()) {
      // A bot has it: what was typed waits in the inbox, and is sent when the talk goes on there.
      return CompletableFuture.completedFuture((locked, awaited) -> new Delivered(false));
    }
    Optional<InboxMessage> next = inbox.nextWaiting(conversation.key());
    if (next.isEmpty()) {
      return CompletableFuture.completedFuture((locked, awaited) -> left(locked));
    }
    InboxMessage message = next.get();
    Attempt winner = winner(conversation.key());
    PlacedOffer offer = winner.placed(Objects.requireNonNull(winner.reference()));
    HeldMessage held =
        new HeldMessage(message.messageId(), handovers.words(conversation.key(), message));
    return kinds
        .of(winner.target())
        .orElseThrow()
        .deliver(offer, held, order.repeated())
        .thenApply(
            done ->
                (locked, awaited) -> {
                  inbox.become(message.id(), InboxMessage.State.DELIVERED);
                  return left(locked);
                });
  }

  /**
   * Under the lock: no message is accepted from the first one on that was passed on, or a customer
   * who types faster than the target takes would hold up the end for ever.
   */
  private Delivered left(Conversation conversation) {
    String key = conversation.key();
    if (!conversation.state().over()) {
      conversations.over(key, ConversationState.TRANSFERRED, EndReason.TRANSFER);
    }
    return new Delivered(inbox.nextWaiting(key).isPresent());
  }
}
