package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads and runs the small part of SOQL that routing needs: SELECT fields or COUNT() FROM object
 * WHERE with =, !=, IN, NOT IN, AND, OR and parentheses, ORDER BY, LIMIT. As in Salesforce, names
 * ignore case, and AND and OR do not mix without parentheses.
 */
final class Soql {

  private static final Pattern TOKEN =
      Pattern.compile("\\s*(?:('(?:\\\\.|[^'\\\\])*')|([A-Za-z_][\\w.]*)|(\\d+)|(!=|<>|[=(),]))");

  /**
   * The rows of one object, oldest first.
   *
   * @param plainIds whether ids are compared as the texts they are, however long
   * @param refusesOr whether a condition must do without OR, as in views of metadata
   */
  record Table(
      String object,
      List<String> fields,
      List<ObjectNode> rows,
      boolean plainIds,
      boolean refusesOr) {

    Table(String object, List<String> fields, List<ObjectNode> rows) {
      this(object, fields, rows, false, false);
    }
  }

  /** What was found. Without fields the rows were only counted. */
  record Result(String object, List<String> fields, List<ObjectNode> rows) {}

  private final List<String> tokens;
  private final Function<String, Optional<Table>> tables;
  private int at;

  private Soql(List<String> tokens, Function<String, Optional<Table>> tables) {
    this.tokens = tokens;
    this.tables = tables;
  }

  /**
   * Runs a query.
   *
   * @throws Refusal MALFORMED_QUERY, INVALID_TYPE, INVALID_FIELD
   */
  static Result run(String query, Function<String, Optional<Table>> tables) {
    return new Soql(tokens(query), tables).read();
  }

  private Result read() {
    expect("SELECT");
    List<String> asked = asked();
    expect("FROM");
    String object = word();
    Table table =
        tables
            .apply(object)
            .orElseThrow(
                () ->
                    OrgErrors.refuse(
                        400, "INVALID_TYPE", "sObject type '" + object + "' is not supported."));
    List<String> fields = asked.stream().map(name -> field(table, name)).toList();
    Predicate<ObjectNode> where = accept("WHERE") ? condition(table) : row -> true;
    List<ObjectNode> rows = new ArrayList<>(table.rows().stream().filter(where).toList());
    if (accept("ORDER")) {
      expect("BY");
      order(table, rows);
    }
    if (accept("LIMIT")) {
      int limit = count();
      rows = rows.subList(0, Math.min(limit, rows.size()));
    }
    if (at < tokens.size()) {
      throw unexpected(tokens.get(at));
    }
    return new Result(table.object(), fields, rows);
  }

  private List<String> asked() {
    if (accept("COUNT")) {
      expect("(");
      expect(")");
      return List.of();
    }
    List<String> asked = new ArrayList<>();
    do {
      asked.add(word());
    } while (accept(","));
    return asked;
  }

  private void order(Table table, List<ObjectNode> rows) {
    List<Comparator<ObjectNode>> keys = new ArrayList<>();
    boolean descending = false;
    do {
      String field = field(table, word());
      Comparator<ObjectNode> key = Comparator.comparing(row -> row.path(field).asText());
      descending = accept("DESC");
      if (!descending) {
        accept("ASC");
      }
      if (accept("NULLS")) {
        next();
      }
      keys.add(descending ? key.reversed() : key);
    } while (accept(","));
    if (descending) {
      // Rows of one second stand newest first as well.
      Collections.reverse(rows);
    }
    keys.stream().reduce(Comparator::thenComparing).ifPresent(rows::sort);
  }

  private Predicate<ObjectNode> condition(Table table) {
    Predicate<ObjectNode> condition = term(table);
    String joint = null;
    while (at < tokens.size() && (peek("AND") || peek("OR"))) {
      String next = next();
      if (joint != null && !joint.equalsIgnoreCase(next)) {
        throw unexpected(next);
      }
      joint = next;
      if (table.refusesOr() && next.equalsIgnoreCase("OR")) {
        throw OrgErrors.refuse(
            400,
            "MALFORMED_QUERY",
            "Implementation restriction: " + table.object() + " does not support OR");
      }
      Predicate<ObjectNode> other = term(table);
      condition = next.equalsIgnoreCase("AND") ? condition.and(other) : condition.or(other);
    }
    return condition;
  }

