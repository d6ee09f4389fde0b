package dev.baton.transfer;

import dev.baton.bots.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A kind that gets to see only what its targets may know. */
record RedactedKind(TargetKind kind, Redaction redaction) implements TargetKind {

  @Override
  public boolean serves(Target target) {
    return kind.serves(target);
  }

  @Override
  public String system(Target target) {
    return kind.system(target);
  }

  @Override
  public boolean tellsAvailability() {
    return kind.tellsAvailability();
  }

  @Override
  public CompletableFuture<Availability> availability(Target target) {
    return kind.availability(target);
  }

  @Override
  public CompletableFuture<String> offer(Offer offer) {
    return kind.offer(redacted(offer));
  }

  @Override
  public boolean acceptedAtOnce(String reference) {
    return kind.acceptedAtOnce(reference);
  }

  @Override
  public CompletableFuture<Optional<String>> find(Offer offer) {
    return kind.find(redacted(offer));
  }

  private Offer redacted(Offer offer) {
    return new Offer(
        offer.key(), offer.target(), redaction.redact(offer.target(), offer.handover()));
  }

  @Override
  public CompletableFuture<Map<String, OfferStatus>> status(List<PlacedOffer> offers) {
    return kind.status(offers);
  }

  @Override
  public CompletableFuture<OfferStatus> withdraw(PlacedOffer offer) {
    return kind.withdraw(offer);
  }

  @Override
  public CompletableFuture<Void> release(PlacedOffer offer) {
    return kind.release(offer);
  }

  @Override
  public CompletableFuture<Void> deliver(PlacedOffer offer, HeldMessage message, boolean repeated) {
    return kind.deliver(offer, message, repeated);
  }
}
