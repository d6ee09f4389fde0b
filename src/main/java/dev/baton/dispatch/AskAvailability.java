package dev.baton.dispatch;

import dev.baton.bots.Target;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Token.StepResult.Done;
import dev.baton.conversation.Transfer;
import dev.baton.conversation.Transfers;
import dev.baton.transfer.Availability;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.Plan;
import dev.baton.transfer.Survey;
import dev.baton.transfer.TargetKinds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all targets of an escalation whether they are available, as far as that can change whom to
 * ask first. No answer in time is an answer, too: the customer waits.
 */
final class AskAvailability implements Performer {

  private static final Logger LOG = LoggerFactory.getLogger(AskAvailability.class);

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final TargetKinds kinds;
  private final OtherBots otherBots;
  private final Transfers transfers;

  AskAvailability(TargetKinds kinds, OtherBots otherBots, Transfers transfers) {
    this.kinds = kinds;
    this.otherBots = otherBots;
    this.transfers = transfers;
  }

  @Override
  public OrderKind kind() {
    return OrderKind.TARGET_AVAILABILITY;
  }

  /** A target whose system is down is one of which nothing is known: nothing fails here. */
  @Override
  public Set<String> systems(Order order, Conversation conversation) {
    return Set.of();
  }

  @Override
  public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
    Transfer transfer = transfers.current(conversation.key());
    List<Target> targets = Plan.distinct(transfer.targets());
    Map<Target, Availability> answers = new ConcurrentHashMap<>();
    List<CompletableFuture<Void>> calls =
        targets.stream()
            .map(target -> ask(target).thenAccept(answer -> answers.put(target, answer)))
            .toList();
    return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
        .thenApply(
            done ->
                (locked, awaited) -> {
                  transfers.surveyed(transfer, new Survey(answers));
                  return new Done();
                });
  }

  private CompletableFuture<Availability> ask(Target target) {
    return kinds
        .of(target)
        .map(kind -> kind.availability(target))
        .orElseGet(
            () ->
                CompletableFuture.completedFuture(
                    otherBots.serve(target)
                        ? new Availability.Available()
                        : new Availability.Unavailable(Outcome.UNSUPPORTED)))
        .thenApply(answer -> answer)
        .completeOnTimeout(new Availability.Unknown(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            failure -> {
              LOG.info("A target's availability is unknown: {}", Fault.of(failure).text());
              return new Availability.Unknown();
            });
  }
}
