package dev.baton.simulator;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The access tokens that are good now: those issued, and the fixed one. */
final class Tokens {

  private final ScriptBook script;
  private final Set<String> issued = ConcurrentHashMap.newKeySet();

  Tokens(ScriptBook script) {
    this.script = script;
  }

  String issue() {
    String token = script.now().org().id() + "!AQ" + UUID.randomUUID().toString().replace("-", "");
    issued.add(token);
    return token;
  }

  boolean good(String token) {
    return (token.equals(Simulator.TOKEN) || issued.contains(token))
        && !script.now().oauth().revoked().contains(token);
  }

  /** Revokes all that were issued so far. The fixed token is revoked by the script only. */
  int revokeIssued() {
    int count = issued.size();
    issued.clear();
    return count;
  }
}
