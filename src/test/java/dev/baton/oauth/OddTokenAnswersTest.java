package dev.baton.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.baton.OddJson;
import dev.baton.http.HttpCaller;
import dev.baton.http.TestServer;
import dev.baton.http.TestServer.Reply;
import dev.baton.http.TimeLimits;
import dev.baton.oauth.Grant.ClientCredentials;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the token endpoint answers is a token or a documented fault, and leads to no other host. */
@Timeout(120)
class OddTokenAnswersTest {

  private static final int CASES = 1500;
  private static final String TOKEN =
      """
      {"access_token":"00Dx!AQ","scope":"chatbot_api api","expires_in":900,
       "instance_url":"https://x.my.salesforce.com",
       "id":"https://login.salesforce.com/id/00Dxx0000006GprEAE/005xx","token_type":"Bearer"}""";
  private static final String FAULT =
      "{\"error\":\"invalid_grant\",\"error_description\":\"user hasn't approved this consumer\"}";

  private final HttpCaller http = new HttpCaller(TimeLimits.DEFAULT, 5);

  @AfterEach
  void close() {
    http.close();
  }

  @Test
  void nothingButATokenOrADocumentedFaultComesOut() throws Exception {
    OddJson odd = new OddJson(3);
    int[] statuses = {200, 200, 200, 400, 401, 500};
    int[] at = {0};
    try (TestServer server =
        new TestServer(
            request -> {
              int status = statuses[at[0]++ % statuses.length];
              return Reply.json(status, status == 200 ? odd.of(TOKEN) : odd.of(FAULT));
            })) {
      for (int i = 0; i < CASES; i++) {
        try {
          AccessToken token = tokens(server).token().get(20, TimeUnit.SECONDS);
          assertThat(token.value()).isNotEmpty().matches("[\\x21-\\x7e]+");
          Instant longest = Instant.now().plus(Duration.ofMinutes(16));
          assertThat(token.expires()).isBefore(longest);
          URI instance = token.instanceUrl();
          if (instance != null) {
            assertThat(instance).hasToString("https://x.my.salesforce.com");
          }
        } catch (ExecutionException e) {
          Throwable fault = e.getCause();
          if (fault instanceof CompletionException) {
            fault = fault.getCause();
          }
          assertThat(fault).isInstanceOf(OAuthException.class);
          assertThat(String.valueOf(fault).length()).isLessThan(500);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://elsewhere.example.com",
        "https://salesforce.com.example.com",
        "https://example.com/?x.my.salesforce.com",
        "https://example.com#.salesforce.com",
        "https://x.my.salesforce.com@example.com",
        "https://evilsalesforce.com",
        "http://x.my.salesforce.com",
        "http://169.254.169.254/latest",
        "http://localhost:1",
        "ftp://x.my.salesforce.com",
        "//x.my.salesforce.com",
        "mailto:x@my.salesforce.com",
        "file:///etc/passwd"
      })
  void aTokenIsTakenToNoHostButTheOrgs(String instance) throws Exception {
    assertThat(instanceOf(instance)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://x.my.salesforce.com",
        "https://x--uat.sandbox.my.salesforce.com/",
        "https://EU1.SALESFORCE.COM"
      })
  void theOrgsOwnAddressIs(String instance) throws Exception {
    assertThat(instanceOf(instance)).hasToString(instance);
  }

  @Test
  void soIsTheHostThatGaveTheToken() throws Exception {
    // Another port of the host is another server.
    assertThat(instanceOf("http://127.0.0.1:1")).isNull();
    try (TestServer server = new TestServer(OddTokenAnswersTest::itself)) {
      assertThat(tokens(server).token().get(20, TimeUnit.SECONDS).instanceUrl())
          .isEqualTo(server.uri());
    }
  }

  @Test
  void aTokenThatCannotBeSentIsNone() {
    try (TestServer server =
        new TestServer(
            request -> Reply.json(200, "{\"access_token\":\"a\\r\\nHost: example.com\"}"))) {
      assertThatThrownBy(() -> tokens(server).token().get(20, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(OAuthException.class);
    }
  }

  private static Reply itself(TestServer.Request request) {
    return Reply.json(
        200,
        "{\"access_token\":\"T\",\"instance_url\":\"http://%s\"}"
            .formatted(request.header("Host")));
  }

  private @Nullable URI instanceOf(String answer) throws Exception {
    try (TestServer server =
        new TestServer(
            request ->
                Reply.json(
                    200, "{\"access_token\":\"T\",\"instance_url\":\"%s\"}".formatted(answer)))) {
      return tokens(server).token().get(20, TimeUnit.SECONDS).instanceUrl();
    }
  }

  private TokenSource tokens(TestServer server) {
    return TokenSources.of(
        new ClientCredentials(server.uri(), "id", "a secret"), http, Clock.systemUTC());
  }
}
