package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Salesforce's REST API under /services/data, as far as routing needs it. */
final class OrgEndpoint implements Endpoint {

  private static final Pattern VERSION = Pattern.compile("v(\\d{1,3})\\.0");
  private static final int OLDEST_VERSION = 31;

  private final ScriptBook script;
  private final Tokens tokens;
  private final Faults faults;
  private final SObjects sobjects;
  private final Queries queries;
  private final CompositeRequests composite;
  private final Actions actions;
  private final AtomicLong calls = new AtomicLong();

  OrgEndpoint(ScriptBook script, Tokens tokens, Faults faults, SimulatedOrg org) {
    this.script = script;
    this.tokens = tokens;
    this.faults = faults;
    sobjects = new SObjects(script, org);
    queries = new Queries(script, org);
    composite = new CompositeRequests(script, org);
    actions = new Actions(script, org);
  }

  @Override
  public boolean serves(Call call) {
    return call.path().startsWith("/services/data/");
  }

  @Override
  public Answer error(Call call, int status, @Nullable String code, @Nullable String message) {
    return limited(OrgErrors.of(status, code, message));
  }

  @Override
  public Reply handle(Call call, Journal.Entry entry) {
    calls.incrementAndGet();
    try {
      Answer answer = route(call, entry);
      if (!call.method().equals("GET")) {
        entry.note("effect", "processed");
      }
      return Reply.now(limited(answer));
    } catch (BadJson e) {
      throw new Refusal(limited(OrgErrors.of(400, "JSON_PARSER_ERROR", e.words())));
    } catch (Refusal e) {
      throw new Refusal(limited(e.answer()));
    }
  }

  private long used() {
    return script.now().org().quirks().callsBefore() + calls.get();
  }

  private Answer limited(Answer answer) {
    return answer.with(
        "Sforce-Limit-Info", "api-usage=" + used() + "/" + script.now().org().dailyCalls());
  }

  private Answer route(Call call, Journal.Entry entry) {
    String version = call.segment(2);
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      throw OrgErrors.nothing();
    }
    if (Integer.parseInt(matcher.group(1)) < OLDEST_VERSION) {
      throw OrgErrors.refuse(410, "UNSUPPORTED_API_VERSION", "This version has been retired");
    }
    if (!tokens.good(call.bearer())) {
      throw OrgErrors.refuse(401, "INVALID_SESSION_ID", "Session expired or invalid");
    }
    if (script.now().org().quirks().enforceLimit() && used() > script.now().org().dailyCalls()) {
      throw OrgErrors.refuse(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    }
    return switch (call.segment(3)) {
      case "composite" -> {
        if (!call.method().equals("POST") || call.segments().size() != 4) {
          throw OrgErrors.notAllowed(call);
        }
        yield composite.handle(SObjects.json(call), version, part -> part(part, entry, version));
      }
      case "actions" -> actions.handle(call, entry);
      case "limits" -> limits();
      default -> single(call, entry, version);
    };
  }

  private Answer single(Call call, Journal.Entry entry, String version) {
    return switch (call.segment(3)) {
      case "query" -> queries.handle(call, version);
      case "sobjects" -> sobjects.handle(call, entry, version);
      default -> throw OrgErrors.nothing();
    };
  }

  /** A part of a composite request meets faults as a request of its own; only their status. */
  private Answer part(Call call, Journal.Entry entry, String version) {
    Optional<Script.Then> fault = faults.next(call).filter(then -> then.status() != null);
    return fault.isPresent()
        ? FaultAnswers.of(fault.get(), this, call)
        : single(call, entry, version);
  }

  private Answer limits() {
    long max = script.now().org().dailyCalls();
    ObjectNode body = Json.object();
    body.putObject("DailyApiRequests").put("Max", max).put("Remaining", Math.max(0, max - used()));
    return Answer.json(200, body);
  }
}
