package dev.baton.engine;

import dev.baton.conversation.Token.Meaning;
import java.util.Locale;

/**
 * The contract of {@code bpmn/bot-conversation.bpmn}: what a caller, a test or an operator may rely
 * on. The business key is the conversation's key.
 */
public final class BotConversation {

  private BotConversation() {}

  /** The process's key. */
  public static final String KEY = "bot-conversation";

  /** Start: the bot; without it the configured one. */
  public static final ProcessVariable<String> BOT_ID = ProcessVariable.kept("botId", String.class);

  /** Start: the customer's first words. Taken out of the process at once. */
  public static final ProcessVariable<String> TEXT = ProcessVariable.kept("text", String.class);

  /**
   * Start: variables for the bot, a JSON array of the Bots API. Taken out of the process at once.
   */
  public static final ProcessVariable<String> VARIABLES =
      ProcessVariable.kept("variables", String.class);

  /** Start: how long the customer may be silent, ISO 8601; without it as configured. */
  public static final ProcessVariable<String> SILENCE =
      ProcessVariable.kept("silence", String.class);

  /**
   * Start: how long a round of offers may take, ISO 8601; without it as the routing policy says, or
   * as configured. Later: how long the present round may, by that and by the customer's deadline.
   */
  public static final ProcessVariable<String> PATIENCE =
      ProcessVariable.kept("patience", String.class);

  /** What was given as {@link #PATIENCE} at the start; missing when nothing was. */
  static final ProcessVariable<String> PATIENCE_GIVEN =
      ProcessVariable.kept("patienceGiven", String.class);

  /** Start: {@code ordered} or {@code race}; without it as the policy says, or as configured. */
  public static final ProcessVariable<String> STRATEGY =
      ProcessVariable.kept("strategy", String.class);

  /** Whether the key was new. */
  static final ProcessVariable<Boolean> IS_NEW = ProcessVariable.passing("isNew", Boolean.class);

  /** Whether a message lay in the inbox. */
  static final ProcessVariable<Boolean> MESSAGE_WAITING =
      ProcessVariable.passing("messageWaiting", Boolean.class);

  /**
   * What the bot's last answer means: goes-on, escalated, ended or gone. For the gateway that
   * follows; gone when the next message is taken.
   */
  public static final ProcessVariable<String> BOT_SAID =
      ProcessVariable.kept("botSaid", String.class);

  /** Whether the round has targets. */
  static final ProcessVariable<Boolean> ANYONE_LEFT =
      ProcessVariable.passing("anyoneLeft", Boolean.class);

  /** In an attempt: the offer's id. */
  public static final ProcessVariable<Long> OFFER = ProcessVariable.kept("offer", Long.class);

  /** In an attempt: the target's type, as the bot names it. */
  public static final ProcessVariable<String> TARGET_TYPE =
      ProcessVariable.kept("targetType", String.class);

  /** In an attempt: the target's value, as the bot names it. */
  public static final ProcessVariable<String> TARGET_VALUE =
      ProcessVariable.kept("targetValue", String.class);

  /** Whether offers are open that nobody waits for. */
  public static final ProcessVariable<Boolean> OFFERS_OPEN =
      ProcessVariable.kept("offersOpen", Boolean.class);

  /** The id of the offer that was accepted; null while none was. */
  public static final ProcessVariable<Long> WINNER = ProcessVariable.kept("winner", Long.class);

  /** Whether messages wait that the winner should have. */
  static final ProcessVariable<Boolean> MESSAGES_HELD =
      ProcessVariable.passing("messagesHeld", Boolean.class);

  /** What follows a failed transfer: end or back-to-bot. */
  public static final ProcessVariable<String> AFTER_FAILURE =
      ProcessVariable.kept("afterFailure", String.class);

  /** Whether the conversation goes on with another bot than the one whose session was ended. */
  static final ProcessVariable<Boolean> ANOTHER_BOT =
      ProcessVariable.passing("anotherBot", Boolean.class);

  /** Wakes a conversation that waits for the customer; sent by Baton only. */
  static final String ARRIVED = "customer-message-arrived";

  /** Makes a conversation end because the customer left; sent by Baton only. */
  static final String LEFT = "conversation-left";

  /** Makes a transfer fail because the customer cancels it; sent by Baton only. */
  static final String CANCELLED = "transfer-cancelled";

  /** The elements whose ids the program relies on. */
  public enum Element {
    START_SESSION("StartSession"),
    SEND_MESSAGE("SendMessage"),
    WAIT_FOR_CUSTOMER("WaitForCustomer"),
    SILENCE("Silence"),
    TRANSFER("Transfer"),
    ASK_AVAILABILITY("AskAvailability"),
    APPLY_POLICY("ApplyPolicy"),
    OFFER("Offer"),
    PATIENCE("Patience"),
    WITHDRAW_OTHERS("WithdrawOthers"),
    TELL_SUCCEEDED("TellSucceeded"),
    TELL_FAILED("TellFailed"),
    DELIVER_HELD("DeliverHeld"),
    END_SESSION("EndSession"),
    END_TRANSFERRED("EndTransferred"),
    WITHDRAW_ALL("WithdrawAll");

    private final String id;

    Element(String id) {
      this.id = id;
    }

    /** The element's id in the file. */
    public String id() {
      return id;
    }
  }

  /** The value of {@link #BOT_SAID}. */
  static String said(Meaning meaning) {
    return meaning.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
