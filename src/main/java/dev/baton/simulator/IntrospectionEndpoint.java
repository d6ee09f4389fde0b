package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells a client how long a token is good, which the token endpoint does not. */
final class IntrospectionEndpoint implements Endpoint {

  private final ScriptBook script;
  private final Tokens tokens;
  private final OAuthEndpoint oauth;

  IntrospectionEndpoint(ScriptBook script, Tokens tokens, OAuthEndpoint oauth) {
    this.script = script;
    this.tokens = tokens;
    this.oauth = oauth;
  }

  @Override
  public boolean serves(Call call) {
    return call.path().equals("/services/oauth2/introspect");
  }

  @Override
  public Answer error(Call call, int status, @Nullable String code, @Nullable String message) {
    return oauth.error(call, status, code, message);
  }

  @Override
  public Reply handle(Call call, Journal.Entry entry) {
    Map<String, String> form = OAuthEndpoint.form(call);
    String client = client(call, form);
    String token = form.getOrDefault("token", "");
    if (token.isEmpty()) {
      throw OAuthEndpoint.refuse("invalid_request", "token is missing");
    }
    Optional<Instant> issued = tokens.issuedAt(token);
    ObjectNode body = Json.object().put("active", issued.isPresent());
    issued.ifPresent(at -> describe(body, client, at.getEpochSecond()));
    return Reply.now(Answer.json(200, body));
  }

  private void describe(ObjectNode body, String client, long issued) {
    String user = "https://login.salesforce.com/id/" + script.now().org().id() + "/";
    body.put("scope", "chatbot_api api")
        .put("client_id", client)
        .put("username", "integration@simulator.example")
        .put("sub", user + Simulator.USER_ID)
        .put("token_type", "access_token")
        .put("exp", issued + script.now().oauth().tokenSeconds())
        .put("iat", issued)
        .put("nbf", issued);
  }

  /** The client id, of Basic authorization or of the form, when its secret is right. */
  private String client(Call call, Map<String, String> form) {
    String id = form.getOrDefault("client_id", "");
    String secret = form.getOrDefault("client_secret", "");
    String header = Optional.ofNullable(call.header("Authorization")).orElse("");
    if (header.regionMatches(true, 0, "Basic ", 0, 6)) {
      String[] pair = decoded(header.substring(6).strip()).split(":", 2);
      id = pair[0];
      secret = pair.length == 2 ? pair[1] : "";
    }
    Script.OAuth rules = script.now().oauth();
    boolean known =
        !id.isEmpty()
            && !secret.isEmpty()
            && (rules.clientId() == null || rules.clientId().equals(id))
            && (rules.clientSecret() == null || rules.clientSecret().equals(secret));
    if (!known) {
      throw OAuthEndpoint.refuse(401, "invalid_client", "invalid client credentials");
    }
    return id;
  }

  private static String decoded(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
