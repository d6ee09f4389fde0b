package dev.baton.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OAuthTest extends SimulatedTest {

  private static final String HEADER = "{\"alg\":\"RS256\"}";

  @Test
  void aTokenOfEitherGrantOpensBothApisUntilItIsRevoked() {
    for (boolean withJwt : new boolean[] {true, false}) {
      Client.Response answer = withJwt ? jwt("me", 180) : clientCredentials();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().has("expires_in")).isFalse();
      assertThat(answer.json().path("instance_url").asText())
          .isEqualTo(simulator.baseUrl().toString());
      assertThat(answer.json().path("id").asText()).contains("/id/" + Simulator.ORG_ID + "/005");
      Client holder =
          client.with("Authorization", "Bearer " + answer.json().path("access_token").asText());
      assertThat(holder.start().status()).isEqualTo(200);
      assertThat(holder.query("SELECT Id FROM Case").status()).isEqualTo(200);

      client.post("/simulator/tokens/revoke", "");
      assertThat(holder.start().kinds()).isEqualTo("401 UnauthorizedError");
      assertThat(holder.query("SELECT Id FROM Case").refusal()).isEqualTo("401 INVALID_SESSION_ID");
    }
  }

  @Test
  void theFixedTokenCanBeRevokedByTheScript() {
    script("{'oauth':{'revoked':['simulator-token']}}");

    assertThat(client.start().kinds()).isEqualTo("401 UnauthorizedError");
  }

  @ParameterizedTest
  @CsvSource({"me, 400", "me, 0", "me, -5", "'', 60"})
  void anAssertionThatLivesTooLongOrNamesNobodyIsRefused(String subject, long seconds) {
    assertThat(jwt(subject, seconds).json().path("error").asText()).isEqualTo("invalid_grant");
  }

  @Test
  void theAudienceIsExact() {
    String base = simulator.baseUrl().toString();

    assertThat(assertion(HEADER, claims("key", "me", base + "/", 60), "c2ln").status())
        .isEqualTo(400);
    assertThat(assertion(HEADER, claims("key", "me", "https://login.salesforce.com", 60), "c2ln"))
        .extracting(Client.Response::status)
        .isEqualTo(200);
  }

  @Test
  void whatIsNoJwtIsRefused() {
    assertThat(
            form("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=a.b").status())
        .isEqualTo(400);
    assertThat(assertion("{\"alg\":\"none\"}", claims("key", "me", base(), 60), "c2ln").status())
        .isEqualTo(400);
    assertThat(form("grant_type=password").json().path("error").asText())
        .isEqualTo("unsupported_grant_type");
    assertThat(client.post("/services/oauth2/token", "{}").json().path("error").asText())
        .isEqualTo("invalid_request");
  }

  @Test
  void aSignatureIsCheckedWhereTheKeyIsKnown() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    script(
        "{'oauth':{'publicKey':'"
            + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded())
            + "'}}");
    String claims = claims("key", "me", base(), 60);
    String signed = base64(HEADER) + "." + base64(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(keys.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    String right = Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());

    assertThat(assertion(HEADER, claims, right).status()).isEqualTo(200);
    assertThat(assertion(HEADER, claims("key", "you", base(), 60), right).status()).isEqualTo(400);
  }

  @Test
  void aScriptedRefusalReachesTheClientAsItIs() {
    script("{'oauth':{'clientId':'key','refuse':{'error':'invalid_app_access'}}}");

    assertThat(clientCredentials().json().path("error").asText()).isEqualTo("invalid_app_access");
    assertThat(
            form("grant_type=client_credentials&client_id=other&client_secret=s")
                .json()
                .path("error")
                .asText())
        .isEqualTo("invalid_client_id");
  }

  @Test
  void theJournalKeepsNoSecret() {
    clientCredentials();
    String token = jwt("me", 60).json().path("access_token").asText();
    client.with("Authorization", "Bearer " + token).start();

    assertThat(simulator.journal().toString())
        .doesNotContain(token)
        .doesNotContain("sesame")
        .doesNotContain(base64(HEADER))
        .contains("Bearer ***");
  }

  @Test
  void introspectionTellsUntilWhenATokenIsGood() {
    String token = clientCredentials().json().path("access_token").asText();

    JsonNode told = introspect("key:sesame", token).json();

    assertThat(told.path("active").asBoolean()).isTrue();
    assertThat(told.path("client_id").asText()).isEqualTo("key");
    assertThat(told.path("exp").asLong() - told.path("iat").asLong()).isEqualTo(7200);
    client.post("/simulator/tokens/revoke", "");
    assertThat(introspect("key:sesame", token).json()).hasToString("{\"active\":false}");
    assertThat(simulator.journal().toString()).doesNotContain(token);
  }

  @Test
  void introspectionWantsToKnowTheClient() {
    script("{'oauth':{'clientId':'key','clientSecret':'sesame'}}");

    assertThat(introspect("key:other", Simulator.TOKEN).status()).isEqualTo(401);
    assertThat(introspect("key:sesame", "").json().path("error").asText())
        .isEqualTo("invalid_request");
  }

  @Test
  void aTokenDiesOfAge() {
    String token = clientCredentials().json().path("access_token").asText();
    script("{'oauth':{'tokenSeconds':0}}");

    assertThat(client.with("Authorization", "Bearer " + token).start().status()).isEqualTo(401);
  }

  private Client.Response introspect(String credentials, String token) {
    return client
        .with("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes(credentials)))
        .with("Content-Type", "application/x-www-form-urlencoded")
        .post(
            "/services/oauth2/introspect",
            "token_type=access_token&token=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Client.Response clientCredentials() {
    return form("grant_type=client_credentials&client_id=key&client_secret=sesame");
  }

  private Client.Response jwt(String subject, long seconds) {
    return assertion(HEADER, claims("key", subject, base(), seconds), "c2ln");
  }

  private Client.Response assertion(String header, String claims, String signature) {
    String jwt = base64(header) + "." + base64(claims) + "." + signature;
    return form(
        "grant_type="
            + URLEncoder.encode(
                "urn:ietf:params:oauth:grant-type:jwt-bearer", StandardCharsets.UTF_8)
            + "&assertion="
            + jwt);
  }

  private Client.Response form(String body) {
    return client
        .with("Content-Type", "application/x-www-form-urlencoded")
        .post("/services/oauth2/token", body);
  }

  private String base() {
    return simulator.baseUrl().toString();
  }

  private static String claims(String issuer, String subject, String audience, long seconds) {
    return Json.object()
        .put("iss", issuer)
        .put("sub", subject)
        .put("aud", audience)
        .put("exp", Instant.now().getEpochSecond() + seconds)
        .toString();
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
