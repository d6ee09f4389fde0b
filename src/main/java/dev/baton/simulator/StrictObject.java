package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object and complains in words: a missing member, a member of another type, and at
 * {@link #end()} every member that nobody asked for. A member that is null counts as absent.
 */
final class StrictObject {

  private final JsonNode node;
  private final String where;
  private final Set<String> asked = new HashSet<>();

  private StrictObject(JsonNode node, String where) {
    this.node = node;
    this.where = where;
  }

  static StrictObject of(JsonNode node, String where) {
    if (!node.isObject()) {
      throw new BadJson(named(where) + " must be an object");
    }
    return new StrictObject(node, where);
  }

  /** The value of a member, or null when it is absent or null. */
  @Nullable JsonNode any(String name) {
    asked.add(name);
    JsonNode value = node.path(name);
    return value.isMissingNode() || value.isNull() ? null : value;
  }

  boolean has(String name) {
    return any(name) != null;
  }

  String text(String name) {
    return required(name, optionalText(name));
  }

  String text(String name, String otherwise) {
    String text = optionalText(name);
    return text == null ? otherwise : text;
  }

  @Nullable String optionalText(String name) {
    JsonNode value = any(name);
    if (value != null && !value.isTextual()) {
      throw wrong(name, "a string");
    }
    return value == null ? null : value.textValue();
  }

  boolean flag(String name) {
    return required(name, optionalFlag(name));
  }

  boolean flag(String name, boolean otherwise) {
    Boolean value = optionalFlag(name);
    return value == null ? otherwise : value;
  }

  @Nullable Boolean optionalFlag(String name) {
    JsonNode value = any(name);
    if (value != null && !value.isBoolean()) {
      throw wrong(name, "true or false");
    }
    return value == null ? null : value.booleanValue();
  }

  long number(String name) {
    return required(name, optionalNumber(name));
  }

  long number(String name, long otherwise) {
    Long value = optionalNumber(name);
    return value == null ? otherwise : value;
  }

  @Nullable Long optionalNumber(String name) {
    JsonNode value = any(name);
    if (value != null && !(value.isIntegralNumber() && value.canConvertToLong())) {
      throw wrong(name, "an integer");
    }
    return value == null ? null : value.longValue();
  }

  long notNegative(String name, long otherwise) {
    long value = number(name, otherwise);
    if (value < 0) {
      throw wrong(name, "0 or more");
    }
    return value;
  }

  <E extends Enum<E>> E oneOf(String name, Class<E> type, E otherwise) {
    String text = optionalText(name);
    return text == null ? otherwise : constant(name, text, type);
  }

  <E extends Enum<E>> @Nullable E optionalOneOf(String name, Class<E> type) {
    String text = optionalText(name);
    return text == null ? null : constant(name, text, type);
  }

  <E extends Enum<E>> List<E> listOf(String name, Class<E> type, List<E> otherwise) {
    return list(
        name, otherwise, item -> constant(name, item.isTextual() ? item.textValue() : "", type));
  }

  List<String> texts(String name) {
    return list(
        name,
        List.of(),
        item -> {
          if (!item.isTextual()) {
            throw wrong(name, "a list of strings");
          }
          return item.textValue();
        });
  }

  <T> List<T> list(String name, List<T> otherwise, Function<JsonNode, T> reader) {
    JsonNode value = any(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isArray()) {
      throw wrong(name, "an array");
    }
    List<T> items = new ArrayList<>();
    value.forEach(item -> items.add(reader.apply(item)));
    return List.copyOf(items);
  }

  /** A member that is an object, read by name; sorted, so that walks over it are repeatable. */
  <T> Map<String, T> map(String name, Function<StrictObject, T> reader) {
    JsonNode value = required(name, any(name));
    if (!value.isObject()) {
      throw wrong(name, "an object");
    }
    Map<String, T> members = new TreeMap<>();
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      StrictObject object = of(member.getValue(), path(name) + "." + member.getKey());
      members.put(member.getKey(), reader.apply(object));
      object.end();
    }
    return members;
  }

  <T> T object(String name, Function<StrictObject, T> reader) {
    return required(name, optionalObject(name, reader));
  }

  <T> @Nullable T optionalObject(String name, Function<StrictObject, T> reader) {
    JsonNode value = any(name);
    if (value == null) {
      return null;
    }
    StrictObject object = of(value, path(name));
    T read = reader.apply(object);
    object.end();
    return read;
  }

  /** Complains about the first member that was not asked for. */
  void end() {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      if (!asked.contains(member.getKey())) {
        throw new BadJson("unknown member " + path(member.getKey()));
      }
    }
  }

  BadJson wrong(String name, String expected) {
    return new BadJson(path(name) + " must be " + expected);
  }

  /** The way an enum constant is written in JSON: lower case with hyphens. */
  static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private <E extends Enum<E>> E constant(String name, String text, Class<E> type) {
    List<String> allowed = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      if (written(constant).equals(text)) {
        return constant;
      }
      allowed.add(written(constant));
    }
    throw wrong(name, "one of " + String.join(", ", allowed));
  }

  private <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new BadJson(path(name) + " is missing");
    }
    return value;
  }

  private String path(String name) {
    return where.isEmpty() ? name : where + "." + name;
  }

  private static String named(String where) {
    return where.isEmpty() ? "the body" : where;
  }
}
