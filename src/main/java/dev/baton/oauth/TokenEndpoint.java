package dev.baton.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.baton.http.HttpAnswer;
import dev.baton.http.HttpCall;
import dev.baton.http.HttpCaller;
import dev.baton.http.RemoteJson;
import dev.baton.oauth.Grant.ClientCredentials;
import dev.baton.oauth.Grant.JwtBearer;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks {@code /services/oauth2/token} and reads what it says. */
final class TokenEndpoint {

  /** Salesforce's answer names no life, but the shortest one an org can set is 15 minutes. */
  private static final Duration LONGEST_LIFE = Duration.ofMinutes(15);

  /** Salesforce takes at most 3 minutes; the rest is room for clocks that differ. */
  private static final Duration ASSERTION_LIFE = Duration.ofMinutes(2);

  private static final Pattern ORG_ID = Pattern.compile("/id/(00D\\w+)/");

  private static final Pattern CODE = Pattern.compile("[a-z_]{1,60}");

  /** What a header can hold. */
  private static final Pattern SENDABLE = Pattern.compile("[\\x21-\\x7e]+");

  /** Where orgs live: commercial and Government Cloud. */
  private static final List<String> SALESFORCE =
      List.of(".salesforce.com", ".force.com", ".cloudforce.com", ".salesforce.mil");

  private static final ObjectMapper JSON = new ObjectMapper(RemoteJson.FACTORY);

  /** Errors that come with a 4xx status and still pass. */
  private static final Set<String> PASSING =
      Set.of("unknown_error", "server_error", "temporarily_unavailable", "rate_limit_exceeded");

  private static final Map<String, String> ADVICE =
      Map.of(
          "invalid_grant",
          "check user name, login URL, certificate and clock; the user must be pre-authorised for"
              + " the connected app",
          "invalid_app_access",
          "assign the connected app to the user's profile or permission set",
          "invalid_client_id",
          "check the consumer key",
          "invalid_client",
          "check consumer key and secret",
          "unsupported_grant_type",
          "enable the flow in the connected app",
          "invalid_scope",
          "give the connected app the scopes chatbot_api and api");

  private final URI uri;
  private final Supplier<Map<String, String>> form;
  private final HttpCaller http;
  private final Clock clock;

  private TokenEndpoint(
      String login, Supplier<Map<String, String>> form, HttpCaller http, Clock clock) {
    this.uri = URI.create(login + "/services/oauth2/token");
    this.form = form;
    this.http = http;
    this.clock = clock;
  }

  static TokenEndpoint of(JwtBearer grant, HttpCaller http, Clock clock) {
    String audience = withoutSlash(grant.login());
    return new TokenEndpoint(
        audience,
        () ->
            Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion",
                assertion(grant, audience, clock)),
        http,
        clock);
  }

  static TokenEndpoint of(ClientCredentials grant, HttpCaller http, Clock clock) {
    Map<String, String> form =
        Map.of(
            "grant_type",
            "client_credentials",
            "client_id",
            grant.clientId(),
            "client_secret",
            grant.clientSecret());
    return new TokenEndpoint(withoutSlash(grant.login()), () -> form, http, clock);
  }

  CompletableFuture<AccessToken> fetch() {
    Map<String, String> fields;
    try {
      fields = form.get();
    } catch (OAuthException e) {
      return CompletableFuture.failedFuture(e);
    }
    String body =
        new TreeMap<>(fields)
            .entrySet().stream()
                .map(field -> field.getKey() + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    HttpCall call =
        new HttpCall(
            "POST",
            uri,
            Map.of(
                "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json"),
            body.getBytes(StandardCharsets.UTF_8));
    return http.send(call)
        .handle(
            (answer, failure) -> {
              if (answer == null) {
                throw new OAuthException.Unavailable(uri + " did not answer", failure);
              }
              return read(answer, fields);
            });
  }

  private AccessToken read(HttpAnswer answer, Map<String, String> sent) {
    JsonNode json = json(answer);
    String token = json.path("access_token").asText("");
    if (answer.status() != 200 || !SENDABLE.matcher(token).matches()) {
      throw fault(answer.status(), json, sent);
    }
    Matcher org = ORG_ID.matcher(json.path("id").asText(""));
    long longest = LONGEST_LIFE.toSeconds();
    long life = Math.max(0, Math.min(longest, json.path("expires_in").asLong(longest)));
    Instant expires = clock.instant().plusSeconds(life);
    return new AccessToken(
        token,
        instanceOrNull(json.path("instance_url").asText("")),
        org.find() ? org.group(1) : null,
        expires);
  }

  private OAuthException fault(int status, JsonNode json, Map<String, String> sent) {
    String error = json.path("error").asText("");
    if (!CODE.matcher(error).matches()) {
      error = "";
    }
    String description = json.path("error_description").asText("");
    for (String secret : List.of("assertion", "client_secret")) {
      String value = sent.getOrDefault(secret, "");
      description = value.isEmpty() ? description : description.replace(value, "***");
    }
    if (description.length() > 200) {
      description = description.substring(0, 200);
    }
    String text =
        uri
            + ": HTTP "
            + status
            + " "
            + error
            + (description.isEmpty() ? "" : " (" + description + ")");
    // A page with status 200 is a gateway's or a maintenance page as a rule.
    if (status == 200 || status == 429 || status >= 500 || PASSING.contains(error)) {
      return new OAuthException.Unavailable(text, null);
    }
    String advice =
        ADVICE.getOrDefault(error, "check that the login URL is that of a Salesforce org");
    return new OAuthException.Misconfigured(text + ": " + advice, null);
  }

  private static String assertion(JwtBearer grant, String audience, Clock clock) {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.RS256),
            new JWTClaimsSet.Builder()
                .issuer(grant.clientId())
                .subject(grant.username())
                .audience(audience)
                .expirationTime(Date.from(clock.instant().plus(ASSERTION_LIFE)))
                .build());
    try {
      jwt.sign(new RSASSASigner(grant.key()));
    } catch (JOSEException | IllegalArgumentException e) {
      throw new OAuthException.Misconfigured("the key cannot sign: use RSA, 2048 bits or more", e);
    }
    return jwt.serialize();
  }

  private static JsonNode json(HttpAnswer answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException notJson) {
      return MissingNode.getInstance();
    }
  }

  /** The token goes there, so it has to be the org: what else is named counts as not named. */
  private @Nullable URI instanceOrNull(String text) {
    try {
      URI named = new URI(text).parseServerAuthority();
      boolean bare =
          named.getHost() != null
              && named.getRawUserInfo() == null
              && named.getRawQuery() == null
              && named.getRawFragment() == null;
      return bare && (isSalesforce(named) || isIssuer(named)) ? named : null;
    } catch (URISyntaxException malformed) {
      return null;
    }
  }

  private static boolean isSalesforce(URI named) {
    String host = named.getHost().toLowerCase(Locale.ROOT);
    return "https".equalsIgnoreCase(named.getScheme())
        && SALESFORCE.stream().anyMatch(host::endsWith);
  }

  private boolean isIssuer(URI named) {
    return uri.getScheme().equalsIgnoreCase(named.getScheme())
        && uri.getHost().equalsIgnoreCase(named.getHost())
        && uri.getPort() == named.getPort();
  }

  private static String withoutSlash(URI uri) {
    return uri.toString().replaceAll("/+$", "");
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
