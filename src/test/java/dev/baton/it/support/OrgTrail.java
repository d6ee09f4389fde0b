package dev.baton.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the org's REST API was asked for, a line each, as it was sent: method, path, header, body.
 * What differs from run to run has a name in its place, such as {@code <case>}.
 */
public final class OrgTrail {

  private static final String DATA = "/services/data/v63.0/";

  /** Asked now and then, for the sake of all conversations. */
  private static final Pattern KEPT = Pattern.compile("FROM (ServiceChannel|FlowDefinitionView) ");

  private final Map<String, String> names = new LinkedHashMap<>();
  private final List<JsonNode> calls = new ArrayList<>();

  private OrgTrail() {}

  /** Of the one conversation that went on since the journal was emptied. */
  public static OrgTrail of(Trial trial, String key) {
    OrgTrail trail = new OrgTrail();
    for (JsonNode call : trial.simulator.journal()) {
      if (call.path("path").asText().startsWith(DATA)) {
        trail.calls.add(call);
        Matcher row = Pattern.compile("\\b0JR[A-Za-z0-9]{15}\\b").matcher(call.toString());
        while (row.find()) {
          trail.names.put(row.group(), "<row>");
        }
      }
    }
    trial.offerKeys(key).forEach(offer -> trail.names.put(offer, "<offer>"));
    trial.cases(key).forEach(kase -> trail.names.put(kase, "<case>"));
    trail.names.put(trial.session(key), "<session>");
    return trail;
  }

  /** Everything that may change something, in order; what was refused ends with its status. */
  public List<String> writes() {
    return calls.stream()
        .filter(call -> !call.path("method").asText().equals("GET"))
        .map(this::line)
        .toList();
  }

  /** Every query, each once. */
  public Set<String> reads() {
    Set<String> reads = new TreeSet<>();
    for (JsonNode call : calls) {
      String soql = soql(call);
      if (!soql.isEmpty() && !KEPT.matcher(soql).find()) {
        reads.add(named(soql));
      }
    }
    return reads;
  }

  /** How often the org was asked something, in whatever words. */
  public long count(String method, String pathOrSoql) {
    return calls.stream()
        .filter(call -> call.path("method").asText().equals(method))
        .filter(call -> (call.path("path").asText() + " " + soql(call)).contains(pathOrSoql))
        .count();
  }

  /** Whether the agents' work was looked at after the last write. */
  public boolean looksAtWorkInTheEnd() {
    boolean looked = false;
    for (JsonNode call : calls) {
      looked =
          call.path("method").asText().equals("GET")
              && (looked || named(soql(call)).equals(Kind.WORK));
    }
    return looked;
  }

  private static String soql(JsonNode call) {
    return call.path("query").path("q").asText("");
  }

  private String line(JsonNode call) {
    StringBuilder line =
        new StringBuilder(call.path("method").asText())
            .append(' ')
            .append(call.path("path").asText().substring(DATA.length()));
    JsonNode autoAssign = call.path("headers").path("Sforce-Auto-Assign");
    if (!autoAssign.isMissingNode()) {
      line.append(" auto-assign=").append(autoAssign.asText());
    }
    if (!call.path("body").isNull()) {
      line.append(' ').append(withoutTranscript(call.path("body").deepCopy()));
    }
    if (call.path("status").asInt() >= 300) {
      line.append(" -> ").append(call.path("status").asInt());
    }
    return named(line.toString());
  }

  /** The words of the talk are another test's. */
  private static JsonNode withoutTranscript(JsonNode body) {
    for (JsonNode parent : body.findParents("Description")) {
      ((ObjectNode) parent).put("Description", "<transcript>");
    }
    return body;
  }

  private String named(String line) {
    String named = line.replace(DATA, "<data>/");
    for (Map.Entry<String, String> name : names.entrySet()) {
      named = named.replace(name.getKey(), name.getValue());
    }
    return named;
  }
}
