package dev.baton.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The messages that Baton sends to a conversation's process, wherever in it they are waited for: a
 * receive task, a boundary event, the start of an event subprocess.
 */
public enum Signal {
  ARRIVED(
      BotConversation.ARRIVED,
      CustomerInbox.CUSTOMER_MESSAGE,
      "The customer wrote. The message itself lies in the inbox: \"Take the next message\" follows.",
      "The message stays in the inbox until it is taken."),
  LEFT(
      BotConversation.LEFT,
      CustomerInbox.CUSTOMER_LEFT,
      "The customer left. For the channel the conversation is over.",
      "Leaving is refused (409, or 400 at the engine's REST), and nothing changes."),
  CANCELLED(
      BotConversation.CANCELLED,
      CustomerInbox.TRANSFER_CANCEL,
      "The customer would rather go on with the bot. Withdraw what is open and tell the bot.",
      "The round goes on to its end; after it `anyoneLeft` is `false`.");

  private final String message;
  private final String fromChannels;
  private final String says;
  private final String otherwise;

  Signal(String message, String fromChannels, String says, String otherwise) {
    this.message = message;
    this.fromChannels = fromChannels;
    this.says = says;
    this.otherwise = otherwise;
  }

  /** The message's name in the process. */
  public String message() {
    return message;
  }

  /** The message with which channels say the same to the engine; it is not for this process. */
  public String fromChannels() {
    return fromChannels;
  }

  /** What it tells the process. */
  public String says() {
    return says;
  }

  /** What happens when the process does not wait for it. */
  public String otherwise() {
    return otherwise;
  }

  /** The message that says inside of the process what channels say by this one. */
  public static Optional<Signal> ofChannels(String message) {
    return Arrays.stream(values()).filter(s -> s.fromChannels.equals(message)).findAny();
  }

  /** The names of the messages. */
  public static List<String> messages() {
    return Arrays.stream(values()).map(Signal::message).toList();
  }
}
