package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The token endpoint: grants jwt-bearer and client_credentials. */
final class OAuthEndpoint implements Endpoint {

  private static final String PATH = "/services/oauth2/token";
  private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final Set<String> LOGIN_HOSTS =
      Set.of("https://login.salesforce.com", "https://test.salesforce.com");

  private final ScriptBook script;
  private final Tokens tokens;
  private final URI baseUrl;
  private final Clock clock;

  OAuthEndpoint(ScriptBook script, Tokens tokens, URI baseUrl, Clock clock) {
    this.script = script;
    this.tokens = tokens;
    this.baseUrl = baseUrl;
    this.clock = clock;
  }

  @Override
  public boolean serves(Call call) {
    return call.path().equals(PATH);
  }

  @Override
  public Answer error(Call call, int status, @Nullable String code, @Nullable String message) {
    return oauthError(
        status,
        code == null ? (status < 500 ? "invalid_request" : "server_error") : code,
        message == null ? "scripted fault" : message);
  }

  @Override
  public Reply handle(Call call, Journal.Entry entry) {
    Map<String, String> form = form(call);
    Script.OAuth rules = script.now().oauth();
    switch (form.getOrDefault("grant_type", "")) {
      case JWT_BEARER ->
          Assertion.check(
              form.getOrDefault("assertion", ""), rules, clock.instant(), this::isAudience);
      case "client_credentials" -> checkClient(form, rules);
      default -> throw refuse("unsupported_grant_type", "grant type not supported");
    }
    if (rules.refuse() != null) {
      throw refuse(rules.refuse().error(), rules.refuse().description());
    }
    entry.note("effect", "processed");
    return Reply.now(Answer.json(200, granted()).with("Cache-Control", "no-store"));
  }

  /** The body of a call as OAuth wants it. */
  static Map<String, String> form(Call call) {
    if (!call.method().equals("POST")) {
      throw refuse(405, "invalid_request", "must use HTTP POST");
    }
    String type = call.header("Content-Type");
    if (type == null || !type.startsWith("application/x-www-form-urlencoded")) {
      throw refuse("invalid_request", "the body must be a form");
    }
    return Call.form(call.body());
  }

  /** No expires_in and no refresh token: Salesforce sends neither here. */
  private ObjectNode granted() {
    return Json.object()
        .put("access_token", tokens.issue())
        .put("scope", "chatbot_api api")
        .put("instance_url", baseUrl.toString())
        .put("id", baseUrl + "/id/" + script.now().org().id() + "/" + Simulator.USER_ID)
        .put("token_type", "Bearer");
  }

  private boolean isAudience(String aud) {
    return LOGIN_HOSTS.contains(aud)
        || aud.equals(baseUrl.toString())
        || aud.equals("http://localhost:" + baseUrl.getPort())
        || script.now().oauth().audiences().contains(aud);
  }

  private static void checkClient(Map<String, String> form, Script.OAuth rules) {
    String id = form.getOrDefault("client_id", "");
    String secret = form.getOrDefault("client_secret", "");
    if (id.isEmpty() || (rules.clientId() != null && !rules.clientId().equals(id))) {
      throw refuse("invalid_client_id", "client identifier invalid");
    }
    if (secret.isEmpty()
        || (rules.clientSecret() != null && !rules.clientSecret().equals(secret))) {
      throw refuse("invalid_client", "invalid client credentials");
    }
  }

  static Refusal refuse(String error, String description) {
    return refuse(400, error, description);
  }

  static Refusal refuse(int status, String error, String description) {
    return new Refusal(oauthError(status, error, description));
  }

  private static Answer oauthError(int status, String error, String description) {
    return Answer.json(
        status, Json.object().put("error", error).put("error_description", description));
  }
}
