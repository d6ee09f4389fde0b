package dev.baton.engine;

import static dev.baton.engine.TaskType.Form.BEAN;
import static dev.baton.engine.TaskType.Form.TOPIC;

import dev.baton.conversation.OrderKind;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Baton's steps, for processes of anybody's own: the one table from which processes are checked
 * when they are deployed and from which {@code docs/task-types.md} is written.
 */
@SuppressWarnings(
    "ImmutableEnumChecker") // The lists are immutable, though their type does not say so.
public enum TaskType {
  OPEN_CONVERSATION(
      "Open the conversation",
      BEAN,
      "batonOpenConversation",
      "Takes the process's business key as the key of a new conversation; without one, the process"
          + " instance's id. Takes `text` and `variables` out of the process. Every other step needs"
          + " it before it.",
      List.of(),
      List.of(
          new Data(BotConversation.BOT_ID, "whom to talk with; without it the configured bot"),
          new Data(BotConversation.TEXT, "the customer's first words; may be missing"),
          new Data(
              BotConversation.VARIABLES,
              "variables for the bot, a JSON array as the Bots API has it; may be missing"),
          new Data(
              BotConversation.SILENCE,
              "how long the customer may be silent, ISO 8601; without it as configured"),
          new Data(
              BotConversation.PATIENCE,
              "how long a round of offers may take, ISO 8601; without it as the routing policy says,"
                  + " or as configured")),
      List.of(
          new Data(
              BotConversation.IS_NEW,
              "`false` when the key is taken: lead that to an end, or have the start refused at the"
                  + " next of Baton's steps"),
          new Data(BotConversation.SILENCE, "a duration, for a timer")),
      "A variable that cannot be read refuses the start, in words."),

  BOT_START(
      "Start session with the bot",
      OrderKind.BOT_START,
      "Asks the bot for the conversation's session, once per conversation. What the bot says is for"
          + " the channel; the process hears what it means.",
      List.of(OPEN_CONVERSATION),
      List.of(),
      List.of(new Data(BotConversation.BOT_SAID, "`goes-on`, `escalated` or `ended`")),
      "An incident when the bot cannot be reached for minutes, or refuses."),

  TAKE_NEXT_MESSAGE(
      "Take the next message",
      BEAN,
      "batonTakeNextMessage",
      "Takes the oldest message out of the conversation's inbox, for \"Send the message to the bot\"."
          + " When there is none, wait for the message `customer-message-arrived` and look again."
          + " `botSaid` is gone then: read it before.",
      List.of(OPEN_CONVERSATION),
      List.of(),
      List.of(new Data(BotConversation.MESSAGE_WAITING, "`true` when there was one")),
      "None."),

  BOT_MESSAGE(
      "Send the message to the bot",
      OrderKind.BOT_MESSAGE,
      "Sends the message that was taken. With `escalated` the bot waits to be told of the transfer;"
          + " until then it takes no message.",
      List.of(BOT_START, TAKE_NEXT_MESSAGE),
      List.of(),
      List.of(
          new Data(
              BotConversation.BOT_SAID,
              "`goes-on`, `escalated`, `ended`, or `gone` when the bot no longer knows the session")),
      "An incident when the bot cannot be reached for minutes, or refuses. Refuses to begin when no"
          + " message was taken."),

  TAKE_UP_ESCALATION(
      "Take up the escalation",
      BEAN,
      "batonTakeUpEscalation",
      "Marks where a transfer begins. Attach the undo of the transfer here, if it is modelled as a"
          + " transaction; otherwise the step can be left out.",
      List.of(OPEN_CONVERSATION),
      List.of(),
      List.of(
          new Data(BotConversation.WINNER, "`null`"),
          new Data(BotConversation.OFFERS_OPEN, "`false`")),
      "None."),

  TARGET_AVAILABILITY(
      "Ask who is available",
      OrderKind.TARGET_AVAILABILITY,
      "Asks all targets of the escalation whether somebody is there, for the routing policy. Without"
          + " this step, or when there is only one, each is asked just before it is offered the"
          + " session. Done at once when there is only one, or none of them can tell.",
      List.of(BOT_START),
      List.of(),
      List.of(),
      "None: a target that does not answer within seconds counts as unknown."),

