package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The Bots API's paths and headers. */
final class BotsEndpoint implements Endpoint {

  private static final Set<String> END_REASONS =
      Set.of("UserRequest", "Transfer", "Expiration", "Error", "Other");

  private final ScriptBook script;
  private final Tokens tokens;
  private final BotSessions sessions;
  private final Clock clock;

  BotsEndpoint(ScriptBook script, Tokens tokens, BotSessions sessions, Clock clock) {
    this.script = script;
    this.tokens = tokens;
    this.sessions = sessions;
    this.clock = clock;
  }

  @Override
  public boolean serves(Call call) {
    String first = call.segment(0);
    return first.equals("status")
        || first.equals("versions")
        || first.matches("v\\d+\\.\\d+\\.\\d+");
  }

  @Override
  public Answer error(Call call, int status, @Nullable String code, @Nullable String message) {
    return BotsErrors.of(call, clock, status, code, message);
  }

  @Override
  public Reply handle(Call call, Journal.Entry entry) {
    try {
      Reply reply = route(call, entry);
      String requestId = call.header("X-Request-ID");
      return requestId == null
          ? reply
          : new Reply(
              reply.answer().with("X-Request-ID", requestId),
              reply.delayMs(),
              reply.beforeSending());
    } catch (BadJson e) {
      throw new Refusal(error(call, 400, "BadRequestError", e.words()));
    } catch (Refusal e) {
      throw new Refusal(BotsErrors.complete(call, clock, e.answer()));
    }
  }

  private Reply route(Call call, Journal.Entry entry) {
    int length = call.segments().size();
    if (length == 1 && call.segment(0).equals("status")) {
      requireMethod(call, "GET");
      return Reply.now(Answer.json(200, Json.object().put("status", "UP")));
    }
    if (length == 1 && call.segment(0).equals("versions")) {
      requireMethod(call, "GET");
      return Reply.now(Answer.json(200, versions()));
    }
    BotsVersion version = BotsVersion.of(call.segment(0)).orElseThrow(() -> nothingAt(call));
    if (length == 4 && call.segment(1).equals("bots") && call.segment(3).equals("sessions")) {
      requireMethod(call, "POST");
      checkHeaders(call, entry);
      BotRequest.Start start = BotRequest.start(json(call), version);
      entry.once("externalSessionKey", start.externalSessionKey());
      return sessions.start(version, call.segment(2), start, entry);
    }
    if (length == 4 && call.segment(1).equals("sessions") && call.segment(3).equals("messages")) {
      requireMethod(call, "POST");
      BotSession session = session(call, entry);
      JsonNode body = json(call);
      BotRequest.Continue next = BotRequest.next(body, version);
      return sessions.next(version, session, next, body, call.header("X-Runtime-CRC"), entry);
    }
    if (length == 3 && call.segment(1).equals("sessions")) {
      requireMethod(call, "DELETE");
      BotSession session = session(call, entry);
      String reason = call.header("X-Session-End-Reason");
      if (reason == null || !END_REASONS.contains(reason)) {
        throw bad("X-Session-End-Reason must be one of " + String.join(", ", END_REASONS));
      }
      if (!call.body().isEmpty()) {
        throw bad("DELETE takes no body");
      }
      return sessions.end(version, session, call.header("X-Runtime-CRC"), entry);
    }
    throw nothingAt(call);
  }

  private BotSession session(Call call, Journal.Entry entry) {
    entry.note("session", call.segment(2));
    checkHeaders(call, entry);
    return sessions.find(call.segment(2));
  }

  private void checkHeaders(Call call, Journal.Entry entry) {
    if (!tokens.good(call.bearer())) {
      throw BotsErrors.refuse(401, "UnauthorizedError", "The access token is missing or invalid");
    }
    String orgId = call.header("X-Org-Id");
    if (orgId == null || orgId.isBlank()) {
      throw BotsErrors.refuse(401, "UnauthorizedError", "X-Org-Id is missing");
    }
    if (orgId.length() != 18 || Ids.normalise(orgId).isEmpty()) {
      throw bad("X-Org-Id must be an id of 18 characters");
    }
    if (!orgId.equals(script.now().org().id())) {
      throw BotsErrors.refuse(404, "NotFoundError", "No org " + orgId);
    }
    String requestId = call.header("X-Request-ID");
    if (requestId == null || !BotRequest.isUuid(requestId)) {
      throw bad("X-Request-ID must be a UUID");
    }
    entry.once("requestId", requestId);
  }

  private static JsonNode json(Call call) {
    String type = call.header("Content-Type");
    if (type == null || !type.startsWith("application/json")) {
      throw bad("Content-Type must be application/json");
    }
    return Json.parse(call.body());
  }

  private static void requireMethod(Call call, String method) {
    if (!call.method().equals(method)) {
      throw BotsErrors.refuse(405, "MethodNotAllowedError", "Only " + method + " is served here");
    }
  }

  private static Refusal bad(String words) {
    return BotsErrors.refuse(400, "BadRequestError", words);
  }

  private static Refusal nothingAt(Call call) {
    return BotsErrors.refuse(404, "NotFoundError", "Nothing is served at " + call.path());
  }

  private static ObjectNode versions() {
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("versions");
    list.addObject().put("versionNumber", "4.0.0").put("status", "DEPRECATED");
    for (BotsVersion version : BotsVersion.values()) {
      list.addObject().put("versionNumber", version.number).put("status", "ACTIVE");
    }
    return answer;
  }
}
