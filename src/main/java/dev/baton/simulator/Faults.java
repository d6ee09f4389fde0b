package dev.baton.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which scripted fault, if any, meets a request. Each rule counts the requests it matches. */
final class Faults {

  private List<Rule> rules = new ArrayList<>();

  synchronized void replace(List<Script.Fault> faults) {
    rules = new ArrayList<>(faults.stream().map(Rule::new).toList());
  }

  /** The first rule, in the script's order, that matches and is due. */
  synchronized Optional<Script.Then> next(Call call) {
    for (Rule rule : rules) {
      if (rule.matches(call) && rule.due()) {
        return Optional.of(rule.fault.then());
      }
    }
    return Optional.empty();
  }

  private static final class Rule {
    private final Script.Fault fault;
    private long matched;

    Rule(Script.Fault fault) {
      this.fault = fault;
    }

    boolean matches(Call call) {
      Script.Match match = fault.match();
      String session = match.session();
      return (match.method() == null || match.method().equalsIgnoreCase(call.method()))
          && found(match.path(), call.path())
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