  APPLY_POLICY(
      "Apply the routing policy",
      BEAN,
      "batonApplyRoutingPolicy",
      "Decides by the latest version of the [routing policy](policy.md) whom to ask, in which order"
          + " and for how long. Without this step \"Choose whom to ask next\" does it at the first"
          + " round.",
      List.of(BOT_START),
      List.of(
          new Data(
              BotConversation.STRATEGY,
              "`ordered` or `race`; without it as the policy says, or as configured")),
      List.of(),
      "An incident of type `routingPolicy` that stops nothing, when the policy cannot be applied:"
          + " then everything is as configured. Refuses when the bot did not escalate."),

  CHOOSE_NEXT_ROUND(
      "Choose whom to ask next",
      BEAN,
      "batonChooseNextRound",
      "Begins the next round of offers, and gives it its share of the time that the customer's"
          + " deadline leaves.",
      List.of(BOT_START),
      List.of(),
      List.of(
          new Data(BotConversation.PATIENCE, "how long the round may take, for a timer"),
          new Data(
              BotConversation.ANYONE_LEFT,
              "`false` when everybody was asked, time is up, or the customer cancelled the transfer"),
          new Data(BotConversation.WINNER, "`null`"),
          new Data(BotConversation.OFFERS_OPEN, "as `anyoneLeft`")),
      "Refuses when the bot did not escalate."),

  TARGET_OFFER(
      "Offer to the target",
      OrderKind.TARGET_OFFER,
      "Offers the session to one target and waits for the answer, however long that takes: give it a"
          + " timer. Multi-instance, or in a multi-instance subprocess: collection"
          + " `${batonRoundOffers.of(execution)}`, element variable `offer`, and as completion"
          + " condition `${winner != null}`.",
      List.of(CHOOSE_NEXT_ROUND),
      List.of(new Data(BotConversation.OFFER, "the offer, from the multi-instance")),
      List.of(
          new Data(BotConversation.WINNER, "the offer that was accepted; `null` while none was"),
          new Data(BotConversation.OFFERS_OPEN, "whether a target may still accept"),
          new Data(BotConversation.TARGET_TYPE, "in the attempt only: the target's type"),
          new Data(BotConversation.TARGET_VALUE, "in the attempt only: the target's value")),
      "None: a target that cannot be asked counts as one that did not take it."),

  TARGET_WITHDRAW(
      "Withdraw what is still open",
      OrderKind.TARGET_WITHDRAW,
      "Takes back every offer that is still open; done at once when there is none. A target that"
          + " accepted just before has the conversation, unless another one was faster.",
      List.of(OPEN_CONVERSATION),
      List.of(),
      List.of(
          new Data(BotConversation.WINNER, "the offer that was accepted; `null` when none was"),
          new Data(BotConversation.OFFERS_OPEN, "`false`")),
      "During a transfer none: after a while it goes on, with the outcome `in-doubt`, and the offers"
          + " are taken back in the background. After it, an incident when a target cannot be reached"
          + " for minutes."),

  BOT_TRANSFER_SUCCEEDED(
      "Tell the bot: transfer succeeded",
      OrderKind.BOT_TRANSFER_SUCCEEDED,
      "Tells the bot that somebody has the conversation, be it a target of Baton's or somebody whom"
          + " the process found by other means. Once per escalation.",
      List.of(BOT_START),
      List.of(),
      List.of(),
      "An incident when the bot cannot be reached for minutes, or did not escalate."),

  BOT_TRANSFER_FAILED(
      "Tell the bot: transfer failed",
      OrderKind.BOT_TRANSFER_FAILED,
      "Tells the bot that nobody has the conversation, and brings back what it says to that. Once per"
          + " escalation.",
      List.of(BOT_START),
      List.of(),
      List.of(
          new Data(BotConversation.BOT_SAID, "`goes-on`, `escalated`, `ended` or `gone`"),
          new Data(
              BotConversation.AFTER_FAILURE,
              "as configured: `back-to-bot`, or `end`, with which the conversation is over for the"
                  + " channel. After the customer cancelled: `back-to-bot`")),
      "An incident when the bot cannot be reached for minutes, or did not escalate."),

