package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Predicate;

/** Checks the JWT of a jwt-bearer grant; the signature only where the script has a key. */
final class Assertion {

  /** The facts say "at most 3 minutes"; the rest is for clocks that differ a little. */
  private static final long MOST_SECONDS_AHEAD = 180 + 5;

  private Assertion() {}

  static void check(String jwt, Script.OAuth rules, Instant now, Predicate<String> isAudience) {
    String[] parts = jwt.split("\\.", -1);
    if (parts.length != 3 || parts[2].isEmpty()) {
      throw OAuthEndpoint.refuse("invalid_grant", "invalid assertion");
    }
    if (!decoded(parts[0]).path("alg").asText().equals("RS256")) {
      throw OAuthEndpoint.refuse("invalid_grant", "invalid assertion: alg must be RS256");
    }
    JsonNode claims = decoded(parts[1]);
    String issuer = claims.path("iss").asText();
    if (issuer.isEmpty() || (rules.clientId() != null && !rules.clientId().equals(issuer))) {
      throw OAuthEndpoint.refuse("invalid_client_id", "client identifier invalid");
    }
    if (claims.path("sub").asText().isEmpty()) {
      throw OAuthEndpoint.refuse("invalid_grant", "user hasn't approved this consumer");
    }
    if (!isAudience.test(claims.path("aud").asText())) {
      throw OAuthEndpoint.refuse("invalid_grant", "audience is invalid");
    }
    if (!claims.path("exp").isIntegralNumber()) {
      throw OAuthEndpoint.refuse("invalid_grant", "expiration time is missing");
    }
    long ahead = claims.path("exp").longValue() - now.getEpochSecond();
    if (ahead <= 0 || ahead > MOST_SECONDS_AHEAD) {
      throw OAuthEndpoint.refuse("invalid_grant", "expired or too far in the future: exp");
    }
    if (rules.publicKey() != null && !signed(parts, rules.publicKey())) {
      throw OAuthEndpoint.refuse("invalid_grant", "invalid assertion: signature");
    }
  }

  private static JsonNode decoded(String part) {
    try {
      return Json.parse(new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | BadJson e) {
      throw OAuthEndpoint.refuse("invalid_grant", "invalid assertion");
    }
  }

  private static boolean signed(String[] parts, String pem) {
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
      PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(key);
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }
}
