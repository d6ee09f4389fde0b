package dev.baton.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.BotAnswer;
import dev.baton.bots.BotsException;
import dev.baton.bots.SessionMessage;
import dev.baton.bots.StartSession;
import dev.baton.bots.Variable;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Greetings;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.InboxMessage;
import dev.baton.conversation.Order;
import dev.baton.conversation.OrderKind;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Token.Meaning;
import dev.baton.conversation.Token.StepResult.BotSaid;
import dev.baton.conversation.Transcript.Cause;
import dev.baton.conversation.Turns;
import dev.baton.dispatch.Performer.Settlement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The chat loop's calls: start the session, send the customer's messages. */
final class TalkToBot {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Bots bots;
  private final Conversations conversations;
  private final Inbox inbox;
  private final Orders orders;
  private final Turns turns;
  private final Greetings greetings;
  private final BotAnswers answers;
  private final Start start = new Start();
  private final Message message = new Message();

  TalkToBot(
      Bots bots,
      Conversations conversations,
      Inbox inbox,
      Orders orders,
      Turns turns,
      Greetings greetings,
      BotAnswers answers) {
    this.bots = bots;
    this.conversations = conversations;
    this.inbox = inbox;
    this.orders = orders;
    this.turns = turns;
    this.greetings = greetings;
    this.answers = answers;
  }

  List<Performer> performers() {
    return List.of(start, message);
  }

  /** Sends the message of a turn that was just begun. */
  CompletableFuture<Settlement> send(Turns.Taken turn) {
    return message.send(turn.order(), turn.conversation(), turn.message(), turn.reply());
  }