  private Predicate<ObjectNode> term(Table table) {
    if (accept("(")) {
      Predicate<ObjectNode> inner = condition(table);
      expect(")");
      return inner;
    }
    String field = field(table, word());
    if (accept("=")) {
      return in(field, List.of(value(table, field)));
    }
    if (accept("!=") || accept("<>")) {
      return in(field, List.of(value(table, field))).negate();
    }
    boolean not = accept("NOT");
    expect("IN");
    expect("(");
    List<JsonNode> values = new ArrayList<>();
    do {
      values.add(value(table, field));
    } while (accept(","));
    expect(")");
    Predicate<ObjectNode> in = in(field, values);
    return not ? in.negate() : in;
  }

  private static Predicate<ObjectNode> in(String field, List<JsonNode> values) {
    return row -> values.stream().anyMatch(value -> equal(row.path(field), value));
  }

  private static boolean equal(JsonNode stored, JsonNode asked) {
    if (asked.isNull() || stored.isNull() || stored.isMissingNode()) {
      return asked.isNull() && (stored.isNull() || stored.isMissingNode());
    }
    return stored.asText().equalsIgnoreCase(asked.asText())
        && (stored.isTextual() == asked.isTextual());
  }

  private JsonNode value(Table table, String field) {
    String token = next();
    if (token.startsWith("'")) {
      String text = token.substring(1, token.length() - 1).replaceAll("\\\\(.)", "$1");
      return TextNode.valueOf(isId(field) && !table.plainIds() ? id(text) : text);
    }
    if (token.equalsIgnoreCase("true") || token.equalsIgnoreCase("false")) {
      return BooleanNode.valueOf(token.equalsIgnoreCase("true"));
    }
    if (token.equalsIgnoreCase("null")) {
      return NullNode.getInstance();
    }
    throw unexpected(token);
  }

  private static boolean isId(String field) {
    return field.endsWith("Id");
  }

  private static String id(String text) {
    return Ids.normalise(text)
        .orElseThrow(
            () ->
                OrgErrors.refuse(
                    400, "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: " + text));
  }

  private static String field(Table table, String name) {
    return table.fields().stream()
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(
            () ->
                OrgErrors.refuse(
                    400,
                    "INVALID_FIELD",
                    "No such column '" + name + "' on entity '" + table.object() + "'."));
  }

  private int count() {
    String token = next();
    if (!token.matches("\\d{1,9}")) {
      throw unexpected(token);
    }
    return Integer.parseInt(token);
  }

  private String word() {
    String token = next();
    if (!Character.isLetter(token.charAt(0)) && token.charAt(0) != '_') {
      throw unexpected(token);
    }
    return token;
  }

  private String next() {
    if (at >= tokens.size()) {
      throw unexpected(null);
    }
    return tokens.get(at++);
  }

  private boolean peek(String expected) {
    return at < tokens.size() && tokens.get(at).equalsIgnoreCase(expected);
  }

  private boolean accept(String expected) {
    boolean there = peek(expected);
    if (there) {
      at++;
    }
    return there;
  }

  private void expect(String expected) {
    String token = next();
    if (!token.equalsIgnoreCase(expected)) {
      throw unexpected(token);
    }
  }

  private static Refusal unexpected(@Nullable String token) {
    return OrgErrors.refuse(
        400, "MALFORMED_QUERY", "unexpected token: " + (token == null ? "<EOF>" : token));
  }

  private static List<String> tokens(String query) {
    List<String> tokens = new ArrayList<>();
    String text = query.strip();
    Matcher matcher = TOKEN.matcher(text);
    int end = 0;
    while (end < text.length()) {
      if (!matcher.find(end) || matcher.start() != end) {
        throw unexpected(text.substring(end, Math.min(text.length(), end + 20)));
      }
      tokens.add(matcher.group().strip());
      end = matcher.end();
    }
    return tokens;
  }
}
