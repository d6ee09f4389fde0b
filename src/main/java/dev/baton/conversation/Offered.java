package dev.baton.conversation;

import java.util.List;
import java.util.Optional;

/**
 * A transfer and its offers.
 *
 * @param offers oldest first
 */
public record Offered(Transfer transfer, List<Attempt> offers) {

  /** Copies the list. */
  public Offered {
    offers = List.copyOf(offers);
  }

  /** One of the offers. */
  Optional<Attempt> offer(long id) {
    return offers.stream().filter(offer -> offer.id() == id).findAny();
  }
}
