package dev.baton.webhook;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs what is sent, and verifies what was sent, with a secret that both sides have.
 *
 * <p>{@value #TIMESTAMP} is the time of sending in seconds since 1970. {@value #SIGNATURE} is
 * {@code v1=} and 64 hexadecimal digits: HMAC-SHA256, under the secret's UTF-8 bytes, of the
 * timestamp's text, a full stop, and the bytes of the body. Everything that matters is in the body;
 * method and address are not signed.
 *
 * <p>A message that is {@link Verdict#GENUINE} may still be a copy of one that came within the last
 * five minutes: whoever acts on it makes sure that acting twice is the same as once, or remembers
 * the signatures of that time.
 *
 * <p>Thread-safe.
 */
public final class Signature {

  public static final String TIMESTAMP = "Baton-Timestamp";
  public static final String SIGNATURE = "Baton-Signature";

  /** How far the clocks and the way may be apart; in either direction. */
  public static final Duration MAX_AGE = Duration.ofMinutes(5);

  private static final String ALGORITHM = "HmacSHA256";
  private static final String PREFIX = "v1=";
  private static final int SHORTEST_SECRET = 16;
  private static final int LONGEST_TIMESTAMP = 12;

  private final SecretKeySpec key;
  private final Clock clock;

  /**
   * A way to sign.
   *
   * @param secret at least 16 characters
   */
  public Signature(String secret, Clock clock) {
    if (secret.length() < SHORTEST_SECRET) {
      throw new IllegalArgumentException("A secret has at least 16 characters");
    }
    this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    this.clock = clock;
  }

  /** What became of verifying a message. */
  public enum Verdict {
    GENUINE,
    /** Signed by whoever has the secret, but too long ago, or by a clock that is far ahead. */
    STALE,
    /** Not signed, or not by whoever has the secret, or changed on the way. */
    FORGED
  }

  /** The headers that go with a body that is sent now. */
  public Map<String, String> sign(byte[] body) {
    String timestamp = Long.toString(clock.instant().getEpochSecond());
    return Map.of(TIMESTAMP, timestamp, SIGNATURE, PREFIX + hex(timestamp, body));
  }

  /**
   * Verifies a message, in a time that does not depend on what is wrong with a signature.
   *
   * @param timestamp the header {@value #TIMESTAMP}; null when there is none
   * @param signature the header {@value #SIGNATURE}; null when there is none
   * @param body as it came, byte by byte
   */
  public Verdict verify(@Nullable String timestamp, @Nullable String signature, byte[] body) {
    if (timestamp == null
        || signature == null
        || timestamp.length() > LONGEST_TIMESTAMP
        || !timestamp.chars().allMatch(c -> c >= '0' && c <= '9')
        || timestamp.isEmpty()) {
      return Verdict.FORGED;
    }
    byte[] expected = (PREFIX + hex(timestamp, body)).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) {
      return Verdict.FORGED;
    }
    Duration age =
        Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), clock.instant()).abs();
    return age.compareTo(MAX_AGE) > 0 ? Verdict.STALE : Verdict.GENUINE;
  }

  private String hex(String timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("Every Java has HmacSHA256", e);
    }
  }
}
