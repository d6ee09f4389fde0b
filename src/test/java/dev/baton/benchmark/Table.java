package dev.baton.benchmark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A table in Markdown that can be read as it is, too. */
final class Table {

  private final String title;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String title, String... columns) {
    this.title = title;
    rows.add(List.of(columns));
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** A number with as many digits as are worth reading; a dash for what is not known. */
  static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return "-";
    }
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  static String percent(double value) {
    return Double.isNaN(value) ? "-" : Math.round(value * 100) + " %";
  }

  void writeTo(ArrayNode json) {
    ObjectNode table = json.addObject().put("title", title);
    ArrayNode all = table.putArray("rows");
    for (List<String> row : rows) {
      ArrayNode cells = all.addArray();
      row.forEach(cells::add);
    }
  }

  @Override
  public String toString() {
    int[] widths = new int[rows.get(0).size()];
    rows.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row.get(i).length())));
    StringBuilder text = new StringBuilder("### ").append(title).append("\n\n");
    for (int i = 0; i < rows.size(); i++) {
      append(text, rows.get(i), widths);
      if (i == 0) {
        Arrays.stream(widths).forEach(width -> text.append('|').append("-".repeat(width + 2)));
        text.append("|\n");
      }
    }
    return text.append('\n').toString();
  }

  private static void append(StringBuilder text, List<String> row, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      text.append("| ").append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 1));
    }
    text.append("|\n");
  }
}
