package dev.baton.conversation;

import dev.baton.transfer.Plan;
import dev.baton.transfer.Strategy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides how a transfer is routed. Thread-safe. */
@FunctionalInterface
public interface Router {

  /**
   * Decides it once, and keeps the plan with the transfer; whoever is not to be asked is noted in
   * the trail. In the transaction that holds the conversation.
   *
   * @param before the offers of the conversation's earlier transfers, oldest first
   * @param strategy what the conversation's start asked for; null for nothing
   */
  Plan route(
      Conversation conversation,
      Transfer transfer,
      List<Attempt> before,
      @Nullable Strategy strategy);
}
