package dev.baton.engine;

import dev.baton.conversation.Conversations;
import dev.baton.conversation.CustomerMessage;
import dev.baton.conversation.Following;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.InboxMessage;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Token.Opening;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.camunda.bpm.engine.delegate.DelegateExecution;
import org.camunda.bpm.engine.delegate.ExecutionListener;
import org.camunda.bpm.engine.delegate.JavaDelegate;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of the talk and of the customer's inbox do: only local things, in the engine's
 * transaction. A step that calls somebody places an order instead. Thread-safe.
 */
public final class Steps {

  /** Of a start variable: the engine cannot add every duration to the present time. */
  private static final Duration LONGEST = Duration.ofDays(366);

  /**
   * What a conversation does when its start says nothing else.
   *
   * @param botId null when each start has to name its bot
   * @param silence how long a customer may be silent
   */
  public record Defaults(@Nullable String botId, Duration silence) {}

  private final HeldConversation held;
  private final Reception reception;
  private final Inbox inbox;
  private final Defaults defaults;

  /** Of these stores. */
  public Steps(Conversations conversations, Reception reception, Inbox inbox, Defaults defaults) {
    this.held = new HeldConversation(conversations);
    this.reception = reception;
    this.inbox = inbox;
    this.defaults = defaults;
  }

  /** Opens the conversation: takes the key, and the customer's words out of the process. */
  public JavaDelegate openConversation() {
    return HeldConversation.refusing(
        execution -> {
          String given = execution.getProcessBusinessKey();
          String key = given == null ? execution.getProcessInstanceId() : given;
          if (given == null) {
            execution.setProcessBusinessKey(key);
          }
          String named = BotConversation.BOT_ID.get(execution);
          String botId = named == null ? defaults.botId() : named;
          if (botId == null) {
            throw HeldConversation.invalid(
                "Name the bot: start variable botId, or baton.bots.bot-id.");
          }
          Opening opening =
              new Opening(
                  botId,
                  BotConversation.TEXT.get(execution),
                  BotConversation.VARIABLES.get(execution));
          execution.removeVariables(
              List.of(BotConversation.TEXT.name(), BotConversation.VARIABLES.name()));
          Duration silence = duration(execution, BotConversation.SILENCE);
          BotConversation.SILENCE.set(
              execution, (silence == null ? defaults.silence() : silence).toString());
          Duration patience = duration(execution, BotConversation.PATIENCE);
          if (patience != null) {
            BotConversation.PATIENCE_GIVEN.set(execution, patience.toString());
          }
          TransferSteps.strategy(execution);
          BotConversation.IS_NEW.set(
              execution, reception.open(key, execution.getProcessInstanceId(), botId, opening));
        });
  }

  /** The duration that was given at the start; null for none. */
  private static @Nullable Duration duration(
      DelegateExecution execution, ProcessVariable<String> variable) {
    String given = variable.get(execution);
    if (given == null) {
      return null;
    }
    try {
      Duration duration = Duration.parse(given);
      if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST) > 0) {
        throw HeldConversation.invalid(
            "The start variable %s is not between 0 and %d days."
                .formatted(variable.name(), LONGEST.toDays()));
      }
      return duration;
    } catch (DateTimeParseException e) {
      throw HeldConversation.invalid(
          "The start variable %s is not an ISO 8601 duration such as PT30S."
              .formatted(variable.name()));
    }
  }

  /** Takes the oldest message that waits, if there is one. */
  public JavaDelegate takeNextMessage() {
    return HeldConversation.refusing(
        execution -> {
          String key = held.by(execution);
          // What the process follows is beyond this step: there was one.
          boolean waits = Following.of(key) != null || take(key);
          // Was set in this very transaction, if at all: it never gets a row.
          execution.removeVariable(BotConversation.BOT_SAID.name());
          BotConversation.MESSAGE_WAITING.set(execution, waits);
        });
  }

  private boolean take(String key) {
    Optional<InboxMessage> next = inbox.nextWaiting(key);
    next.ifPresent(message -> inbox.become(message.id(), InboxMessage.State.SENDING));
    return next.isPresent();
  }

  /** Puts a customer's message into the inbox and wakes the conversation. */
  public JavaDelegate holdMessage() {
    return HeldConversation.refusing(
        execution -> {
          String messageId = CustomerInbox.MESSAGE_ID.get(execution);
          reception.receive(
              keyOf(execution),
              new CustomerMessage(
                  messageId == null ? "" : messageId,
                  CustomerInbox.TEXT.get(execution),
                  CustomerInbox.CHOICE_ID.get(execution)));
        });
  }

  /** Tells the conversation that the customer left. */
  public JavaDelegate passOnLeave() {
    return HeldConversation.refusing(execution -> reception.leave(keyOf(execution)));
  }

  /** Tells the conversation that the customer cancels the transfer. */
  public JavaDelegate cancelTransfer() {
    return HeldConversation.refusing(execution -> reception.cancelTransfer(keyOf(execution)));
  }

  private static String keyOf(DelegateExecution execution) {
    String key = execution.getProcessBusinessKey();
    if (key == null || key.isBlank()) {
      throw HeldConversation.invalid(
          "Which conversation? Send the message with the conversation's business key; a process"
              + " instance id is not enough.");
    }
    return key;
  }

  /** The customer was silent too long: the conversation is over for the channel. */
  public ExecutionListener customerSilent() {
    return execution -> reception.expire(held.by(execution));
  }
}
