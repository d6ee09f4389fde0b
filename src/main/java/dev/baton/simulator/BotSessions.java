package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All sessions: what starts, continues and ends them, once a request is known to be well formed.
 */
final class BotSessions {

  private final ScriptBook script;
  private final URI baseUrl;
  private final Clock clock;
  private final Map<String, BotSession> open = new ConcurrentHashMap<>();
  private final Set<String> gone = ConcurrentHashMap.newKeySet();
  private final Map<String, String> bots = new ConcurrentHashMap<>();

  BotSessions(ScriptBook script, URI baseUrl, Clock clock) {
    this.script = script;
    this.baseUrl = baseUrl;
    this.clock = clock;
  }

  Reply start(BotsVersion version, String botId, BotRequest.Start request, Journal.Entry entry) {
    String id = Ids.normalise(botId).orElse(botId);
    Script.Bot bot = script.now().bots().get(id);
    if (bot == null) {
      throw BotsErrors.refuse(404, "NotFoundError", "No bot " + botId);
    }
    BotSession session = new BotSession(id, clock.instant());
    session.set(request.variables());
    SimulatedBot.Turn turn = new SimulatedBot(id, bot, version).start();
    session.await(turn.escalateId());
    List<ObjectNode> changed = new ArrayList<>(request.variables());
    if (turn.escalateId() != null) {
      changed.addAll(bot.collects());
      session.set(bot.collects());
    }
    bots.put(session.id(), id);
    if (turn.ended()) {
      gone.add(session.id());
    } else {
      open.put(session.id(), session);
    }
    entry.note("session", session.id());
    entry.note("effect", "processed");
    ObjectNode answer = Json.object().put("sessionId", session.id());
    answer.setAll(answer(turn.messages(), null));
    wanted(answer, session, request.wanted(), changed);
    links(answer, version, session, baseUrl + "/v" + version.number + "/bots/" + id + "/sessions");
    return new Reply(
        Answer.json(200, answer).with("X-Runtime-CRC", session.crc()).with("X-Bot-Mode", "default"),
        bot.answerDelayMs(),
        () -> {});
  }

  /**
   * Looks up a session that can be talked to.
   *
   * @throws Refusal 404 or 410 for a session that is unknown, ended or expired
   */
  BotSession find(String sessionId) {
    Script.Sessions rules = script.now().sessions();
    BotSession session = open.get(sessionId);
    if (session != null && session.idleFor(rules.idleMs(), clock.instant())) {
      close(session);
      session = null;
    }
    if (session != null) {
      return session;
    }
    if (gone.contains(sessionId) && rules.goneStatus() == 410) {
      throw BotsErrors.refuse(410, "NotAvailableError", "The session is no longer valid");
    }
    throw BotsErrors.refuse(404, "NotFoundError", "No session " + sessionId);
  }

  /** The bot of a session, over or not; null for one that never was. */
  @Nullable String botOf(String sessionId) {
    return bots.get(sessionId);
  }

  Reply next(
      BotsVersion version,
      BotSession session,
      BotRequest.Continue request,
      JsonNode body,
      @Nullable String crc,
      Journal.Entry entry) {
    return exclusively(
        session,
        () -> {
          entry.once("sequenceId", session.id() + "#" + request.message().sequenceId());
          ObjectNode repeated = repeated(session, request.message().sequenceId(), body);
          String crcState = crcState(session, crc);
          entry.note("crc", crcState);
          if (repeated != null) {
            entry.note("effect", "replayed");
            return repeated;
          }
          rejectWrongCrc(crcState);
          ObjectNode answer = process(version, session, request);
          entry.note("effect", "processed");
          session.remember(request.message().sequenceId(), body, answer);
          session.rollCrc();
          return answer;
        });
  }

  Reply end(BotsVersion version, BotSession session, @Nullable String crc, Journal.Entry entry) {
    return exclusively(
        session,
        () -> {
          String crcState = crcState(session, crc);
          entry.note("crc", crcState);
          rejectWrongCrc(crcState);
          close(session);
          entry.note("effect", "processed");
          session.rollCrc();
          ObjectNode answer = answer(List.of(SimulatedBot.sessionEnded("ClientRequest")), null);
          links(answer, version, session, sessionUrl(version, session));
          return answer;
        });
  }

  /** Ends one session, or all where the id is null, as Salesforce does after days of silence. */
  int expire(@Nullable String sessionId) {
    List<BotSession> ending =
        open.values().stream().filter(s -> sessionId == null || s.id().equals(sessionId)).toList();
    ending.forEach(this::close);
    return ending.size();
  }

  private interface Work {
    ObjectNode run();
  }

  /** Works while the session is busy, which it stays until the answer is about to be sent. */
  private Reply exclusively(BotSession session, Work work) {
    if (!session.begin(clock.instant())) {
      throw BotsErrors.refuse(
          423, "ServerBusyError", "Server is busy and cannot process the request at this time");
    }
    try {
      // Somebody may have ended it between our look-up and our turn.
      if (!open.containsKey(session.id())) {
        throw BotsErrors.refuse(
            script.now().sessions().goneStatus(), "NotFoundError", "No session " + session.id());
      }
      Answer answer = Answer.json(200, work.run()).with("X-Runtime-CRC", session.crc());
      Script.Bot bot = script.now().bots().get(session.botId());
      return new Reply(answer, bot == null ? 0 : bot.answerDelayMs(), session::release);
    } catch (RuntimeException e) {
      session.release();
      throw e;
    }
  }

