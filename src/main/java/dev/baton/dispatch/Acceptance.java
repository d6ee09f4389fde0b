package dev.baton.dispatch;

import dev.baton.bots.EndReason;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Changes;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Token;
import dev.baton.conversation.Token.StepResult.OffersSettled;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.conversation.Transfers.Standing;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import java.util.Optional;

/**
 * Decides who has the session: the first acceptance that is committed under the conversation's lock
 * wins, while the transfer is still open. Whoever accepts later is taken back.
 */
final class Acceptance {

  private final Conversations conversations;
  private final Transfers transfers;
  private final Offers offers;
  private final Orders orders;
  private final Token token;
  private final Changes changes;

  Acceptance(
      Conversations conversations,
      Transfers transfers,
      Offers offers,
      Orders orders,
      Token token,
      Changes changes) {
    this.conversations = conversations;
    this.transfers = transfers;
    this.offers = offers;
    this.orders = orders;
    this.token = token;
    this.changes = changes;
  }

  /** A target answered an offer. */
  void answered(String key, long offerId, OfferStatus status) {
    conversations.locked(
        key,
        conversation -> {
          Attempt attempt = offers.byId(offerId);
          if (attempt.open() && attempt.outcome() == null) {
            answered(conversation, attempt, status);
            changes.afterCommit(key);
          }
          return null;
        });
  }

  /** A target says how long an offer waits. */
  void waits(String key, long offerId, OfferStatus.Waiting wait) {
    conversations.locked(
        key,
        conversation -> {
          if (offers.waitsOtherwise(offerId, wait)) {
            offers.waits(offerId, wait);
          }
          return null;
        });
  }

  private void answered(Conversation conversation, Attempt attempt, OfferStatus status) {
    if (status instanceof OfferStatus.Accepted && !wins(conversation, attempt)) {
      takeBack(conversation.key());
      return;
    }
    if (!(status instanceof OfferStatus.Accepted) && orders.withdrawalOrdered(conversation.key())) {
      // What the target shows is our own withdrawal, and that says itself how the offer ended.
      return;
    }
    if (status instanceof OfferStatus.Refused refused) {
      // Stays open until it is taken back: what was offered still lies with the target.
      offers.refused(attempt, refused.outcome(), null);
    } else if (status instanceof OfferStatus.Withdrawn) {
      offers.over(attempt, Outcome.WITHDRAWN, null);
    }
    String task = attempt.taskId();
    if (task != null) {
      token.advance(conversation, task, settled(conversation.key()));
    }
  }

  /**
   * A target took the session in its answer to the offer. One that answered so late that nobody
   * waits for it has it as well, unless the customer would rather go on with the bot.
   *
   * @param open whether the offer was still open then
   */
  OffersSettled acceptedAtOnce(Conversation conversation, Attempt attempt, boolean open) {
    String key = conversation.key();
    Transfer transfer = transfers.current(key);
    boolean wanted = open && !transfer.cancelled();
    if (!wanted || !wins(conversation, attempt, transfer)) {
      takeBack(key);
    }
    return settled(key);
  }

  private boolean wins(Conversation conversation, Attempt attempt) {
    return wins(conversation, attempt, transfers.current(conversation.key()));
  }

  private boolean wins(Conversation conversation, Attempt attempt, Transfer transfer) {
    boolean open =
        transfer.id() == attempt.transferId()
            && transfer.winner() == null
            && transfer.overAt() == null
            && conversation.state() == ConversationState.TRANSFERRING;
    if (open) {
      offers.accepted(attempt);
      transfers.won(transfer, attempt.id());
    }
    return open;
  }

  /** A target accepted while its offer was being withdrawn. */
  void acceptedWhileWithdrawn(Conversation conversation, long offerId) {
    Attempt attempt = offers.byId(offerId);
    if (attempt.open() && !wins(conversation, attempt)) {
      orders.placeWithdrawal(conversation.key());
    }
  }

  /** While an offer was to be taken back, it turned out to be over. */
  void refusedWhileWithdrawn(long offerId, Outcome outcome) {
    Attempt attempt = offers.byId(offerId);
    if (attempt.open()) {
      offers.over(attempt, outcome, null);
    }
  }

  /** An offer was taken back. */
  void withdrawn(Conversation conversation, long offerId) {
    Attempt attempt = offers.byId(offerId);
    if (!attempt.open()) {
      return;
    }
    Outcome refused = attempt.outcome();
    offers.over(attempt, refused != null ? refused : whyTakenBack(conversation), attempt.detail());
  }

  private Outcome whyTakenBack(Conversation conversation) {
    Optional<Transfer> transfer = transfers.latest(conversation.key());
    if (transfer.filter(t -> t.winner() != null).isPresent()) {
      return Outcome.WITHDRAWN;
    }
    if (transfer.filter(Transfer::cancelled).isPresent()
        || conversation.endReason() == EndReason.USER_REQUEST) {
      return Outcome.WITHDRAWN_BY_CUSTOMER;
    }
    return conversation.state() == ConversationState.TRANSFERRING
        ? Outcome.TIMED_OUT
        : Outcome.WITHDRAWN;
  }

  /** An offer that nobody waits for must not stay open: takes it back unless that is ordered. */
  void takeBack(String key) {
    if (!orders.withdrawalOrdered(key)) {
      orders.placeWithdrawal(key);
    }
  }

  /** How the conversation's offers stand. */
  OffersSettled settled(String key) {
    Standing now = transfers.standing(key);
    return new OffersSettled(now.winner(), now.offersOpen());
  }
}
