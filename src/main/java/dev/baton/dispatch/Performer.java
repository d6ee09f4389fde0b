package dev.baton.dispatch;

import dev.baton.conversation.Conversation;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Token.StepResult;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** How orders of one kind are carried out. Thread-safe. */
interface Performer {

  /** The kind. */
  OrderKind kind();

  /** Makes the call. Called, and answered, outside of any transaction. */
  CompletableFuture<Settlement> perform(Order order, Conversation conversation);

  /** The names of the systems that the call asks. */
  Set<String> systems(Order order, Conversation conversation);

  /** What becomes of an order whose system is down. */
  enum WhenDown {
    /** It waits until the system answers again, however long that takes. */
    WAIT,
    /** It is tried again as after any failure: somebody waits for it, but not for long. */
    TRY_ON,
    /** It is given up at once. */
    GIVE_UP
  }

  /** What becomes of the order when its system is down. */
  default WhenDown whenDown(Order order) {
    return WhenDown.WAIT;
  }

  /**
   * Until when the order may be tried, however many tries are left; null for no such limit. After
   * that it is given up.
   */
  default @Nullable Instant limit(Order order) {
    return null;
  }

  /** Whether an order that no step stands for may come to nothing, after some tries. */
  default boolean dispensable() {
    return false;
  }

  /**
   * What becomes of an order whose tries are used up; empty when only an operator can decide.
   *
   * @param order as before the call
   */
  default Optional<Settlement> givenUp(Order order, Fault fault) {
    return Optional.empty();
  }

  /**
   * Notes that an order which nobody waits for any more may have been processed all the same.
   * Called in the transaction that holds the conversation's lock.
   */
  default void leftInDoubt(Order order) {}

  /** What a call brought about. */
  @FunctionalInterface
  interface Settlement {

    /**
     * Writes it down; called in the transaction that holds the conversation's lock.
     *
     * @param awaited whether the process still waits for it; if not, it went another way meanwhile
     * @return what the process goes on with; null when its step is not over yet
     */
    @Nullable StepResult settle(Conversation conversation, boolean awaited);

    /**
     * Writes it down in a transaction of its own, without locking and looking first.
     *
     * @return false when it is not as simple as that; nothing is changed then
     */
    default boolean atOnce() {
      return false;
    }

    /**
     * Like {@link #atOnce()}, but soon, in a transaction that it shares with others. Does not
     * block. Asked first, and of turns only.
     *
     * @return false when it is to be tried alone; nothing is changed then
     */
    default CompletableFuture<Boolean> together() {
      return CompletableFuture.completedFuture(false);
    }
  }
}
