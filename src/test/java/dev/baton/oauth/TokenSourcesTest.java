package dev.baton.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import dev.baton.http.HttpCaller;
import dev.baton.http.RawServer;
import dev.baton.http.TestServer;
import dev.baton.http.TestServer.Reply;
import dev.baton.http.TimeLimits;
import dev.baton.oauth.Grant.ClientCredentials;
import dev.baton.oauth.Grant.GivenToken;
import dev.baton.oauth.Grant.JwtBearer;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TokenSourcesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final KeyPair KEYS = keys();

  private final HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 5);

  @AfterEach
  void close() {
    http.close();
  }

  @Test
  void the_assertion_is_what_salesforce_accepts() throws Exception {
    try (TestServer server =
        new TestServer(request -> Reply.json(200, "{\"access_token\":\"T\"}"))) {
      URI login = URI.create(server.uri() + "/");
      TokenSources.of(
              new JwtBearer(login, "key", "bot@example.org", KEYS.getPrivate()), http, CLOCK)
          .token()
          .join();

      TestServer.Request request = server.requests.get(0);
      assertThat(request.method() + " " + request.path()).isEqualTo("POST /services/oauth2/token");
      assertThat(request.header("Content-Type")).isEqualTo("application/x-www-form-urlencoded");
      Map<String, String> form = form(request.body());
      assertThat(form).containsOnlyKeys("grant_type", "assertion");
      assertThat(form).containsEntry("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
      SignedJWT jwt = SignedJWT.parse(form.get("assertion"));
      assertThat(jwt.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.RS256);
      assertThat(jwt.verify(new RSASSAVerifier((RSAPublicKey) KEYS.getPublic()))).isTrue();
      Map<String, Object> claims = jwt.getPayload().toJSONObject();
      assertThat(claims).containsOnlyKeys("iss", "sub", "aud", "exp");
      assertThat(claims)
          .containsEntry("iss", "key")
          .containsEntry("sub", "bot@example.org")
          .containsEntry("aud", server.uri().toString());
      assertThat(((Number) claims.getOrDefault("exp", 0)).longValue())
          .isBetween(NOW.getEpochSecond() + 60, NOW.getEpochSecond() + 180);
    }
  }

  @Test
  void a_key_that_is_too_short_is_told_at_every_call() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    TokenSource tokens =
        TokenSources.of(
            new JwtBearer(
                URI.create("http://127.0.0.1:1"),
                "key",
                "bot@example.org",
                generator.generateKeyPair().getPrivate()),
            http,
            CLOCK);
    for (int i = 0; i < 2; i++) {
      assertThat(tokens.token())
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withCauseInstanceOf(OAuthException.Misconfigured.class)
          .withMessageContaining("2048 bits");
    }
  }

  @Test
  void who_comes_after_a_request_that_could_not_be_made_does_not_wait_for_it() {
    TokenSource tokens =
        new CachedTokenSource(
            () -> {
              throw new IllegalStateException("a mistake of ours");
            },
            CLOCK);
    for (int i = 0; i < 2; i++) {
      assertThat(tokens.token())
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withMessageContaining("a mistake of ours");
    }
  }

  @Test
  void client_credentials_are_sent_as_a_form() {
    try (TestServer server =
        new TestServer(request -> Reply.json(200, "{\"access_token\":\"T\"}"))) {
      credentials(server, CLOCK).token().join();
      assertThat(server.requests.get(0).body())
          .isEqualTo("client_id=id&client_secret=s%26%3D%2Bcret&grant_type=client_credentials");
    }
  }

  @Test
  void org_and_instance_are_kept() {
    String answer =
        """
        {"access_token":"T","scope":"chatbot_api api","token_type":"Bearer",
         "instance_url":"https://x.my.salesforce.com",
         "id":"https://login.salesforce.com/id/00Dx0000000ALskEAG/005xx0000000001AAA"}""";
    try (TestServer server = new TestServer(request -> Reply.json(200, answer))) {
      assertThat(credentials(server, CLOCK).token().join())
          .isEqualTo(
              new AccessToken(
                  "T",
                  URI.create("https://x.my.salesforce.com"),
                  "00Dx0000000ALskEAG",
                  NOW.plus(Duration.ofMinutes(15))));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"access_token\":\"T\",\"id\":null,\"instance_url\":null}",
        "{\"access_token\":\"T\",\"id\":\"x\",\"instance_url\":\"not a url\"}"
      })
  void a_token_counts_even_if_the_rest_of_the_answer_is_odd(String answer) {
    try (TestServer server = new TestServer(request -> Reply.json(200, answer))) {
      AccessToken token = credentials(server, CLOCK).token().join();
      assertThat(token.value()).isEqualTo("T");
      assertThat(token.orgId()).isNull();
      assertThat(token.instanceUrl()).isNull();
    }
  }

  @Test
  void concurrent_callers_cause_one_request() {
    CountDownLatch allAsked = new CountDownLatch(1);
    try (TestServer server = counting(allAsked)) {
      TokenSource tokens = credentials(server, CLOCK);
      List<CompletableFuture<AccessToken>> asked =
          IntStream.range(0, 50).parallel().mapToObj(i -> tokens.token()).toList();
      allAsked.countDown();
      assertThat(asked).allSatisfy(token -> assertThat(token.join().value()).isEqualTo("T1"));
      assertThat(server.requests).hasSize(1);
    }
  }

  @Test
  void cancelling_callers_take_nothing_from_the_others() {
    CountDownLatch allAsked = new CountDownLatch(1);
    try (TestServer server = counting(allAsked)) {
      TokenSource tokens = credentials(server, CLOCK);
      tokens.token().cancel(true);
      CompletableFuture<AccessToken> other = tokens.token();
      allAsked.countDown();
      assertThat(other.join().value()).isEqualTo("T1");
    }
  }

  @Test
  void a_rejected_token_is_renewed_once_however_many_callers_saw_the_401() {
    try (TestServer server = counting(new CountDownLatch(0))) {
      TokenSource tokens = credentials(server, CLOCK);
      AccessToken first = tokens.token().join();
      tokens.reject(first);
      assertThat(tokens.token().join().value()).isEqualTo("T2");
      tokens.reject(first);
      assertThat(tokens.token().join().value()).isEqualTo("T2");
      assertThat(server.requests).hasSize(2);
    }
  }

  @Test
  void an_expired_token_is_renewed_unasked() {
    SettableClock clock = new SettableClock();
    try (TestServer server = counting(new CountDownLatch(0))) {
      TokenSource tokens = credentials(server, clock);
      tokens.token().join();
      clock.now = NOW.plus(Duration.ofMinutes(14));
      assertThat(tokens.token().join().value()).isEqualTo("T1");
      clock.now = NOW.plus(Duration.ofMinutes(15));
      assertThat(tokens.token().join().value()).isEqualTo("T2");
    }
  }

  @Test
  void a_failure_is_not_cached() {
    AtomicInteger count = new AtomicInteger();
    try (TestServer server =
        new TestServer(
            request ->
                count.incrementAndGet() == 1
                    ? Reply.json(503, "")
                    : Reply.json(200, "{\"access_token\":\"T\"}"))) {
      TokenSource tokens = credentials(server, CLOCK);
      assertThatThrownBy(tokens.token()::join).hasCauseInstanceOf(OAuthException.Unavailable.class);
      assertThat(tokens.token().join().value()).isEqualTo("T");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "invalid_grant,user hasn't approved this consumer,pre-authorised",
    "invalid_app_access,user is not admin approved,permission set",
    "invalid_client_id,client identifier invalid,consumer key",
    "something_new,whatever,login URL",
  })
  void a_wrong_set_up_says_what_to_do_and_is_not_worth_a_retry(
      String error, String description, String advice) {
    String body = "{\"error\":\"" + error + "\",\"error_description\":\"" + description + "\"}";
    try (TestServer server = new TestServer(request -> Reply.json(400, body))) {
      assertThatThrownBy(credentials(server, CLOCK).token()::join)
          .hasCauseInstanceOf(OAuthException.Misconfigured.class)
          .hasMessageContaining(error)
          .hasMessageContaining(description)
          .hasMessageContaining(advice);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "500|{}",
        "503|<html>down</html>",
        "429|''",
        "200|<html>maintenance</html>",
        "200|{\"access_token\":null}",
        "400|{\"error\":\"unknown_error\",\"error_description\":\"retry your request\"}"
      })
  void a_passing_fault_is_worth_a_retry(int status, String body) {
    try (TestServer server = new TestServer(request -> Reply.json(status, body))) {
      assertThatThrownBy(credentials(server, CLOCK).token()::join)
          .hasCauseInstanceOf(OAuthException.Unavailable.class);
    }
  }

  @Test
  void no_answer_is_worth_a_retry() throws Exception {
    try (RawServer server = new RawServer(connection -> {})) {
      TokenSource tokens =
          TokenSources.of(new ClientCredentials(server.uri(), "id", "secret"), http, CLOCK);
      assertThatThrownBy(tokens.token()::join).hasCauseInstanceOf(OAuthException.Unavailable.class);
    }
  }

  @Test
  void a_given_token_stays_what_it_is() {
    TokenSource tokens = TokenSources.of(new GivenToken("T", null), http, CLOCK);
    tokens.reject(tokens.token().join());
    assertThat(tokens.token().join().value()).isEqualTo("T");
  }

  @Test
  void secrets_stay_out_of_texts() {
    assertThat(new ClientCredentials(URI.create("http://x"), "id", "secret").toString())
        .doesNotContain("secret");
    assertThat(new GivenToken("secret", null).toString()).doesNotContain("secret");
    assertThat(new AccessToken("secret", null, null, NOW).toString()).doesNotContain("secret");
    assertThat(new JwtBearer(URI.create("http://x"), "id", "u", KEYS.getPrivate()).toString())
        .isEqualTo("JwtBearer[http://x, u]");
    String echo = "{\"error\":\"invalid_client\",\"error_description\":\"no s&=+cret here\"}";
    try (TestServer server = new TestServer(request -> Reply.json(400, echo))) {
      assertThatThrownBy(credentials(server, CLOCK).token()::join)
          .hasMessageContaining("no *** here");
    }
  }

  @Test
  void a_key_is_read_from_pem_with_real_and_with_written_line_ends() {
    String pem = pem();
    assertThat(Grant.rsaKey(pem)).isEqualTo(KEYS.getPrivate());
    assertThat(Grant.rsaKey(pem.replace("\n", "\r\n") + "\n")).isEqualTo(KEYS.getPrivate());
    assertThat(Grant.rsaKey(pem.replace("\n", "\\n"))).isEqualTo(KEYS.getPrivate());
  }

  @Test
  void a_wrong_key_is_refused_without_being_quoted() {
    assertThatThrownBy(() -> Grant.rsaKey(pem().replace("PRIVATE", "RSA PRIVATE")))
        .hasMessageContaining("openssl pkcs8");
    assertThatThrownBy(
            () -> Grant.rsaKey("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .hasMessageNotContaining("c2Vj");
  }

  private TokenSource credentials(TestServer server, Clock clock) {
    return TokenSources.of(new ClientCredentials(server.uri(), "id", "s&=+cret"), http, clock);
  }

  private static TestServer counting(CountDownLatch mayAnswer) {
    AtomicInteger count = new AtomicInteger();
    return new TestServer(
        request -> {
          try {
            mayAnswer.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return Reply.json(200, "{\"access_token\":\"T" + count.incrementAndGet() + "\"}");
        });
  }

  private static Map<String, String> form(String body) {
    return Arrays.stream(body.split("&"))
        .map(field -> field.split("=", 2))
        .collect(
            Collectors.toMap(
                field -> field[0], field -> URLDecoder.decode(field[1], StandardCharsets.UTF_8)));
  }

  private static String pem() {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(KEYS.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----";
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class SettableClock extends Clock {
    private volatile Instant now = NOW;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public java.time.ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }
  }
}
