package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a person or a test uses to direct the simulator: everything under /simulator/. */
final class AdminEndpoint {

  private final ScriptBook script;
  private final Faults faults;
  private final Journal journal;
  private final SimulatedOrg org;
  private final BotSessions sessions;
  private final Tokens tokens;

  AdminEndpoint(
      ScriptBook script,
      Faults faults,
      Journal journal,
      SimulatedOrg org,
      BotSessions sessions,
      Tokens tokens) {
    this.script = script;
    this.faults = faults;
    this.journal = journal;
    this.org = org;
    this.sessions = sessions;
    this.tokens = tokens;
  }

  Answer handle(Call call) {
    try {
      return switch (call.method() + " " + call.path()) {
        case "GET /simulator/script" -> Answer.json(200, script.json());
        case "PUT /simulator/script" -> {
          change(call.body());
          yield Answer.json(200, script.json());
        }
        case "GET /simulator/journal" -> Answer.json(200, journal.json());
        case "DELETE /simulator/journal" -> {
          journal.clear();
          yield Answer.empty(204);
        }
        case "POST /simulator/agents/accept" -> act(call, SimulatedOrg.Deed.ACCEPT);
        case "POST /simulator/agents/decline" -> act(call, SimulatedOrg.Deed.DECLINE);
        case "POST /simulator/agents/close" -> act(call, SimulatedOrg.Deed.CLOSE);
        case "POST /simulator/sessions/expire" ->
            told("expired", sessions.expire(call.query().get("session")));
        case "POST /simulator/tokens/revoke" -> told("revoked", tokens.revokeIssued());
        default -> words(404, "The simulator knows no " + call.method() + " " + call.path() + ".");
      };
    } catch (BadJson e) {
      return words(400, e.words());
    }
  }

  /**
   * Merges a partial script into the one in force.
   *
   * @throws BadJson when the result would be no script; the one in force then stays
   */
  void change(String json) {
    if (script.change(Json.parse(json))) {
      faults.replace(script.now().faults());
    }
    org.offerWaiting();
  }

  private Answer act(Call call, SimulatedOrg.Deed deed) {
    String caseId = call.query().get("case");
    Optional<ObjectNode> done;
    try {
      done = org.act(deed, caseId, Duration.ofSeconds(seconds(call.query().get("within"))));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return words(503, "The simulator stops.");
    }
    if (done.isPresent()) {
      return Answer.json(200, done.get());
    }
    if (deed == SimulatedOrg.Deed.CLOSE) {
      return words(404, "No agent works on " + (caseId == null ? "a case." : caseId + "."));
    }
    String which = caseId == null ? "No offer is open" : "No offer of case " + caseId + " is open";
    return words(404, which + "; cases that wait in a queue: " + org.waiting() + ".");
  }

  private static int seconds(@Nullable String written) {
    if (written == null) {
      return 0;
    }
    if (!written.matches("[0-9]{1,3}")) {
      throw new BadJson("within is a number of seconds, 0 to 999, not " + written + ".");
    }
    return Integer.parseInt(written);
  }

  private static Answer told(String name, int count) {
    return Answer.json(200, Json.object().put(name, count));
  }

  private static Answer words(int status, String words) {
    return Answer.json(status, Json.object().put("message", words));
  }
}