  TARGET_DELIVER(
      "Pass on what was typed meanwhile",
      OrderKind.TARGET_DELIVER,
      "Gives the winner one message that the customer wrote during the transfer; done at once when"
          + " there is none. Repeat it while `messagesHeld`. When none is left the conversation is `transferred`, and no message is"
          + " accepted any more. A bot gets nothing here: what was typed stays in the inbox, to be"
          + " taken when the talk goes on with it.",
      List.of(TARGET_OFFER),
      List.of(new Data(BotConversation.WINNER, "who has the conversation")),
      List.of(new Data(BotConversation.MESSAGES_HELD, "whether there is another")),
      "An incident when the target cannot be reached for minutes."),

  BOT_END(
      "End the bot's session",
      OrderKind.BOT_END,
      "Ends the session; done at once when it is over already. With that the conversation is over for"
          + " the channel, though the process may go on. Unless another bot has it: then the"
          + " conversation is in that bot's session from here on, and the process has to lead back to"
          + " the talk. What a process leaves behind when it ends, a session or open offers, Baton"
          + " ends by itself.",
      List.of(BOT_START),
      List.of(),
      List.of(
          new Data(BotConversation.ANOTHER_BOT, "whether the talk goes on with another bot"),
          new Data(
              BotConversation.BOT_SAID,
              "with another bot, what its first words mean: `goes-on` or `escalated`"),
          new Data(BotConversation.BOT_ID, "with another bot, which one")),
      "An incident when the bot cannot be reached for minutes. A session that the bot does not know"
          + " counts as ended.");

  /** How a step is written in BPMN. */
  public enum Form {
    /** A service or send task of type external, with a topic. */
    TOPIC,
    /** A task's delegate expression. */
    BEAN
  }

  /**
   * A variable that a step reads or sets.
   *
   * @param says what it tells, for people
   */
  public record Data(ProcessVariable<?> variable, String says) {}

  private final String label;
  private final Form form;
  private final String written;
  private final String does;
  private final List<TaskType> needs;
  private final List<Data> reads;
  private final List<Data> sets;
  private final String fails;

  TaskType(
      String label,
      Form form,
      String written,
      String does,
      List<TaskType> needs,
      List<Data> reads,
      List<Data> sets,
      String fails) {
    this.label = label;
    this.form = form;
    this.written = written;
    this.does = does;
    this.needs = needs;
    this.reads = reads;
    this.sets = sets;
    this.fails = fails;
  }

  TaskType(
      String label,
      OrderKind order,
      String does,
      List<TaskType> needs,
      List<Data> reads,
      List<Data> sets,
      String fails) {
    this(label, TOPIC, order.topic(), does, needs, reads, sets, fails);
  }

  /** The name for people. */
  public String label() {
    return label;
  }

  /** How it is written in BPMN. */
  public Form form() {
    return form;
  }

  /** The topic, or the bean's name. */
  public String written() {
    return written;
  }

  /** What it does. */
  public String does() {
    return does;
  }

  /** The steps that the same process has to have, because they prepare this one. */
  public List<TaskType> needs() {
    return needs;
  }

  /** The variables that it reads. */
  public List<Data> reads() {
    return reads;
  }

  /** The variables that it sets. */
  public List<Data> sets() {
    return sets;
  }

  /** What goes wrong, and how that shows. */
  public String fails() {
    return fails;
  }

  /** Whether a result lives only until the next wait state, so that a gateway has to follow. */
  public boolean passes() {
    return sets.stream().anyMatch(data -> data.variable().transientOnly());
  }

  /** The step of a topic. */
  public static Optional<TaskType> ofTopic(String topic) {
    return all(TOPIC).filter(type -> type.written.equals(topic)).findAny();
  }

  /** The step of a bean. */
  public static Optional<TaskType> ofBean(String bean) {
    return all(BEAN).filter(type -> type.written.equals(bean)).findAny();
  }

  /** The steps that are written in this form. */
  public static Stream<TaskType> all(Form form) {
    return Arrays.stream(values()).filter(type -> type.form == form);
  }
}