  private final class Start implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.BOT_START;
    }

    @Override
    public Set<String> systems(Order order, Conversation conversation) {
      return Set.of(Bots.system(conversation.botId()));
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      StartSession start =
          new StartSession(
              conversation.botId(),
              externalKey(conversation.key()),
              conversation.openingText(),
              variables(conversation.variables()),
              List.of(),
              null);
      return bots.start(start)
          .thenApply(answer -> (locked, awaited) -> started(locked, answer, awaited));
    }

    private BotSaid started(Conversation conversation, BotAnswer answer, boolean awaited) {
      String key = conversation.key();
      // Told before those who would read it.
      conversations.tell(conversation, BotAnswers.reply(answer), greetings.of(key));
      conversations.sessionStarted(
          key, Objects.requireNonNull(answer.sessionId()), answer.runtimeCrc());
      Meaning meaning = take(conversation, answer, Cause.START, null, awaited);
      if (!awaited && meaning != Meaning.ENDED) {
        // The customer left while the session was being started: nobody else will end it.
        orders.placeEnd(key);
      }
      return new BotSaid(meaning);
    }
  }

  private final class Message implements Performer {

    @Override
    public OrderKind kind() {
      return OrderKind.BOT_MESSAGE;
    }

    @Override
    public Set<String> systems(Order order, Conversation conversation) {
      return Set.of(Bots.system(conversation.botId()));
    }

    @Override
    public CompletableFuture<Settlement> perform(Order order, Conversation conversation) {
      InboxMessage message = inbox.byId(Objects.requireNonNull(order.inboxId()));
      return send(order, conversation, message, new CompletableFuture<>());
    }

    CompletableFuture<Settlement> send(
        Order order,
        Conversation conversation,
        InboxMessage message,
        CompletableFuture<Optional<Turns.Reply>> asked) {
      return bots.send(conversation, toBot(order, message))
          .<Settlement>thenApply(answer -> new Answered(order, message.id(), answer, asked))
          .exceptionally(
              e -> ifGone(e, (locked, awaited) -> gone(locked, message.id(), order.repeated())));
    }

    /** The bot answered. */
    private final class Answered implements Settlement {

      private final Order order;
      private final long inboxId;
      private final BotAnswer answer;
      private final CompletableFuture<Optional<Turns.Reply>> asked;

      Answered(
          Order order,
          long inboxId,
          BotAnswer answer,
          CompletableFuture<Optional<Turns.Reply>> asked) {
        this.order = order;
        this.inboxId = inboxId;
        this.answer = answer;
        this.asked = asked;
      }

      @Override
      public CompletableFuture<Boolean> together() {
        return goesRound()
            ? turns.answeredTogether(order, BotAnswers.reply(answer), asked)
            : CompletableFuture.completedFuture(false);
      }

      @Override
      public boolean atOnce() {
        return goesRound() && turns.answered(order, BotAnswers.reply(answer), asked);
      }

      private boolean goesRound() {
        return order.isTurn() && BotAnswers.meaning(answer) == Meaning.GOES_ON;
      }

      @Override
      public BotSaid settle(Conversation conversation, boolean awaited) {
        // Told before those who would read it.
        conversations.tell(conversation, BotAnswers.reply(answer), asked);
        inbox.become(inboxId, InboxMessage.State.ANSWERED);
        if (conversation.failedTransfers() > 0) {
          conversations.failedTransfers(conversation.key(), 0);
        }
        return new BotSaid(take(conversation, answer, Cause.MESSAGE, inboxId, awaited));
      }
    }

    @Override
    public Optional<Settlement> givenUp(Order order, Fault fault) {
      return fault.kind() == Fault.Kind.REPETITION_REFUSED
          ? Optional.of((locked, awaited) -> countsAsSent(locked, order))
          : Optional.empty();
    }

    @Override
    public void leftInDoubt(Order order) {
      unconfirmed(order.conversationKey(), Objects.requireNonNull(order.inboxId()));
    }

    /** Counted as sent; the trail says that nobody knows. */
    private void unconfirmed(String key, long inboxId) {
      inbox.become(inboxId, InboxMessage.State.UNCONFIRMED);
      answers.lost(key, inboxId);
    }

    /** What the bot said to it is lost for good; the customer can say more. */
    private BotSaid countsAsSent(Conversation conversation, Order order) {
      unconfirmed(conversation.key(), Objects.requireNonNull(order.inboxId()));
      return new BotSaid(Meaning.GOES_ON);
    }

    /** A repeated message may itself have ended the session. */
    private BotSaid gone(Conversation conversation, long inboxId, boolean repeated) {
      if (repeated) {
        unconfirmed(conversation.key(), inboxId);
      } else {
        inbox.become(inboxId, InboxMessage.State.UNDELIVERED);
      }
      conversations.sessionOver(conversation.key());
      conversations.over(conversation.key(), ConversationState.ENDED, conversation.endReason());
      return new BotSaid(Meaning.GONE);
    }
  }

  private Meaning take(
      Conversation conversation,
      BotAnswer answer,
      Cause cause,
      @Nullable Long inboxId,
      boolean awaited) {
    return awaited
        ? answers.take(conversation.key(), answer, cause, inboxId)
        : answers.keep(conversation.key(), answer, cause, inboxId);
  }

  private static SessionMessage toBot(Order order, InboxMessage message) {
    long sequenceId = Objects.requireNonNull(order.sequenceId());
    String text = message.text();
    return text != null
        ? new SessionMessage.Text(sequenceId, null, text)
        : new SessionMessage.Choice(sequenceId, null, Objects.requireNonNull(message.choiceId()));
  }

  /** A session that the bot no longer knows is an outcome; every other failure stays one. */
  static <T> T ifGone(Throwable failure, T gone) {
    Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
    if (cause instanceof BotsException.SessionGone) {
      return gone;
    }
    throw failure instanceof CompletionException e ? e : new CompletionException(failure);
  }

  /** The Bots API wants a UUID; the same conversation always has the same. */
  static UUID externalKey(String key) {
    return UUID.nameUUIDFromBytes(("baton/" + key).getBytes(StandardCharsets.UTF_8));
  }

  /** A conversation's variables. */
  static List<Variable> variables(String json) {
    List<Variable> variables = new ArrayList<>();
    try {
      for (JsonNode variable : JSON.readTree(json)) {
        variables.add(Variable.read((ObjectNode) variable));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The variables cannot be read.", e);
    }
    return variables;
  }
}
