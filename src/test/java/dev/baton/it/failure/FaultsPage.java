package dev.baton.it.failure;

import dev.baton.it.failure.FaultTrial.Found;
import dev.baton.it.support.FaultCase;
import dev.baton.it.support.FaultCase.Fault;
import dev.baton.it.support.FaultCase.Remote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The table of docs/faults.md, as the conversations were seen to go. */
final class FaultsPage {

  private final Map<FaultCase, Found> found;

  FaultsPage(Map<FaultCase, Found> found) {
    this.found = found;
  }

  /** A line per call; faults that do the same at every call share a column. */
  String table() {
    Map<List<String>, List<String>> columns = new LinkedHashMap<>();
    for (Fault fault : FaultCase.faults()) {
      List<String> column = Remote.all().stream().map(remote -> cell(remote, fault)).toList();
      columns.computeIfAbsent(column, c -> new ArrayList<>()).add(fault.name());
    }
    StringBuilder table = new StringBuilder();
    line(table, "Call", columns.values().stream().map(FaultsPage::names).toList());
    line(table, "---", columns.values().stream().map(names -> "---").toList());
    for (int i = 0; i < Remote.all().size(); i++) {
      int row = i;
      line(
          table,
          Remote.all().get(i).name(),
          columns.keySet().stream().map(column -> column.get(row)).toList());
    }
    return table.toString();
  }

  private static void line(StringBuilder table, String first, List<String> others) {
    table.append("| ").append(first).append(" | ").append(String.join(" | ", others));
    table.append(" |\n");
  }

  /** A status with each of the three bodies is named once. */
  private static String names(List<String> faults) {
    String all = String.join(", ", faults);
    return all.replaceAll("(\\d{3}) json, \\1 html, \\1 none", "$1");
  }

  private String cell(Remote remote, Fault fault) {
    String once = effect(remote, fault, false);
    String lasting = effect(remote, fault, true);
    return once.equals(lasting) ? once : once + " / " + lasting;
  }

  private String effect(Remote remote, Fault fault, boolean always) {
    return found.keySet().stream()
        .filter(c -> c.remote().equals(remote) && c.fault().equals(fault) && c.always() == always)
        // Whether an agent is quicker than we are to take a Case in doubt back, is not ours to say.
        .filter(c -> remote.before() == null || remote.onlyIfAccepted() != null || !c.accepted())
        .map(c -> effect(c, Objects.requireNonNull(found.get(c))))
        .distinct()
        .sorted()
        .collect(Collectors.joining(" or "));
  }

  /** In a word, of which the page says what it means. */
  private static String effect(FaultCase one, Found seen) {
    String usual =
        one.accepted() ? "transferred succeeded 0 1" : "ended failed NoAgentAvailable 1 0";
    String end =
        seen.state() + " " + seen.report() + " " + seen.undelivered() + " " + seen.openCases();
    if (end.equals(usual)) {
      return seen.incident() == null ? "goes on" : "incident";
    }
    String what =
        switch (seen.state() + " " + seen.report()) {
          case "ended failed Error" -> "error";
          case "ended failed NoAgentAvailable" -> "case stays";
          case "ended none", "ended session-gone", "transferred session-gone" -> "gone";
          default -> end;
        };
    return seen.incident() == null ? what : "incident, then " + what;
  }
}
