package dev.baton.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Limits how many wrong passwords one network address may try. Credentials that were right last
 * time are exempt, so a channel keeps working while another caller behind the same proxy guesses
 * passwords. Locking the user, as the engine can, would let anyone who knows a user's name lock
 * that user out. Thread-safe.
 */
public final class LoginThrottle {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int IPV6_NETWORK_BYTES = 8;

  private final Allowance tries;
  private final SecretKeySpec key;

  /** A digest of each user's last right password: at most one entry for each user. */
  private final Map<String, byte[]> right = new ConcurrentHashMap<>();

  /** Permits {@code perMinute} wrong passwords for each address. */
  public LoginThrottle(int perMinute) {
    this.tries = new Allowance(perMinute, Duration.ofMinutes(1));
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, ALGORITHM);
  }

  /** The longest time until an address may try again. */
  public Duration period() {
    return tries.period();
  }

  /** Counts one password tried from the address, right or wrong; false if none may be tried. */
  public boolean tryFrom(String address) {
    return tries.use(network(address));
  }

  /** Whether these credentials may be checked now. Counts nothing. */
  boolean mayCheck(String user, String password, String address) {
    byte[] known = right.get(user);
    return (known != null && MessageDigest.isEqual(known, digest(password)))
        || tries.anyLeft(network(address));
  }

  void wasWrong(String address) {
    tries.use(network(address));
  }

  void wasRight(String user, String password) {
    right.put(user, digest(password));
  }

  /**
   * What is counted as one address: an IPv4 address, or the /64 network of an IPv6 address, which
   * is the smallest that one customer of a provider gets.
   *
   * @param address as the servlet container has it, a literal
   */
  public static String network(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      // A literal is parsed, not looked up. An IPv4 address in IPv6 notation comes back as IPv4.
      InetAddress parsed = InetAddress.getByName(address);
      return parsed instanceof Inet6Address
          ? HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), IPV6_NETWORK_BYTES))
          : parsed.getHostAddress();
    } catch (UnknownHostException e) {
      return "invalid";
    }
  }

  private byte[] digest(String password) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(password.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has " + ALGORITHM, e);
    }
  }
}
