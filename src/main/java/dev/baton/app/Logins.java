package dev.baton.app;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Slows down who tries passwords. It counts tries by where they come from, and not those of
 * credentials that were right last time: a channel goes on working while somebody guesses its
 * password, also from behind the same proxy. The engine's own way, to lock the user, would let
 * anybody who knows a user's name keep him out. Thread-safe.
 */
final class Logins {

  private static final String ALGORITHM = "HmacSHA256";

  private final Allowance tries;
  private final SecretKeySpec key;

  /** A digest of the credentials that were right last, by user; there are no more than users. */
  private final Map<String, byte[]> right = new ConcurrentHashMap<>();

  Logins(int perMinute) {
    this.tries = new Allowance(perMinute, Duration.ofMinutes(1));
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, ALGORITHM);
  }

  Duration period() {
    return tries.period();
  }

  /** Whether a password may be tried now, wherever in the request it stands. */
  boolean mayTry(HttpServletRequest request) {
    return tries.use(request.getRemoteAddr());
  }

  /**
   * Whether the request's credentials may be tried now. One without any tries nothing. Only those
   * that turn out to be wrong count: a channel may begin with many requests at once.
   */
  boolean mayTryCredentials(HttpServletRequest request) {
    String header = request.getHeader("Authorization");
    if (header == null) {
      return true;
    }
    byte[] known = right.get(user(header));
    return (known != null && MessageDigest.isEqual(known, digest(header)))
        || tries.anyLeft(request.getRemoteAddr());
  }

  /** The engine did not let the request in. */
  void wereWrong(HttpServletRequest request) {
    if (request.getHeader("Authorization") != null) {
      tries.use(request.getRemoteAddr());
    }
  }

  /** The engine found the request's credentials right; answers whose they are. */
  String wereRight(HttpServletRequest request) {
    String header = Objects.requireNonNull(request.getHeader("Authorization"));
    String user = user(header);
    right.put(user, digest(header));
    return user;
  }

  private static String user(String header) {
    try {
      String encoded = header.substring(header.indexOf(' ') + 1).strip();
      String credentials =
          new String(Base64.getDecoder().decode(encoded), StandardCharsets.ISO_8859_1);
      int colon = credentials.indexOf(':');
      return colon < 0 ? "" : credentials.substring(0, colon);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private byte[] digest(String header) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(header.getBytes(StandardCharsets.ISO_8859_1));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has " + ALGORITHM, e);
    }
  }
}
