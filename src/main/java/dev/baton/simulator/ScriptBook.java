package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The script in force. Readers take one consistent {@link Script}; changes replace it whole. */
final class ScriptBook {

  private final JsonNode defaults = Json.parse(defaultText());
  private JsonNode json = defaults;
  private volatile Script script = Script.read(defaults);

  Script now() {
    return script;
  }

  synchronized JsonNode json() {
    return json;
  }

  /**
   * Merges a partial script into the one in force; all or nothing.
   *
   * @return whether the patch speaks of faults, whose counters then start again
   * @throws BadJson in words, when the result is no script
   */
  synchronized boolean change(JsonNode patch) {
    StrictObject root = StrictObject.of(patch, "");
    boolean reset = root.flag("reset", false);
    ObjectNode rest = ((ObjectNode) patch).deepCopy();
    rest.remove("reset");
    JsonNode merged = Json.merge(reset ? defaults : json, rest);
    script = Script.read(merged);
    json = merged;
    return reset || rest.has("faults");
  }

  private static String defaultText() {
    try (InputStream in = ScriptBook.class.getResourceAsStream("default-script.json")) {
      if (in == null) {
        throw new IllegalStateException(
            "default-script.json is not beside the simulator's classes");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
