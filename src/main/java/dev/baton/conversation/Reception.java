package dev.baton.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.BotId;
import dev.baton.bots.EndReason;
import dev.baton.bots.Variable;
import dev.baton.conversation.Transcript.Cause;
import dev.baton.conversation.Transcript.Line;
import dev.baton.conversation.Transcript.Speaker;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where customers come in: it begins conversations, accepts messages and lets customers leave, in
 * every state. What it accepted is committed when the call returns (or with the caller's own
 * transaction). Thread-safe.
 */
public final class Reception {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Conversations conversations;
  private final Inbox inbox;
  private final Transcript transcript;
  private final Transfers transfers;
  private final Offers offers;
  private final BotSessions sessions;
  private final Turns turns;
  private final Greetings greetings;
  private final Token token;
  private final Changes changes;

  /** Of these stores. */
  public Reception(
      Conversations conversations,
      Inbox inbox,
      Transcript transcript,
      Transfers transfers,
      Offers offers,
      BotSessions sessions,
      Turns turns,
      Greetings greetings,
      Token token,
      Changes changes) {
    this.conversations = conversations;
    this.inbox = inbox;
    this.transcript = transcript;
    this.transfers = transfers;
    this.offers = offers;
    this.sessions = sessions;
    this.turns = turns;
    this.greetings = greetings;
    this.token = token;
    this.changes = changes;
  }

  /**
   * Whether a conversation was begun.
   *
   * @param isNew false when there is one of that key already, over or not; nothing is changed then
   * @param greeting completes with what the bot said first, or empty when it has to be looked up
   */
  public record Begun(boolean isNew, CompletableFuture<Optional<Turns.Reply>> greeting) {}

  /**
   * Begins a conversation, unless there is one of that key.
   *
   * @throws Refusal when the caller may not start the process
   */
  public Begun begin(String key, Token.Opening opening) {
    checkOpening(key, opening);
    return conversations.inTransaction(
        () ->
            start(key, opening)
                ? new Begun(true, greetings.await(key))
                : new Begun(false, lookedUp()));
  }

  /** Of two requests for the same key, one may find it taken only by the process that it starts. */
  private boolean start(String key, Token.Opening opening) {
    return conversations.find(key).isEmpty()
        && token.begin(key, opening).equals(conversations.hold(key));
  }

