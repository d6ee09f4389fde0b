package dev.baton.oauth;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What a token is asked for with. */
public sealed interface Grant {

  /**
   * A connected app with a certificate, acting for a pre-authorised user.
   *
   * @param login {@code https://login.salesforce.com}, {@code https://test.salesforce.com} or the
   *     My Domain URL
   * @param clientId consumer key
   * @param key see {@link #rsaKey}
   */
  record JwtBearer(URI login, String clientId, String username, PrivateKey key) implements Grant {
    @Override
    public String toString() {
      return "JwtBearer[" + login + ", " + username + "]";
    }
  }

  /**
   * A connected app with a run-as user.
   *
   * @param login the My Domain URL: the common login hosts refuse this flow
   */
  record ClientCredentials(URI login, String clientId, String clientSecret) implements Grant {
    @Override
    public String toString() {
      return "ClientCredentials[" + login + "]";
    }
  }

  /** A token somebody else looks after; never renewed. */
  record GivenToken(String token, @Nullable URI instanceUrl) implements Grant {
    @Override
    public String toString() {
      return "GivenToken[" + instanceUrl + "]";
    }
  }

  /**
   * Reads the text of a PEM file with an unencrypted PKCS#8 RSA key. Line ends may be written as
   * {@code \n}, as environment variables tend to have them.
   *
   * @throws IllegalArgumentException if it is anything else; the text does not quote it
   */
  static PrivateKey rsaKey(String pem) {
    String text = pem.replace("\\n", "\n").strip();
    String begin = "-----BEGIN PRIVATE KEY-----";
    String end = "-----END PRIVATE KEY-----";
    if (!text.startsWith(begin) || !text.endsWith(end)) {
      throw new IllegalArgumentException(
          "not a PKCS#8 key in PEM form (\""
              + begin
              + "\"); convert it with: openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.pem");
    }
    try {
      byte[] der =
          Base64.getMimeDecoder()
              .decode(text.substring(begin.length(), text.length() - end.length()));
      return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException("not an RSA key, or a damaged one");
    }
  }
}
