package dev.baton.transfer;

/**
 * What the customer typed while the session was between the bot and its next owner.
 *
 * @param id unique within the conversation and the same again on a repeat; 1 to 255 characters
 * @param text of any length
 */
public record HeldMessage(String id, String text) {

  private static final int LONGEST_ID = 255;

  public HeldMessage {
    if (id.isBlank() || id.length() > LONGEST_ID) {
      throw new IllegalArgumentException("The id of a message has 1 to 255 characters");
    }
  }

  /** Without the text: it belongs to the customer and must not reach a log. */
  @Override
  public String toString() {
    return "HeldMessage[id=%s]".formatted(id);
  }
}
