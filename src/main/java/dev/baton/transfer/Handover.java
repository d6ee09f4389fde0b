package dev.baton.transfer;

import java.time.Instant;
import java.util.List;

/**
 * What a target gets to know about the conversation it is offered.
 *
 * @param conversationKey this installation's key of the conversation
 * @param sessionId the bot's session
 * @param transcript what was said so far, oldest first; empty when none was kept
 */
public record Handover(String conversationKey, String sessionId, List<Line> transcript) {

  public Handover {
    transcript = List.copyOf(transcript);
  }

  /** Without the transcript: it belongs to the customer and must not reach a log. */
  @Override
  public String toString() {
    return "Handover[conversationKey=%s, sessionId=%s, %d lines]"
        .formatted(conversationKey, sessionId, transcript.size());
  }

  /**
   * One thing that was said.
   *
   * @param from who said it, as an agent should read it ("Customer", "Bot")
   */
  public record Line(Instant at, String from, String text) {

    /** Without the text. */
    @Override
    public String toString() {
      return "Line[at=%s, from=%s]".formatted(at, from);
    }
  }
}
