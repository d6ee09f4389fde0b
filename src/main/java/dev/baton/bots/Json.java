package dev.baton.bots;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.http.RemoteJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lenient reading of trees: what is not there or is something else is null or empty. */
final class Json {

  /** Numbers keep their digits: 10.40 stays 10.40. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder(RemoteJson.FACTORY)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final int LONGEST_ID = 255;

  /** Decimals, or zeros at the end: no double needs more. */
  private static final int LARGEST_SCALE = 400;

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Null if it is not a JSON object. */
  static @Nullable ObjectNode parse(byte[] body) {
    try {
      return MAPPER.readTree(body) instanceof ObjectNode object ? object : null;
    } catch (IOException | NumberFormatException notJson) { // an exponent can be too large
      return null;
    }
  }

  static byte[] bytes(ObjectNode json) {
    try {
      return MAPPER.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new IllegalStateException("a tree is always writable", e);
    }
  }

  static @Nullable String text(JsonNode object, String field) {
    return object.path(field).textValue();
  }

  /**
   * A text by which something is named, kept and named again. What no id can be is none: nothing
   * that is longer, has control characters or half a character could be kept.
   */
  static @Nullable String id(JsonNode object, String field) {
    String text = text(object, field);
    return text == null
            || text.length() > LONGEST_ID
            || text.codePoints()
                .anyMatch(
                    c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)
        ? null
        : text;
  }

  /** Salesforce's numbers are doubles. 1e-999999999 is a billion digits once it is written out. */
  static boolean isDouble(JsonNode value) {
    return value.isNumber()
        && Double.isFinite(value.doubleValue())
        && Math.abs(value.decimalValue().scale()) <= LARGEST_SCALE;
  }

  /** The objects of an array; empty if it is none. */
  static <T> List<T> list(JsonNode array, Function<ObjectNode, @Nullable T> read) {
    List<T> items = new ArrayList<>();
    for (JsonNode item : array) {
      if (array.isArray() && item instanceof ObjectNode object) {
        T value = read.apply(object);
        if (value != null) {
          items.add(value);
        }
      }
    }
    return List.copyOf(items);
  }
}
