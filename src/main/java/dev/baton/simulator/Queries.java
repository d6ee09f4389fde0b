package dev.baton.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Queries by REST, page by page: {@code /query}. */
final class Queries {

  private static final int LONGEST_URI = 16_384;

  private final ScriptBook script;
  private final SimulatedOrg org;
  private final Map<String, Soql.Result> rest = new ConcurrentHashMap<>();

  Queries(ScriptBook script, SimulatedOrg org) {
    this.script = script;
    this.org = org;
  }

  /** Serves a call whose path goes on with "query" after the version. */
  Answer handle(Call call, String version) {
    String query = call.query().get("q");
    if (call.segments().size() > 4 || query == null) {
      return page(call, version, call.segment(4));
    }
    if (!call.method().equals("GET")) {
      throw OrgErrors.notAllowed(call);
    }
    if (call.path().length() + query.length() > LONGEST_URI) {
      return Answer.html(414, "URI Too Long");
    }
    Soql.Result result = org.query(query);
    if (result.fields().isEmpty()) {
      ObjectNode counted = Json.object().put("totalSize", result.rows().size()).put("done", true);
      counted.putArray("records");
      return Answer.json(200, counted);
    }
    return page(version, result, result.rows().size());
  }

  private Answer page(Call call, String version, String locator) {
    Soql.Result remaining = rest.remove(locator);
    if (!call.method().equals("GET") || remaining == null) {
      throw OrgErrors.refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
    }
    return page(version, remaining, remaining.rows().size());
  }

  private Answer page(String version, Soql.Result result, int total) {
    int size = (int) Math.min(script.now().org().queryPageSize(), result.rows().size());
    boolean done = size == result.rows().size();
    ObjectNode body = Json.object().put("totalSize", total).put("done", done);
    if (!done) {
      String locator = "01g" + UUID.randomUUID();
      List<ObjectNode> others = result.rows().subList(size, result.rows().size());
      rest.put(locator, new Soql.Result(result.object(), result.fields(), others));
      body.put("nextRecordsUrl", "/services/data/" + version + "/query/" + locator);
    }
    ArrayNode records = body.putArray("records");
    for (ObjectNode row : result.rows().subList(0, size)) {
      ObjectNode picked = Json.object();
      for (String field : result.fields()) {
        picked.set(field, Optional.ofNullable(row.get(field)).orElse(picked.nullNode()));
      }
      String id = row.path("Id").asText();
      records.add(SObjects.withAttributes(version, result.object(), id, picked));
    }
    return Answer.json(200, body);
  }
}
