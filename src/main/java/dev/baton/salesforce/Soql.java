package dev.baton.salesforce;

import java.util.Collection;
import java.util.stream.Collectors;

/** Values inside SOQL. Whatever comes from outside passes through here. */
final class Soql {

  private Soql() {}

  /** A string literal, quotes included, that means exactly this text. */
  static String text(String value) {
    StringBuilder literal = new StringBuilder("'");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\', '\'', '"' -> literal.append('\\').append(c);
        case '\n' -> literal.append("\\n");
        case '\r' -> literal.append("\\r");
        case '\t' -> literal.append("\\t");
        case '\b' -> literal.append("\\b");
        case '\f' -> literal.append("\\f");
        default -> literal.append(c);
      }
    }
    return literal.append('\'').toString();
  }

  /** What follows {@code IN}, parentheses included. */
  static String list(Collection<String> values) {
    return values.stream().map(Soql::text).collect(Collectors.joining(",", "(", ")"));
  }
}