  /** The stored answer where a repeated sequenceId gets one, null where the request is new. */
  private @Nullable ObjectNode repeated(BotSession session, long sequenceId, JsonNode body) {
    if (!session.isBehind(sequenceId)) {
      return null;
    }
    return switch (script.now().sessions().repeatedSequence()) {
      case PROCESS_AGAIN -> null;
      case REJECT -> throw badSequence(sequenceId, "is not higher than the last one");
      case IDEMPOTENT -> {
        BotSession.Processed earlier =
            session
                .repeated(sequenceId)
                .orElseThrow(() -> badSequence(sequenceId, "is lower than the last one"));
        if (!earlier.request().equals(body)) {
          // A real server might swallow this; here it would hide a client that loses messages.
          throw badSequence(sequenceId, "was used for another message");
        }
        yield earlier.answer();
      }
    };
  }

  private static Refusal badSequence(long sequenceId, String words) {
    return BotsErrors.refuse(400, "BadRequestError", "sequenceId " + sequenceId + " " + words);
  }

  private ObjectNode process(BotsVersion version, BotSession session, BotRequest.Continue request) {
    Script.Bot botScript = script.now().bots().get(session.botId());
    if (botScript == null) {
      throw BotsErrors.refuse(
          422, "RequestProcessingException", "Cannot determine the active version for the bot");
    }
    SimulatedBot bot = new SimulatedBot(session.botId(), botScript, version);
    BotRequest.Message message = request.message();
    List<ObjectNode> changed = new ArrayList<>();
    if (message instanceof BotRequest.SetVariables set) {
      changed.addAll(set.variables());
    }
    SimulatedBot.Turn turn = turn(bot, session, message);
    if (turn.escalateId() != null) {
      session.await(turn.escalateId());
      changed.addAll(botScript.collects());
    }
    session.set(changed);
    if (turn.ended()) {
      close(session);
    }
    ObjectNode answer = answer(turn.messages(), message.sequenceId());
    wanted(answer, session, request.wanted(), changed);
    links(answer, version, session, sessionUrl(version, session) + "/messages");
    return answer;
  }

  private SimulatedBot.Turn turn(SimulatedBot bot, BotSession session, BotRequest.Message message) {
    if (message instanceof BotRequest.Succeeded report) {
      takeReport(session, report.inReplyTo());
      return bot.transferSucceeded();
    }
    if (message instanceof BotRequest.Failed report) {
      takeReport(session, report.inReplyTo());
      return bot.transferFailed(session.countFailure());
    }
    if (message instanceof BotRequest.SetVariables) {
      return bot.nothing();
    }
    if (session.awaitedReport() != null) {
      switch (script.now().sessions().whileTransferring()) {
        case REJECT ->
            throw BotsErrors.refuse(
                400, "BadRequestError", "The bot waits for the outcome of a transfer");
        case IGNORE -> {
          return bot.nothing();
        }
        case ANSWER -> {
          // The bot talks on and still waits for the report.
        }
      }
    }
    if (message instanceof BotRequest.Text text) {
      return bot.hear(text.text());
    }
    if (message instanceof BotRequest.Choice choice) {
      return bot.choose(choice.id(), choice.index());
    }
    return bot.redirect();
  }

  private static void takeReport(BotSession session, @Nullable String inReplyTo) {
    String awaited = session.awaitedReport();
    if (awaited == null) {
      throw BotsErrors.refuse(400, "BadRequestError", "No transfer is in progress");
    }
    if (inReplyTo != null && !inReplyTo.equals(awaited)) {
      throw BotsErrors.refuse(
          400, "BadRequestError", "inReplyToMessageId is not the id of the escalate message");
    }
    session.await(null);
  }

  private void close(BotSession session) {
    gone.add(session.id());
    open.remove(session.id());
  }

  private static String crcState(BotSession session, @Nullable String crc) {
    if (crc == null) {
      return "absent";
    }
    return crc.equals(session.crc()) ? "matched" : "stale";
  }

  private void rejectWrongCrc(String crcState) {
    if (crcState.equals("stale") && script.now().sessions().wrongCrc() == Script.WrongCrc.REJECT) {
      throw BotsErrors.refuse(
          400, "BadRequestError", "X-Runtime-CRC is not that of the previous response");
    }
  }

  private static ObjectNode answer(
      Collection<? extends JsonNode> messages, @Nullable Long sequenceId) {
    ObjectNode answer = Json.object().put("botVersion", Simulator.BOT_VERSION_ID);
    var processed = answer.putArray("processedSequenceIds");
    if (sequenceId != null) {
      processed.add(sequenceId);
    }
    answer.putArray("messages").addAll(messages);
    return answer;
  }

  private static void wanted(
      ObjectNode answer,
      BotSession session,
      BotRequest.Wanted wanted,
      Collection<ObjectNode> changed) {
    if (wanted.variables()) {
      answer.set("variables", session.variables(wanted, changed));
    }
    if (wanted.metrics()) {
      answer.putObject("metrics");
    }
    if (wanted.intents()) {
      answer.putArray("intents");
    }
    if (wanted.entities()) {
      answer.putArray("entities");
    }
  }

  private void links(ObjectNode answer, BotsVersion version, BotSession session, String self) {
    ObjectNode links = answer.putObject("_links");
    links.putObject("self").put("href", self);
    links.putObject("messages").put("href", sessionUrl(version, session) + "/messages");
    links.putObject("session").put("href", sessionUrl(version, session));
  }

  private String sessionUrl(BotsVersion version, BotSession session) {
    return baseUrl + "/v" + version.number + "/sessions/" + session.id();
  }
}