  private static CompletableFuture<Optional<Turns.Reply>> lookedUp() {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  /**
   * Opens the row of a conversation whose process just started.
   *
   * @return false when the key is known already
   */
  public boolean open(String key, String processInstanceId, String botId, Token.Opening opening) {
    checkOpening(key, opening);
    boolean opened = conversations.open(key, processInstanceId, botId, opening);
    if (opened) {
      sayFirst(key, opening);
    }
    return opened;
  }

  private void sayFirst(String key, Token.Opening opening) {
    String text = opening.text();
    if (text != null) {
      say(key, Cause.START, null, JSON.createObjectNode().put("text", text));
    }
  }

  private static void checkOpening(String key, Token.Opening opening) {
    if (key.isBlank()) {
      throw invalid("The conversation's key is empty.");
    }
    CustomerMessage.checkId("The conversation's key", key, 255);
    String botId = opening.botId();
    if (botId != null && !BotId.looksLikeOne(botId)) {
      throw invalid("The botId is no bot's id: that has 15 or 18 characters and starts with 0Xx.");
    }
    String text = opening.text();
    if (text != null) {
      CustomerMessage.checkLength("The text", text, CustomerMessage.MAX_TEXT);
    }
    String variables = opening.variables();
    if (variables != null) {
      CustomerMessage.checkLength("The list of variables", variables, 100_000);
      checkVariables(variables);
    }
  }

  private static void checkVariables(String variables) {
    JsonNode read;
    try {
      read = JSON.readTree(variables);
    } catch (JsonProcessingException e) {
      throw invalid("The variables are not JSON.");
    }
    if (!read.isArray()) {
      throw invalid(
          "The variables are not an array of {\"name\", \"type\", \"value\"}, as the Bots API has it.");
    }
    if (!Variable.hasOnlyDoubles(read)) {
      throw invalid("A number in the variables is too large: a bot's numbers are doubles.");
    }
    for (JsonNode variable : read) {
      if (!variable.isObject()
          || !variable.path("name").isTextual()
          || !variable.path("type").isTextual()
          || !variable.has("value")) {
        throw invalid(
            "Each variable needs a \"name\", a \"type\" and a \"value\", which may be null.");
      }
    }
  }

  /**
   * A message that was accepted, now or before.
   *
   * @param reply completes with what the bot answered, or empty when it has to be looked up
   */
  public record Accepted(InboxMessage message, CompletableFuture<Optional<Turns.Reply>> reply) {}

  /**
   * Accepts a message, once per id.
   *
   * @throws Refusal when there is no such conversation, it is over, or the choice was never offered
   */
  public Accepted receive(String key, CustomerMessage message) {
    return turns
        .take(key, message)
        .map(turn -> new Accepted(turn.message(), turn.reply()))
        .orElseGet(
            () ->
                new Accepted(
                    conversations.locked(key, conversation -> accept(conversation, message)),
                    lookedUp()));
  }

  private InboxMessage accept(Conversation conversation, CustomerMessage message) {
    String key = conversation.key();
    Optional<InboxMessage> known = inbox.find(key, message.id());
    if (known.isPresent()) {
      return known.get();
    }
    if (conversation.state().over()) {
      throw new Refusal(
          Refusal.Kind.OVER,
          conversation.state() == ConversationState.TRANSFERRED
              ? "The conversation was handed over; the target has it now."
              : "The conversation is over.");
    }
    CustomerMessage resolved = resolve(key, message);
    InboxMessage kept = inbox.add(key, resolved, InboxMessage.State.WAITING);
    say(key, Cause.MESSAGE, kept.id(), resolved.toJson());
    turns.wake(conversation);
    changes.afterCommit(key);
    return kept;
  }

  private void say(String key, Cause cause, @Nullable Long inboxId, ObjectNode body) {
    transcript.add(key, Speaker.CUSTOMER, cause, inboxId, body.toString());
  }

  /**
   * Turns an alias, a label or a position of an offered choice into the id that the bot expects.
   */
  private CustomerMessage resolve(String key, CustomerMessage message) {
    String choice = message.choiceId();
    if (choice == null) {
      return message;
    }
    List<Line> lines = transcript.all(key);
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).speaker() == Speaker.BOT) {
        Optional<String> id = choiceId(lines.get(i).body(), choice);
        if (id.isPresent()) {
          return new CustomerMessage(message.id(), null, id.get());
        }
      }
    }
    throw invalid("The bot did not offer such a choice.");
  }

  private static Optional<String> choiceId(String body, String wanted) {
    JsonNode choices;
    try {
      choices = JSON.readTree(body).path("choices");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A line of the transcript cannot be read.", e);
    }
    for (String member : List.of("id", "alias", "label")) {
      for (JsonNode choice : choices) {
        if (choice.path(member).asText("").equalsIgnoreCase(wanted)) {
          return Optional.of(choice.path("id").asText());
        }
      }
    }
    for (int i = 0; i < choices.size(); i++) {
      if (String.valueOf(i + 1).equals(wanted)) {
        return Optional.of(choices.get(i).path("id").asText());
      }
    }
    return Optional.empty();
  }

  /**
   * The customer leaves. While a bot or nobody has the session, the conversation ends; once
   * somebody else accepted, leaving is that target's business and nothing happens here.
   *
   * @throws Refusal when there is no such conversation, or its process has no way to be left: the
   *     conversation must not be called over while its process goes on
   */
  public void leave(String key) {
    conversations.locked(
        key,
        conversation -> {
          Optional<BotSession> nextBot = sessions.next(conversation, transfers.winner(key));
          boolean taken =
              conversation.state() == ConversationState.TRANSFERRING
                  && transfers.current(key).winner() != null
                  && nextBot.isEmpty();
          if (!conversation.state().over() && !taken) {
            nextBot.ifPresent(bot -> offers.takenAway(bot.offerId()));
            conversations.over(key, ConversationState.ENDED, EndReason.USER_REQUEST);
            note(key, "The customer left.");
            if (!token.leave(conversation)) {
              throw new Refusal(
                  Refusal.Kind.NOT_MODELLED,
                  "The conversation cannot be left now: its process does not wait for the message"
                      + " conversation-left.");
            }
            changes.afterCommit(key);
          }
          return null;
        });
  }

  /**
   * The customer would rather go on with the bot: open offers are withdrawn, the bot is told, and
   * the talk goes on.
   *
   * @throws Refusal when there is no such conversation, or no transfer that can still be cancelled
   */
  public void cancelTransfer(String key) {
    conversations.locked(
        key,
        conversation -> {
          if (conversation.state() != ConversationState.TRANSFERRING) {
            throw new Refusal(Refusal.Kind.OVER, "There is no transfer to cancel.");
          }
          Transfer transfer = transfers.current(key);
          if (transfer.winner() != null) {
            throw new Refusal(Refusal.Kind.OVER, "The conversation was taken over already.");
          }
          if (!transfer.cancelled()) {
            transfers.cancel(transfer);
            note(key, "The customer cancelled the transfer.");
            token.cancelTransfer(conversation);
            changes.afterCommit(key);
          }
          return null;
        });
  }

  /** The customer was silent too long; called by the process. */
  public void expire(String key) {
    conversations.locked(
        key,
        conversation -> {
          conversations.over(key, ConversationState.ENDED, EndReason.EXPIRATION);
          note(key, "The customer was silent too long.");
          changes.afterCommit(key);
          return null;
        });
  }

  /**
   * The process of a conversation is over, whichever way.
   *
   * @return the conversation as it was just before; empty when the process has none
   */
  public Optional<Conversation> closed(String key, String processInstanceId) {
    return conversations.inTransaction(
        () -> {
          Optional<Conversation> conversation =
              conversations
                  .heldIfKnown(key)
                  .filter(known -> known.processInstanceId().equals(processInstanceId));
          conversation.ifPresent(this::close);
          return conversation;
        });
  }

  private void close(Conversation conversation) {
    String key = conversation.key();
    sessions
        .next(conversation, transfers.winner(key))
        .ifPresent(bot -> offers.takenAway(bot.offerId()));
    if (!conversation.state().over()) {
      boolean handedOver = transfers.handedOver(key);
      conversations.over(
          key,
          handedOver ? ConversationState.TRANSFERRED : ConversationState.ENDED,
          handedOver ? EndReason.TRANSFER : EndReason.OTHER);
    }
    int undelivered = inbox.giveUp(key);
    if (undelivered > 0) {
      note(
          key,
          JSON.createObjectNode()
              .put("text", "%d of the customer's messages reached nobody.".formatted(undelivered))
              .put("undelivered", undelivered));
    }
    conversations.closed(key);
    changes.afterCommit(key);
  }

  private void note(String key, String words) {
    note(key, JSON.createObjectNode().put("text", words));
  }

  private void note(String key, ObjectNode body) {
    transcript.add(key, Speaker.BATON, Cause.NOTE, null, body.toString());
  }

  private static Refusal invalid(String words) {
    return new Refusal(Refusal.Kind.INVALID, words);
  }
}
