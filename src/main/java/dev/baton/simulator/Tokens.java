package dev.baton.simulator;

import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The access tokens that are good now: those issued, and the fixed one. */
final class Tokens {

  private final ScriptBook script;
  private final Clock clock;
  private final Map<String, Instant> issued = new ConcurrentHashMap<>();

  Tokens(ScriptBook script, Clock clock) {
    this.script = script;
    this.clock = clock;
  }

  String issue() {
    String token = script.now().org().id() + "!AQ" + UUID.randomUUID().toString().replace("-", "");
    issued.put(token, clock.instant());
    return token;
  }

  boolean good(String token) {
    return issuedAt(token).isPresent();
  }

  /** When a token that is good was issued; the fixed one is always fresh. */
  Optional<Instant> issuedAt(String token) {
    Instant now = clock.instant();
    Instant at = token.equals(Simulator.TOKEN) ? now : issued.get(token);
    Script.OAuth rules = script.now().oauth();
    return Optional.ofNullable(at)
        .filter(then -> !rules.revoked().contains(token))
        .filter(then -> then.plusSeconds(rules.tokenSeconds()).isAfter(now));
  }

  /** Revokes all that were issued so far. The fixed token is revoked by the script only. */
  int revokeIssued() {
    int count = issued.size();
    issued.clear();
    return count;
  }
}
