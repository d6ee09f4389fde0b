package dev.baton.bots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A variable of the bot, by its API name. Every value may be null. */
public sealed interface Variable {

  String name();

  /** As the API names it. */
  @Nullable String type();

  @Nullable Object value();

  record OfBoolean(String name, @Nullable Boolean value) implements Variable {
    @Override
    public String type() {
      return "boolean";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  record OfDate(String name, @Nullable LocalDate value) implements Variable {
    @Override
    public String type() {
      return "date";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  /** Without a zone. */
  record OfDateTime(String name, @Nullable LocalDateTime value) implements Variable {
    @Override
    public String type() {
      return "dateTime";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  record OfMoney(String name, @Nullable Money value) implements Variable {
    @Override
    public String type() {
      return "money";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  record OfNumber(String name, @Nullable BigDecimal value) implements Variable {
    @Override
    public String type() {
      return "number";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  record OfText(String name, @Nullable String value) implements Variable {
    @Override
    public String type() {
      return "text";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  record OfObject(String name, @Nullable List<Variable> value) implements Variable {
    @Override
    public String type() {
      return "object";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  /** A Salesforce id. */
  record OfRef(String name, @Nullable String value) implements Variable {
    @Override
    public String type() {
      return "ref";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  /** The items are free objects, without names as a rule. */
  record OfList(String name, @Nullable List<ObjectNode> value) implements Variable {
    @Override
    public String type() {
      return "list";
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  /** Of a type this client does not know, or with a value its type does not allow. */
  record Unknown(String name, @Nullable String type, ObjectNode value) implements Variable {
    /** As received. */
    @Override
    public ObjectNode toJson() {
      return value;
    }

    @Override
    public String toString() {
      return describe(this);
    }
  }

  /**
   * An amount.
   *
   * @param currency three letters
   */
  record Money(String currency, BigDecimal amount) {
    private static final int LONGEST = 40;

    static Money parse(String text) {
      int space = text.indexOf(' ');
      if (space != 3) {
        throw new NumberFormatException("no currency");
      }
      if (text.length() > LONGEST) {
        throw new NumberFormatException("no amount");
      }
      BigDecimal amount = new BigDecimal(text.substring(space + 1));
      // USD 1e999999999 would be written out with a billion zeros.
      if (Math.abs(amount.scale()) > LONGEST) {
        throw new NumberFormatException("no amount");
      }
      return new Money(text.substring(0, space), amount);
    }

    /** The API's form, such as {@code USD 10.40}. */
    @Override
    public String toString() {
      return currency + " " + amount.toPlainString();
    }
  }

  /** Whether a bot can hold all numbers in it, at any depth. */
  static boolean hasOnlyDoubles(JsonNode json) {
    if (json.isNumber()) {
      return Json.isDouble(json);
    }
    for (JsonNode child : json) {
      if (!hasOnlyDoubles(child)) {
        return false;
      }
    }
    return true;
  }

  default ObjectNode toJson() {
    ObjectNode json = Json.object().put("name", name()).put("type", type());
    json.set("value", valueToJson(value()));
    return json;
  }

  static Variable read(ObjectNode json) {
    String name = json.path("name").asText("");
    String type = Json.text(json, "type");
    JsonNode value = json.path("value");
    try {
      Variable known = type == null ? null : readKnown(name, type, value);
      return known == null ? new Unknown(name, type, json) : known;
    } catch (DateTimeException | NumberFormatException malformed) {
      return new Unknown(name, type, json);
    }
  }

  private static @Nullable Variable readKnown(String name, String type, JsonNode value) {
    boolean empty = value.isNull();
    String text = value.textValue();
    boolean textual = empty || text != null;
    return switch (type) {
      case "boolean" ->
          empty || value.isBoolean()
              ? new OfBoolean(name, empty ? null : value.booleanValue())
              : null;
      case "number" ->
          empty || Json.isDouble(value)
              ? new OfNumber(name, empty ? null : value.decimalValue())
              : null;
      case "date" -> textual ? new OfDate(name, text == null ? null : LocalDate.parse(text)) : null;
      case "dateTime" ->
          textual ? new OfDateTime(name, text == null ? null : LocalDateTime.parse(text)) : null;
      case "money" -> textual ? new OfMoney(name, text == null ? null : Money.parse(text)) : null;
      case "text" -> textual ? new OfText(name, text) : null;
      case "ref" -> textual ? new OfRef(name, text) : null;
      case "object" -> {
        List<Variable> members = Json.list(value, Variable::read);
        yield empty
            ? new OfObject(name, null)
            : isArrayOf(members.size(), value) ? new OfObject(name, members) : null;
      }
      case "list" -> {
        List<ObjectNode> items = Json.list(value, item -> item);
        yield empty
            ? new OfList(name, null)
            : isArrayOf(items.size(), value) ? new OfList(name, items) : null;
      }
      default -> null;
    };
  }

  private static boolean isArrayOf(int objects, JsonNode value) {
    return value.isArray() && value.size() == objects;
  }

  private static JsonNode valueToJson(@Nullable Object value) {
    if (value == null) {
      return NullNode.getInstance();
    }
    if (value instanceof Boolean truth) {
      return BooleanNode.valueOf(truth);
    }
    if (value instanceof BigDecimal number) {
      return DecimalNode.valueOf(number);
    }
    if (value instanceof LocalDateTime time) { // its toString leaves out seconds of 0
      return TextNode.valueOf(DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time));
    }
    if (value instanceof List<?> list) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      for (Object item : list) {
        array.add(item instanceof Variable member ? member.toJson() : (JsonNode) item);
      }
      return array;
    }
    return TextNode.valueOf(value.toString());
  }

  /** Without the value: it is the customer's. */
  private static String describe(Variable variable) {
    return variable.name() + ":" + variable.type();
  }
}
