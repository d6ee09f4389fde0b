package dev.baton.api;

import dev.baton.conversation.CustomerMessage;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Token;
import org.springframework.context.ApplicationContext;

/** What a channel's request does, without the request: for those who measure. Thread-safe. */
public final class Channel {

  private final Reception reception;
  private final Views views;
  private final Answers answers;

  /** To the application of this context. */
  public Channel(ApplicationContext context) {
    reception = context.getBean(Reception.class);
    views = context.getBean(Views.class);
    answers = context.getBean(Answers.class);
  }

  /** Begins a conversation; returns with the bot's greeting. */
  public void begin(String key) {
    var begun = reception.begin(key, new Token.Opening(null, null, null));
    var told = begun.greeting().thenApply(reply -> reply.map(said -> Greeting.of(key, said)));
    require(
        !answers.await(key, told, () -> views.greeting(key), Greeting::pending).join().pending());
  }

  /** The customer writes; returns with the bot's answer. */
  public void say(String key, String id, String text) {
    var accepted = reception.receive(key, new CustomerMessage(id, text, null));
    var told = accepted.reply().thenApply(reply -> reply.map(Turn::of));
    require(!answers.await(key, told, () -> views.turn(key, id), Turn::pending).join().pending());
  }

  private static void require(boolean answered) {
    if (!answered) {
      throw new IllegalStateException("The bot did not answer in time.");
    }
  }
}
