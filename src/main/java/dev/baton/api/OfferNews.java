package dev.baton.api;

import dev.baton.bots.Target;
import dev.baton.transfer.OfferStatus;

/** Takes what targets say by themselves. */
@FunctionalInterface
public interface OfferNews {

  /**
   * A target says where its offer stands. May be repeated.
   *
   * @throws dev.baton.conversation.Refusal when it has no such offer, says so too early, or the
   *     offer has ended otherwise
   */
  void told(Target target, String offerKey, OfferStatus status);
}
