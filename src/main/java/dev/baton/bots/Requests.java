package dev.baton.bots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Request bodies. The server answers 400 to any member it does not expect, empty ones too. */
final class Requests {

  private Requests() {}

  static ObjectNode start(StartSession start, BotsSettings settings) {
    ObjectNode body =
        Json.object().put("externalSessionKey", start.externalSessionKey().toString());
    if (start.text() != null) {
      body.putObject("message").put("text", start.text());
    }
    body.putObject("forceConfig").put("endpoint", settings.forceConfigEndpoint());
    addResponseOptions(body, settings);
    if (start.timeZone() != null) {
      body.put("tz", start.timeZone());
    }
    if (!start.variables().isEmpty()) {
      addVariables(body, start.variables());
    }
    if (!start.referrers().isEmpty()) {
      var referrers = body.putArray("referrers");
      start
          .referrers()
          .forEach(
              from -> referrers.addObject().put("type", from.type()).put("value", from.value()));
    }
    return body;
  }

  static ObjectNode message(SessionMessage message, BotsSettings settings) {
    ObjectNode body = Json.object();
    ObjectNode json = body.putObject("message");
    String inReplyTo = null;
    if (message instanceof SessionMessage.Text text) {
      begin(json, "text", message).put("text", text.text());
      inReplyTo = text.inReplyTo();
    } else if (message instanceof SessionMessage.Choice choice) {
      begin(json, "choice", message).put("choiceId", choice.choiceId());
      inReplyTo = choice.inReplyTo();
    } else if (message instanceof SessionMessage.ChoiceAt choice) {
      begin(json, "choice", message)
          .put("choiceIndex", choice.position() + settings.version().firstChoiceIndex);
      inReplyTo = choice.inReplyTo();
    } else if (message instanceof SessionMessage.Redirect redirect) {
      begin(json, "redirect", message).put("dialogId", redirect.dialogId());
    } else if (message instanceof SessionMessage.TransferSucceeded succeeded) {
      begin(json, "transferSucceeded", message);
      inReplyTo = succeeded.inReplyTo();
    } else if (message instanceof SessionMessage.TransferFailed failed) {
      begin(json, "transferFailed", message).put("reason", failed.reason().wireName());
      if (failed.description() != null) {
        json.put("description", failed.description());
      }
      inReplyTo = failed.inReplyTo();
    } else if (message instanceof SessionMessage.SetVariables set) {
      addVariables(begin(json, "setVariables", message), set.variables());
    }
    if (inReplyTo != null) {
      json.put("inReplyToMessageId", inReplyTo);
    }
    addResponseOptions(body, settings);
    return body;
  }

  private static ObjectNode begin(ObjectNode json, String type, SessionMessage message) {
    return json.put("type", type).put("sequenceId", message.sequenceId());
  }

  private static void addVariables(ObjectNode json, List<Variable> variables) {
    var array = json.putArray("variables");
    variables.forEach(variable -> array.add(variable.toJson()));
  }

  private static void addResponseOptions(ObjectNode body, BotsSettings settings) {
    if (settings.withVariables()) {
      body.putObject("responseOptions")
          .putObject("variables")
          .put("include", true)
          .put("onlyChanged", false);
    }
  }
}
