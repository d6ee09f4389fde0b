package dev.baton.transfer;

import dev.baton.bots.Referrer;
import dev.baton.bots.Target;
import dev.baton.bots.Variable;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a target gets to know about the conversation it is offered. {@link HandoverJson} writes it
 * down for machines.
 *
 * @param conversationKey this installation's key of the conversation
 * @param sessionId the bot's session
 * @param transcript what was said so far, oldest first; empty when none was kept
 * @param context what there is to know besides
 */
public record Handover(
    String conversationKey, String sessionId, List<Line> transcript, Context context) {

  public Handover {
    transcript = List.copyOf(transcript);
  }

  /** With nothing to know besides what was said. */
  public Handover(String conversationKey, String sessionId, List<Line> transcript) {
    this(conversationKey, sessionId, transcript, Context.NONE);
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

  /**
   * What there is to know about a conversation besides what was said in it.
   *
   * @param botId the bot that hands over
   * @param escalateId the bot's escalate message
   * @param variables the bot's variables, as far as they are known
   * @param summary a few sentences for whoever takes over; null while nothing writes any
   * @param referrers where the conversation comes from
   * @param tried the targets that did not take it, in the order of being asked
   */
  public record Context(
      @Nullable String botId,
      @Nullable String escalateId,
      List<Variable> variables,
      @Nullable String summary,
      List<Referrer> referrers,
      List<Tried> tried) {

    /** Nothing is known. */
    public static final Context NONE =
        new Context(null, null, List.of(), null, List.of(), List.of());

    public Context {
      variables = List.copyOf(variables);
      referrers = List.copyOf(referrers);
      tried = List.copyOf(tried);
    }

    /** Without what is the customer's. */
    @Override
    public String toString() {
      return "Context[botId=%s, escalateId=%s, %d variables, tried=%s]"
          .formatted(botId, escalateId, variables.size(), tried);
    }
  }

  /** A target that did not take the conversation. */
  public record Tried(Target target, Outcome outcome) {}
}
