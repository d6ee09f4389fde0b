package dev.baton.api;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.baton.api.ConversationView.CallView;
import dev.baton.api.ConversationView.LineView;
import dev.baton.api.ConversationView.TransferView;
import dev.baton.api.ConversationView.WaitingView;
import dev.baton.conversation.Conversation;
import dev.baton.conversation.ConversationState;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.InboxMessage;
import dev.baton.conversation.InboxMessage.State;
import dev.baton.conversation.Offers;
import dev.baton.conversation.Order;
import dev.baton.conversation.Orders;
import dev.baton.conversation.Refusal;
import dev.baton.conversation.Transcript;
import dev.baton.conversation.Transfers;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads what was committed, for channels. Each read is short and holds its connection no longer
 * than it takes. Thread-safe.
 */
final class Views {

  private final Conversations conversations;
  private final Inbox inbox;
  private final Transcript transcript;
  private final Transfers transfers;
  private final Orders orders;
  private final Offers offers;

  Views(
      Conversations conversations,
      Inbox inbox,
      Transcript transcript,
      Transfers transfers,
      Offers offers,
      Orders orders) {
    this.conversations = conversations;
    this.inbox = inbox;
    this.transcript = transcript;
    this.transfers = transfers;
    this.orders = orders;
    this.offers = offers;
  }

  /** What the bot said at the start of the conversation. */
  Greeting greeting(String key) {
    Conversation conversation = conversation(key);
    boolean pending =
        conversation.sessionId() == null
            && conversation.visibleState() == ConversationState.TALKING;
    return new Greeting(
        key, conversation.visibleState().code(), raw(transcript.greeting(key)), pending);
  }

  /** What the bot said to a message. */
  Turn turn(String key, String messageId) {
    InboxMessage message = message(key, messageId);
    while (true) {
      Conversation conversation = conversation(key);
      InboxMessage now = message(key, messageId);
      // The two rows are read one after the other: only if the message is as it was before do they
      // tell of the same moment. It changes a few times in its life, so this ends.
      if (now.state() == message.state()) {
        return turn(conversation, now);
      }
      message = now;
    }
  }

  private Turn turn(Conversation conversation, InboxMessage message) {
    boolean underWay = message.state() == State.WAITING || message.state() == State.SENDING;
    ConversationState state = conversation.visibleState();
    return new Turn(
        state.code(),
        raw(transcript.answersTo(conversation.key(), message.id())),
        underWay && state == ConversationState.TALKING);
  }

  /** All there is to be seen of the conversation. */
  ConversationView conversationView(String key) {
    Conversation conversation = conversation(key);
    List<Order> underWay = orders.open(key);
    return new ConversationView(
        key,
        conversation.visibleState().code(),
        transcript.all(key).stream().map(LineView::of).toList(),
        transfers.all(key).stream()
            .map(transfer -> TransferView.of(transfer, offers.of(transfer)))
            .toList(),
        underWay.stream().map(CallView::of).toList(),
        underWay.stream()
            .flatMap(order -> Stream.ofNullable(order.parked()))
            .findFirst()
            .map(WaitingView::of)
            .orElse(null),
        inbox.undelivered(key));
  }

  private Conversation conversation(String key) {
    return conversations.find(key).orElseThrow(() -> Conversations.unknown(key));
  }

  private InboxMessage message(String key, String messageId) {
    return inbox
        .find(key, messageId)
        .orElseThrow(
            () -> {
              conversation(key);
              return new Refusal(
                  Refusal.Kind.UNKNOWN, "There is no message of that id in this conversation.");
            });
  }

  private static List<RawValue> raw(List<Transcript.Line> lines) {
    return lines.stream().map(line -> new RawValue(line.body())).toList();
  }
}
