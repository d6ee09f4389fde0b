package dev.baton.engine.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The processes and tables that come with Baton, as they lie on the class path. */
public final class Library {

  static final String FOLDER = "baton-library/";

  private static final String CONVERSATION = "bot-conversation.bpmn";
  private static final List<String> FILES =
      List.of(CONVERSATION, "customer-inbox.bpmn", "routing-policy.dmn");

  /** As many digits as nobody hits by accident. */
  private static final int DIGITS = 16;

  private static final String PRINT = print(read(CONVERSATION));

  private Library() {}

  /** The files, by name. */
  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    FILES.forEach(name -> files.put(name, read(name)));
    return files;
  }

  /** The print of the process {@code bot-conversation} of this version. */
  public static String conversation() {
    return PRINT;
  }

  /** The same for the same content. */
  static String print(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] read(String file) {
    try (InputStream content = Library.class.getClassLoader().getResourceAsStream(FOLDER + file)) {
      return Objects.requireNonNull(content, file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
