package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The bodies of the Bots API, read strictly: what the specification does not know is refused. */
final class BotRequest {

  private static final Set<String> REFERRERS =
      Set.of("Salesforce:Core:Bot:Id", "Salesforce:BotRuntime:Session:Id");

  private BotRequest() {}

  record Start(
      String externalSessionKey,
      @Nullable String text,
      List<ObjectNode> variables,
      Wanted wanted) {}

  record Continue(Message message, Wanted wanted) {}

  /** What the answer shall carry besides messages. */
  record Wanted(
      boolean variables,
      boolean onlyChanged,
      List<String> filter,
      boolean metrics,
      boolean intents,
      boolean entities) {
    static final Wanted NOTHING = new Wanted(false, false, List.of(), false, false, false);
  }

  sealed interface Message {
    long sequenceId();
  }

  record Text(long sequenceId, String text) implements Message {}

  record Choice(long sequenceId, @Nullable String id, @Nullable Long index) implements Message {}

  record Redirect(long sequenceId, String dialogId) implements Message {}

  record Succeeded(long sequenceId, @Nullable String inReplyTo) implements Message {}

  record Failed(long sequenceId, @Nullable String inReplyTo) implements Message {}

  record SetVariables(long sequenceId, List<ObjectNode> variables) implements Message {}

  static Start start(JsonNode body, BotsVersion version) {
    StrictObject in = StrictObject.of(body, "");
    String key = uuid(in, "externalSessionKey");
    in.object("forceConfig", BotRequest::forceConfig);
    String text = in.optionalObject("message", message -> message.text("text"));
    Wanted wanted = wanted(in);
    String tz = in.optionalText("tz");
    if (tz != null && !ZoneId.getAvailableZoneIds().contains(tz)) {
      throw in.wrong("tz", "a time zone");
    }
    List<ObjectNode> variables = variables(in);
    in.list("referrers", List.of(), BotRequest::referrer);
    if (version.richContent) {
      in.any("richContentCapabilities");
    }
    in.end();
    return new Start(key, text, variables, wanted);
  }

  static Continue next(JsonNode body, BotsVersion version) {
    StrictObject in = StrictObject.of(body, "");
    Message message = in.object("message", m -> message(m, version));
    Wanted wanted = wanted(in);
    in.end();
    return new Continue(message, wanted);
  }

  private static Message message(StrictObject in, BotsVersion version) {
    String type = in.text("type");
    long sequenceId = in.number("sequenceId");
    switch (type) {
      case "text" -> {
        inReplyTo(in);
        return new Text(sequenceId, in.text("text"));
      }
      case "choice" -> {
        inReplyTo(in);
        Choice choice =
            new Choice(sequenceId, in.optionalText("choiceId"), in.optionalNumber("choiceIndex"));
        if (choice.id() == null && choice.index() == null) {
          throw new BadJson("message needs choiceId or choiceIndex");
        }
        return choice;
      }
      case "redirect" -> {
        return new Redirect(sequenceId, in.text("dialogId"));
      }
      case "transferSucceeded" -> {
        return new Succeeded(sequenceId, inReplyTo(in));
      }
      case "transferFailed" -> {
        String reason = in.text("reason");
        if (!reason.equals("NoAgentAvailable") && !reason.equals("Error")) {
          throw in.wrong("reason", "NoAgentAvailable or Error");
        }
        in.optionalText("description");
        return new Failed(sequenceId, inReplyTo(in));
      }
      case "setVariables" -> {
        if (!version.setVariables) {
          throw in.wrong("type", "one that version " + version.number + " knows");
        }
        if (!in.has("variables")) {
          throw new BadJson("message.variables is missing");
        }
        return new SetVariables(sequenceId, variables(in));
      }
      default -> throw in.wrong("type", "a known type of message, not " + type);
    }
  }

  private static @Nullable String inReplyTo(StrictObject in) {
    return in.has("inReplyToMessageId") ? uuid(in, "inReplyToMessageId") : null;
  }

  private static String forceConfig(StrictObject in) {
    String endpoint = in.text("endpoint");
    try {
      if (URI.create(endpoint).isAbsolute()) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw in.wrong("endpoint", "an absolute URL");
  }

  private static Wanted wanted(StrictObject envelope) {
    Wanted wanted = envelope.optionalObject("responseOptions", BotRequest::options);
    return wanted == null ? Wanted.NOTHING : wanted;
  }

  private static Wanted options(StrictObject in) {
    Wanted variables = in.optionalObject("variables", BotRequest::variableOptions);
    Wanted base = variables == null ? Wanted.NOTHING : variables;
    return new Wanted(
        base.variables,
        base.onlyChanged,
        base.filter,
        in.flag("metrics", false),
        in.flag("intents", false),
        in.flag("entities", false));
  }

  private static Wanted variableOptions(StrictObject in) {
    return new Wanted(
        in.flag("include"), in.flag("onlyChanged"), in.texts("filter"), false, false, false);
  }

  private static String referrer(JsonNode item) {
    StrictObject in = StrictObject.of(item, "referrers[]");
    if (!REFERRERS.contains(in.text("type"))) {
      throw in.wrong("type", "one of " + String.join(", ", REFERRERS));
    }
    String value = in.text("value");
    in.end();
    return value;
  }

  private static List<ObjectNode> variables(StrictObject in) {
    return in.list("variables", List.of(), BotRequest::variable);
  }

  static ObjectNode variable(JsonNode item) {
    StrictObject in = StrictObject.of(item, "variables[]");
    String name = in.text("name");
    String type = in.text("type");
    if (!item.has("value")) {
      throw new BadJson("variables[].value is missing");
    }
    JsonNode value = in.any("value");
    in.end();
    if (value != null && !fits(type, value)) {
      throw new BadJson("variable " + name + " has no value of type " + type);
    }
    return item.deepCopy();
  }

  private static boolean fits(String type, JsonNode value) {
    return switch (type) {
      case "boolean" -> value.isBoolean();
      case "number" -> value.isNumber();
      case "text" -> value.isTextual();
      case "ref" -> value.isTextual() && Ids.normalise(value.textValue()).isPresent();
      case "money" -> value.isTextual() && value.textValue().matches("[A-Z]{3} -?\\d+(\\.\\d+)?");
      case "date" -> value.isTextual() && parses(() -> LocalDate.parse(value.textValue()));
      case "dateTime" -> value.isTextual() && parses(() -> LocalDateTime.parse(value.textValue()));
      case "object" -> value.isArray() && eachIsVariable(value);
      case "list" -> value.isArray() && eachIsObject(value);
      default -> throw new BadJson("variables[].type " + type + " is unknown");
    };
  }

  private static boolean eachIsVariable(JsonNode items) {
    items.forEach(BotRequest::variable);
    return true;
  }

  private static boolean eachIsObject(JsonNode items) {
    for (JsonNode item : items) {
      if (!item.isObject()) {
        return false;
      }
    }
    return true;
  }

  private static boolean parses(Runnable parser) {
    try {
      parser.run();
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static String uuid(StrictObject in, String name) {
    String text = in.text(name);
    if (!isUuid(text)) {
      throw in.wrong(name, "a UUID");
    }
    return text;
  }

  /** Stricter than {@link UUID#fromString}, which takes short groups. */
  static boolean isUuid(String text) {
    return text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  }
}
