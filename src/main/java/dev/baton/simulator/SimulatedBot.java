package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The demo bot of Salesforce's guide: a menu of four, two of which answer, one hands over, one
 * ends. Holds no state: the session does.
 */
final class SimulatedBot {

  private final String id;
  private final Script.Bot script;
  private final BotsVersion version;

  SimulatedBot(String id, Script.Bot script, BotsVersion version) {
    this.id = id;
    this.script = script;
    this.version = version;
  }

  /**
   * What the bot says, and what that does to the session.
   *
   * @param escalateId the id of the escalate message, when the bot now waits for a report
   */
  record Turn(List<JsonNode> messages, @Nullable String escalateId, boolean ended) {}

  private enum Entry {
    ORDER_STATUS(1, "Order Status"),
    QUESTIONS(2, "Frequently Asked Questions"),
    TRANSFER(3, "Transfer To Agent"),
    END(4, "End Chat");

    private final int number;
    private final String label;

    Entry(int number, String label) {
      this.number = number;
      this.label = label;
    }

    String alias() {
      return Integer.toString(number);
    }
  }

  Turn start() {
    return switch (script.onStart()) {
      case GREET ->
          said(text("Hi! I'm the " + script.label() + ". What can I do for you?"), menu());
      case ESCALATE -> escalate(script.targets());
      case END -> end("Error", text("The " + script.label() + " cannot talk right now."));
    };
  }

  /** A label in whatever case, an alias, or anything else. */
  Turn hear(String words) {
    String asked = words.strip();
    return Arrays.stream(Entry.values())
        .filter(e -> e.label.equalsIgnoreCase(asked) || e.alias().equals(asked))
        .findFirst()
        .map(this::chosen)
        .orElseGet(this::puzzled);
  }

  Turn choose(@Nullable String choiceId, @Nullable Long index) {
    Optional<Entry> entry =
        Arrays.stream(Entry.values())
            .filter(
                e ->
                    choiceId == null
                        ? index != null && index - version.firstChoiceIndex == e.number - 1
                        : choiceId.equals(choiceId(e)))
            .findFirst();
    return entry.map(this::chosen).orElseGet(this::puzzled);
  }

  Turn redirect() {
    return said(text("Here is the menu again."), menu());
  }

  Turn transferSucceeded() {
    return script.transferSucceeded() == Script.OnSuccess.EMPTY_TEXT ? said(text("")) : said();
  }

  /**
   * The transfer came to nothing.
   *
   * @param nth which failure of the session this is, from 0; the last scripted reaction repeats
   */
  Turn transferFailed(int nth) {
    List<Script.OnFailure> reactions = script.transferFailed();
    Script.OnFailure reaction =
        reactions.isEmpty()
            ? Script.OnFailure.TEXT
            : reactions.get(Math.min(nth, reactions.size() - 1));
    return switch (reaction) {
      case TEXT -> said(text("Sorry, no agent is available."), menu());
      case SESSION_ENDED -> end("TransferFailedNotConfigured");
      case ESCALATE -> escalate(script.transferFailedTargets());
    };
  }

  Turn nothing() {
    return new Turn(List.of(), null, false);
  }

  static ObjectNode sessionEnded(String reason) {
    return message("sessionEnded").put("reason", reason);
  }

  private Turn chosen(Entry entry) {
    return switch (entry) {
      case ORDER_STATUS -> said(text("Your order is on its way and arrives tomorrow."), menu());
      case QUESTIONS -> said(text("We are open from 9 to 5, Monday to Friday."), menu());
      case TRANSFER -> escalate(script.targets());
      case END -> end("Action", text("Goodbye!"));
    };
  }

  private Turn puzzled() {
    return said(text("Sorry, I didn't understand that. Please choose one of these."), menu());
  }

  private Turn escalate(List<Script.Target> targets) {
    ObjectNode moment = text("One moment, I'll transfer you to an agent.");
    moment.putObject("schedule").put("responseDelayMilliseconds", 1200);
    ObjectNode escalate = message("escalate");
    ArrayNode list = escalate.putArray("targets");
    targets.forEach(t -> list.addObject().put("type", t.type()).put("value", t.value()));
    return turn(escalate.path("id").asText(), false, List.of(moment, escalate));
  }

  private Turn end(String reason, ObjectNode... first) {
    List<ObjectNode> messages = new ArrayList<>(List.of(first));
    messages.add(sessionEnded(reason));
    return turn(null, true, messages);
  }

  private Turn said(ObjectNode... messages) {
    return turn(null, false, List.of(messages));
  }

  private Turn turn(@Nullable String escalateId, boolean ended, List<ObjectNode> said) {
    List<JsonNode> messages = new ArrayList<>(said);
    messages.addAll(script.extraMessages());
    return new Turn(messages, escalateId, ended);
  }

  private ObjectNode text(String text) {
    return withFeedback(message("text").put("text", text));
  }

  private ObjectNode menu() {
    ObjectNode menu = message("choices");
    ArrayNode choices = menu.putArray("choices");
    for (Entry e : Entry.values()) {
      choices.addObject().put("label", e.label).put("alias", e.alias()).put("id", choiceId(e));
    }
    return withFeedback(menu.put("widget", "buttons"));
  }

  /** The same in every session of one bot, as ids of a definition are. */
  private String choiceId(Entry entry) {
    byte[] name = (id + "/" + entry.label).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(name).toString();
  }

  private ObjectNode withFeedback(ObjectNode message) {
    return version.feedbackIds ? message.put("feedbackId", UUID.randomUUID().toString()) : message;
  }

  private static ObjectNode message(String type) {
    return Json.object().put("type", type).put("id", UUID.randomUUID().toString());
  }
}
