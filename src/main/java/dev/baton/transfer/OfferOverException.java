package dev.baton.transfer;

/**
 * A call about an offer found that there is nothing to wait for: the target said no on the spot, or
 * nobody can ever tell whether it has the offer ({@link Outcome#IN_DOUBT}). The offer is to be
 * recorded with the outcome, and no further call to be made for it.
 *
 * <p>For the calls before a reference is known, {@link TargetKind#offer} and {@link
 * TargetKind#find}. What needs no call is said by {@link Availability.Unavailable}, and what is
 * said later by {@link OfferStatus.Refused}.
 */
public final class OfferOverException extends TargetException {

  private static final long serialVersionUID = 1;

  private final Outcome outcome;

  /**
   * An end.
   *
   * @param outcome how the offer ended; not {@link Outcome#ACCEPTED}
   * @param detail what an operator should know, free of customer data
   */
  public OfferOverException(Outcome outcome, String detail) {
    super(detail, null);
    if (outcome == Outcome.ACCEPTED) {
      throw new IllegalArgumentException("An accepted offer has a reference");
    }
    this.outcome = outcome;
  }

  /** How the offer ended. */
  public Outcome outcome() {
    return outcome;
  }

  @Override
  public boolean retryable() {
    return false;
  }

  @Override
  public boolean mayHaveBeenProcessed() {
    return outcome == Outcome.IN_DOUBT;
  }
}
