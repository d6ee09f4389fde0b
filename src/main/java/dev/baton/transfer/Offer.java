package dev.baton.transfer;

import dev.baton.bots.Target;

/**
 * A session to be offered to one target.
 *
 * @param key names the offer for good: unique, and the same again when the offer is repeated after
 *     a crash; 1 to 200 characters
 */
public record Offer(String key, Target target, Handover handover) {

  /** So that a kind of target can put the key into a short text field together with some words. */
  private static final int LONGEST_KEY = 200;

  public Offer {
    if (key.isBlank() || key.length() > LONGEST_KEY) {
      throw new IllegalArgumentException("The key of an offer has 1 to 200 characters");
    }
  }
}
