package dev.baton;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * JSON that nobody expects, and what is nearly JSON: samples with a value, a member or some
 * characters changed. The same seed makes the same.
 */
public final class OddJson {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HOLE = "a hole to be filled";

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "2147483648",
          "9223372036854775808",
          "1e999999999",
          "-1E-999999999",
          "0.10",
          "9".repeat(900),
          "9".repeat(5000),
          "\"\"",
          "\" \"",
          "\"1\"",
          "\"USD 1e999999999\"",
          "\"USD " + "9".repeat(300_000) + "\"",
          "\"a\\u0000b\"",
          "\"\\ud83d\"",
          "\"\\ude00\\ud83d\"",
          "\"\\ud83d\\ude00\"",
          "\"line\\r\\nbreak\"",
          "\"" + "long ".repeat(60) + "\"",
          "\"" + "longer ".repeat(2000) + "\"",
          "\"../../x?y#z\"",
          "\"/services/data/ %zz\"",
          "\"https://elsewhere.example.com/\"",
          "\"2026-13-99T99:99:99\"",
          "\"+999999999-12-31T23:59:59\"",
          "[]",
          "{}",
          "[null]",
          "[[],{}]",
          "{\"\":1}",
          "{\"name\":1,\"name\":2}",
          "[".repeat(400) + "]".repeat(400),
          "[".repeat(1200) + "]".repeat(1200),
          "{\"a\":".repeat(500) + "1" + "}".repeat(500),
          "NaN",
          "tru",
          "'single'",
          "01",
          "\"unfinished");

  private static final String CHARACTERS = "{}[]\",:\\\0e-.\uFFFD ";

  private final Random random;

  public OddJson(long seed) {
    this.random = new Random(seed);
  }

  /** A sample, changed in one to three places. */
  public String of(String... samples) {
    String text = samples[random.nextInt(samples.length)];
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      text = random.nextInt(4) == 0 ? scratched(text) : altered(text);
    }
    return text;
  }

  /** With another value, a member less, one more, or one twice. */
  private String altered(String text) {
    JsonNode tree;
    try {
      tree = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return scratched(text);
    }
    List<JsonNode> containers = new ArrayList<>();
    collect(tree, containers);
    String odd = VALUES.get(random.nextInt(VALUES.size()));
    if (containers.isEmpty() || random.nextInt(30) == 0) {
      return odd;
    }
    change(containers.get(random.nextInt(containers.size())));
    return tree.toString().replace('"' + HOLE + '"', odd);
  }

  private void change(JsonNode container) {
    int size = container.size();
    int place = size == 0 ? 0 : random.nextInt(size);
    if (container instanceof ArrayNode array) {
      if (size == 0 || random.nextBoolean()) {
        array.insert(place, HOLE);
      } else {
        array.set(place, JsonNodeFactory.instance.textNode(HOLE));
      }
      return;
    }
    ObjectNode object = (ObjectNode) container;
    if (size == 0 || random.nextInt(4) == 0) {
      object.put("unheardOf", HOLE);
      return;
    }
    String name = object.properties().stream().skip(place).findFirst().orElseThrow().getKey();
    if (random.nextInt(4) == 0) {
      object.remove(name);
    } else {
      object.put(name, HOLE);
    }
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode()) {
      containers.add(node);
      node.forEach(child -> collect(child, containers));
    }
  }

  /** With a character more, less or changed, or without its end. */
  private String scratched(String text) {
    if (text.isEmpty()) {
      return "{";
    }
    int at = random.nextInt(text.length());
    String odd = String.valueOf(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
    return switch (random.nextInt(4)) {
      case 0 -> text.substring(0, at);
      case 1 -> text.substring(0, at) + text.substring(at + 1);
      case 2 -> text.substring(0, at) + odd + text.substring(at);
      default -> text.substring(0, at) + odd + text.substring(at + 1);
    };
  }
}
