package dev.baton.engine.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The processes and tables that come with Baton, as they lie on the class path. */
final class Library {

  static final String FOLDER = "baton-library/";

  private static final List<String> FILES =
      List.of("bot-conversation.bpmn", "customer-inbox.bpmn", "routing-policy.dmn");

  private Library() {}

  /** The files, by name. */
  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    FILES.forEach(name -> files.put(name, read(name)));
    return files;
  }

  private static byte[] read(String file) {
    try (InputStream content = Library.class.getClassLoader().getResourceAsStream(FOLDER + file)) {
      return Objects.requireNonNull(content, file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
