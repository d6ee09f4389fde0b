package dev.baton.autoconfigure;

import dev.baton.oauth.Grant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.PrivateKey;

/** Reads {@code baton.oauth.private-key}. */
final class PrivateKeys {

  private static final String PROPERTY = "baton.oauth.private-key";
  private static final String FILE = "file:";

  private PrivateKeys() {}

  /**
   * The key.
   *
   * @param setting PEM text, or {@code file:} and a path
   * @throws UnusableConfigurationException when it is no key
   */
  static PrivateKey read(String setting) {
    String pem = setting.strip().startsWith(FILE) ? text(setting.strip()) : setting;
    try {
      return Grant.rsaKey(pem);
    } catch (IllegalArgumentException e) {
      throw new UnusableConfigurationException(
          "%s cannot be used: %s.".formatted(PROPERTY, e.getMessage()),
          "Set it to the text of an unencrypted PKCS#8 PEM file, or to file: and the file's path.");
    }
  }

  private static String text(String setting) {
    // "file:///etc/key.pem" is meant as a path too.
    String path = setting.substring(FILE.length()).replaceFirst("^//(?=/)", "");
    try {
      return Files.readString(Path.of(path));
    } catch (IOException | InvalidPathException e) {
      throw new UnusableConfigurationException(
          "The file that %s names, '%s', cannot be read (%s)."
              .formatted(PROPERTY, path, e.getClass().getSimpleName()),
          "Name a PEM file that the user of this process may read.");
    }
  }
}
