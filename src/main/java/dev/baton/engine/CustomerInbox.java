package dev.baton.engine;

/**
 * The contract of {@code bpmn/customer-inbox.bpmn}: how a customer's message comes in through the
 * engine alone. Its messages need the conversation's business key and are accepted in every state.
 */
public final class CustomerInbox {

  private CustomerInbox() {}

  /** The process's key. */
  public static final String KEY = "customer-inbox";

  /** Message: the customer wrote. */
  public static final String CUSTOMER_MESSAGE = "customer-message";

  /** Message: the customer left. */
  public static final String CUSTOMER_LEFT = "customer-left";

  /** Message: the customer cancels the transfer. */
  public static final String TRANSFER_CANCEL = "transfer-cancel";

  /** The channel's id of the message. */
  public static final ProcessVariable<String> MESSAGE_ID =
      ProcessVariable.kept("messageId", String.class);

  /** The message's text. */
  public static final ProcessVariable<String> TEXT = ProcessVariable.kept("text", String.class);

  /** The choice, instead of a text. */
  public static final ProcessVariable<String> CHOICE_ID =
      ProcessVariable.kept("choiceId", String.class);
}
