package dev.baton.conversation;

import dev.baton.conversation.Token.StepResult;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A process that follows what its conversation has done already. Its steps find here what came of
 * them, so that the token passes them at once; the last may be one that is still under way, at
 * which the token stays. Of one thread, which holds the conversation's lock, and only as long as
 * the token moves.
 */
public final class Following {

  private static final ThreadLocal<@Nullable Following> CURRENT = new ThreadLocal<>();

  /**
   * A step that calls somebody.
   *
   * @param offerId whose offer it is, of a step that offers; null for others
   * @param result what came of it; null when it is under way
   * @param over when that was known; null for now
   * @param stands told the task and the step that stand for what is under way
   */
  record Step(
      OrderKind kind,
      @Nullable Long offerId,
      @Nullable StepResult result,
      @Nullable Instant over,
      BiConsumer<String, String> stands) {

    static Step done(OrderKind kind, StepResult result, @Nullable Instant over) {
      return new Step(kind, null, result, over, (task, step) -> {});
    }

    static Step underWay(OrderKind kind, BiConsumer<String, String> stands) {
      return new Step(kind, null, null, null, stands);
    }

    Step of(long offer) {
      return new Step(kind, offer, result, over, stands);
    }
  }

  private final String key;
  private final Deque<Step> steps;
  private @Nullable Instant now;

  private Following(String key, @Nullable Instant begun, List<Step> steps) {
    this.key = key;
    this.steps = new ArrayDeque<>(steps);
    this.now = begun;
  }

  /**
   * Has a process follow.
   *
   * @param begun when the token reaches the first step; null for now
   * @param move moves its token; false when it cannot
   * @throws IllegalStateException when the process goes another way: then nothing of it may be
   *     committed
   */
  static void by(String key, @Nullable Instant begun, List<Step> steps, BooleanSupplier move) {
    Following following = new Following(key, begun, steps);
    CURRENT.set(following);
    try {
      if (!move.getAsBoolean()) {
        throw new IllegalStateException("The process does not wait for the customer.");
      }
      if (!following.steps.isEmpty()) {
        throw following.astray();
      }
    } finally {
      CURRENT.remove();
    }
  }

  /** What this conversation's process still has to follow; null when it is not behind. */
  public static @Nullable Following of(@Nullable String key) {
    Following following = CURRENT.get();
    return following != null && moves(key) && !following.steps.isEmpty() ? following : null;
  }

  /** Whether this conversation's process follows just now, also beyond what it has to pass. */
  public static boolean moves(@Nullable String key) {
    Following following = CURRENT.get();
    return following != null && following.key.equals(key);
  }

  /** When the step is over that the token passes just now; null for now. */
  public static @Nullable Instant time(@Nullable String key) {
    Following following = CURRENT.get();
    return following != null && moves(key) ? following.now : null;
  }

  /** The kind of the step that is next. */
  public OrderKind nextKind() {
    return steps.element().kind;
  }

  /** The offer of the step that is next. */
  public long nextOffer() {
    Long offer = steps.element().offerId;
    if (offer == null) {
      throw astray();
    }
    return offer;
  }

  /** Whether that offer is one that its step has to wait for. */
  public boolean nextWaits() {
    return steps.element().result == null;
  }

  /**
   * What came of a step that the token has reached.
   *
   * @return null when it is under way, and the token has to stay
   */
  public @Nullable StepResult reached(OrderKind kind) {
    Step step = expected(kind);
    if (step.result != null) {
      now = step.over;
      steps.remove();
    }
    return step.result;
  }

  /** The token stays at a step: its task stands for what is under way. */
  public void staysAt(OrderKind kind, String taskId, String stepId) {
    Step step = expected(kind);
    now = null;
    steps.remove();
    step.stands.accept(taskId, stepId);
  }

  private Step expected(OrderKind kind) {
    Step step = steps.element();
    if (step.kind != kind) {
      throw astray();
    }
    return step;
  }

  private IllegalStateException astray() {
    return new IllegalStateException(
        "The process goes another way than its conversation has gone: %s is next there."
            .formatted(steps.element().kind.code()));
  }
}
