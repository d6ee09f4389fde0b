package dev.baton.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which scripted fault, if any, meets a request. Each rule counts the requests it matches. */
final class Faults {

  private final BotSessions sessions;
  private final SimulatedOrg org;
  private List<Rule> rules = new ArrayList<>();

  Faults(BotSessions sessions, SimulatedOrg org) {
    this.sessions = sessions;
    this.org = org;
  }

  synchronized void replace(List<Script.Fault> faults) {
    rules = new ArrayList<>(faults.stream().map(Rule::new).toList());
  }

  /** The first rule, in the script's order, that matches and is due. */
  Optional<Script.Then> next(Call call) {
    List<Rule> now;
    synchronized (this) {
      now = List.copyOf(rules);
    }
    if (now.isEmpty()) {
      return Optional.empty();
    }
    return next(now, new Request(call, bot(call), org.queuesOf(call)));
  }

  private synchronized Optional<Script.Then> next(List<Rule> now, Request request) {
    for (Rule rule : now) {
      if (rule.matches(request) && rule.due()) {
        return Optional.of(rule.fault.then());
      }
    }
    return Optional.empty();
  }

  /** The bot that is to start a session, or whose session it is. */
  private @Nullable String bot(Call call) {
    return switch (call.segment(1)) {
      case "bots" -> Ids.normalise(call.segment(2)).orElse(null);
      case "sessions" -> sessions.botOf(call.segment(2));
      default -> null;
    };
  }

  private record Request(Call call, @Nullable String bot, Set<String> queues) {}

  private static final class Rule {
    private final Script.Fault fault;
    private long matched;

    Rule(Script.Fault fault) {
      this.fault = fault;
    }

    boolean matches(Request request) {
      Script.Match match = fault.match();
      Call call = request.call;
      String session = match.session();
      return (match.method() == null || match.method().equalsIgnoreCase(call.method()))
          && (match.bot() == null || match.bot().equals(request.bot))
          && (match.queue() == null || request.queues.equals(Set.of(match.queue())))
          && found(match.path(), call.path())
          && found(match.query(), call.query().getOrDefault("q", ""))
          && (session == null || call.segments().contains(session))
          && found(match.body(), call.body());
    }

    boolean due() {
      matched++;
      Script.Match match = fault.match();
      return matched >= match.nth()
          && (match.times() == 0 || matched < match.nth() + match.times());
    }

    private static boolean found(@Nullable Pattern pattern, String text) {
      return pattern == null || pattern.matcher(text).find();
    }
  }
}
