package dev.baton.webhook;

import static dev.baton.webhook.Signature.Verdict.FORGED;
import static dev.baton.webhook.Signature.Verdict.GENUINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {

  private static final String SECRET = "sixteen characters";
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final byte[] BODY = "{\"type\":\"offer\"}".getBytes(StandardCharsets.UTF_8);

  private final Signature signature = at(NOON);

  private static Signature at(Instant now) {
    return new Signature(SECRET, Clock.fixed(now, ZoneOffset.UTC));
  }

  private static Signature.Verdict verify(Signature by, Map<String, String> headers, byte[] body) {
    return by.verify(headers.get("Baton-Timestamp"), headers.get("Baton-Signature"), body);
  }

  @Test
  void theFormIsTheDocumentedOne() {
    // printf '1772366400.{"type":"offer"}' | openssl dgst -sha256 -hmac 'sixteen characters'
    assertThat(signature.sign(BODY))
        .containsOnly(
            Map.entry("Baton-Timestamp", "1772366400"),
            Map.entry(
                "Baton-Signature",
                "v1=f45d1a8eef096099677c5cd9953426d30ea7de24c725c329f94e46d67a6c3ff2"));
  }

  @Test
  void whatWasSignedIsGenuine() {
    assertThat(verify(signature, signature.sign(BODY), BODY)).isEqualTo(GENUINE);
  }

  @Test
  void aChangedBodyIsForged() {
    byte[] changed = "{\"type\":\"Offer\"}".getBytes(StandardCharsets.UTF_8);

    assertThat(verify(signature, signature.sign(BODY), changed)).isEqualTo(FORGED);
  }

  @Test
  void anotherSecretIsForged() {
    Signature other = new Signature("sixteen Characters", Clock.fixed(NOON, ZoneOffset.UTC));

    assertThat(verify(signature, other.sign(BODY), BODY)).isEqualTo(FORGED);
  }

  @Test
  void anOldMessageWithANewTimestampIsForged() {
    String old = at(NOON.minusSeconds(3600)).sign(BODY).get("Baton-Signature");

    assertThat(signature.verify("1772366400", old, BODY)).isEqualTo(FORGED);
  }

  @ParameterizedTest
  @CsvSource({"300,GENUINE", "301,STALE", "-300,GENUINE", "-301,STALE"})
  void aReplayIsRefusedAfterFiveMinutes(long later, Signature.Verdict verdict) {
    assertThat(verify(at(NOON.plus(Duration.ofSeconds(later))), signature.sign(BODY), BODY))
        .isEqualTo(verdict);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1e9", "9999999999999999999999", " 1772366400", "noon"})
  void aTimestampThatIsNoneIsForged(String timestamp) {
    assertThat(signature.verify(timestamp, signature.sign(BODY).get("Baton-Signature"), BODY))
        .isEqualTo(FORGED);
  }

  @Test
  void noHeadersAreForged() {
    assertThat(signature.verify(null, null, BODY)).isEqualTo(FORGED);
    assertThat(signature.verify("1772366400", null, BODY)).isEqualTo(FORGED);
    assertThat(signature.verify("1772366400", "", BODY)).isEqualTo(FORGED);
    assertThat(signature.verify("1772366400", "v1=", BODY)).isEqualTo(FORGED);
  }

  @Test
  void aShortSecretIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Signature("fifteen letters", Clock.systemUTC()));
  }
}
