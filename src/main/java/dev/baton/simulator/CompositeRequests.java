package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.sun.net.httpserver.Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Several requests in one: {@code /composite}. The answer is 200 whatever becomes of them. */
final class CompositeRequests {

  private static final int MOST = 25;
  private static final Pattern ID = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");
  private static final Pattern REFERENCE = Pattern.compile("@\\{(\\w+)\\.([\\w.\\[\\]]+)}");
  private static final Set<String> NOT_FOR_PARTS =
      Set.of("authorization", "accept", "content-type");
  private static final Set<String> OF_ROUTING =
      Set.of(Records.PENDING, Records.REQUIREMENT, Records.WORK);
  private static final String ROLLED_BACK =
      "The transaction was rolled back since another operation in the same transaction failed.";

  private final ScriptBook script;
  private final SimulatedOrg org;

  CompositeRequests(ScriptBook script, SimulatedOrg org) {
    this.script = script;
    this.org = org;
  }

  private record Part(
      String method,
      String url,
      String referenceId,
      @Nullable JsonNode body,
      Map<String, String> headers) {

    static Part read(JsonNode json) {
      StrictObject in = StrictObject.of(json, "compositeRequest[]");
      String referenceId = in.text("referenceId");
      if (!ID.matcher(referenceId).matches()) {
        throw in.wrong("referenceId", "letters, digits and underscores, a letter first");
      }
      Map<String, String> headers = new HashMap<>();
      JsonNode given = in.any("httpHeaders");
      if (given != null) {
        given.properties().forEach(h -> headers.put(h.getKey(), h.getValue().asText()));
      }
      Part part = new Part(in.text("method"), in.text("url"), referenceId, in.any("body"), headers);
      in.end();
      return part;
    }
  }

  /**
   * Runs the parts in their order, which collateSubrequests does not change here.
   *
   * @param send processes one part as if it had come by itself; its refusals are thrown
   */
  Answer handle(JsonNode body, String version, Function<Call, Answer> send) {
    if (script.now().org().quirks().composite() == OrgQuirks.Composite.OFF) {
      throw OrgErrors.nothing();
    }
    StrictObject root = StrictObject.of(body, "");
    boolean allOrNone = root.flag("allOrNone", false);
    root.flag("collateSubrequests", true);
    List<Part> parts = root.list("compositeRequest", List.of(), Part::read);
    root.end();
    check(parts);
    List<Answer> answers =
        org.together(
            () -> allOrNone ? allOrNone(parts, version, send) : each(parts, version, send));
    ObjectNode whole = Json.object();
    ArrayNode list = whole.putArray("compositeResponse");
    for (int i = 0; i < parts.size(); i++) {
      list.add(item(parts.get(i), answers.get(i)));
    }
    return Answer.json(200, whole);
  }

  private static void check(List<Part> parts) {
    if (parts.isEmpty() || parts.size() > MOST) {
      throw OrgErrors.refuse(
          400, "LIMIT_EXCEEDED", "From 1 to " + MOST + " subrequests, not " + parts.size());
    }
    Set<String> ids = new HashSet<>();
    for (Part part : parts) {
      if (!ids.add(part.referenceId())) {
        throw new BadJson("referenceId " + part.referenceId() + " is not unique");
      }
    }
  }

  private List<Answer> each(List<Part> parts, String version, Function<Call, Answer> send) {
    Map<String, JsonNode> known = new HashMap<>();
    return parts.stream().map(part -> attempt(part, version, send, known)).toList();
  }

  private List<Answer> allOrNone(List<Part> parts, String version, Function<Call, Answer> send) {
    Runnable back = org.savepoint();
    Map<String, JsonNode> known = new HashMap<>();
    List<Answer> answers = new ArrayList<>();
    for (Part part : parts) {
      Answer answer = attempt(part, version, send, known);
      answers.add(answer);
      if (answer.status() >= 400) {
        back.run();
        int guilty = answers.size() - 1;
        answers.replaceAll(innocent -> halted(ROLLED_BACK));
        answers.set(guilty, answer);
        while (answers.size() < parts.size()) {
          answers.add(halted(ROLLED_BACK));
        }
        return answers;
      }
    }
    return answers;
  }

  private Answer attempt(
      Part part, String version, Function<Call, Answer> send, Map<String, JsonNode> known) {
    try {
      Answer answer = send.apply(call(part, version, known));
      if (answer.json() != null && answer.status() < 400) {
        known.put(part.referenceId(), answer.json());
      }
      return answer;
    } catch (Refusal e) {
      return e.answer();
    } catch (BadJson e) {
      return OrgErrors.of(400, "JSON_PARSER_ERROR", e.words());
    }
  }

  private Call call(Part part, String version, Map<String, JsonNode> known) {
    Headers headers = new Headers();
    for (Map.Entry<String, String> header : part.headers().entrySet()) {
      if (NOT_FOR_PARTS.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        throw OrgErrors.refuse(
            400, "INVALID_HEADER", header.getKey() + " is not possible in a subrequest");
      }
      headers.set(header.getKey(), header.getValue());
    }
    headers.set("Content-Type", "application/json");
    String[] url = filled(part.url(), known).split("\\?", 2);
    String body = part.body() == null ? "" : Json.write(filled(part.body(), known));
    Call call = Call.of(part.method(), url[0], url.length == 2 ? url[1] : "", headers, body);
    String kind = call.segment(3);
    if (!url[0].startsWith("/services/data/" + version + "/")
        || !(kind.equals("sobjects") || kind.equals("query"))) {
      throw OrgErrors.refuse(400, "INVALID_URL", "No subrequest is possible to " + url[0]);
    }
    if (script.now().org().quirks().composite() == OrgQuirks.Composite.REFUSES_ROUTING
        && OF_ROUTING.stream().anyMatch(call.segment(4)::equalsIgnoreCase)) {
      throw OrgErrors.refuse(
          400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", call.segment(4) + " is not supported here");
    }
    return call;
  }

  private static JsonNode filled(JsonNode node, Map<String, JsonNode> known) {
    if (node.isTextual()) {
      return TextNode.valueOf(filled(node.textValue(), known));
    }
    if (node instanceof ObjectNode object) {
      ObjectNode filled = Json.object();
      object.properties().forEach(m -> filled.set(m.getKey(), filled(m.getValue(), known)));
      return filled;
    }
    return node;
  }

  /** Replaces {@code @{ref.member}} by what an earlier part answered. */
  private static String filled(String text, Map<String, JsonNode> known) {
    Matcher matcher = REFERENCE.matcher(text);
    return matcher.replaceAll(
        found -> {
          String pointer = "/" + found.group(2).replaceAll("[.\\[]", "/").replace("]", "");
          JsonNode of = known.get(found.group(1));
          JsonNode value = of == null ? null : of.at(pointer);
          if (value == null || !value.isValueNode()) {
            throw new Refusal(
                halted("Invalid reference specified. No value for " + found.group(1) + " found"));
          }
          return Matcher.quoteReplacement(value.asText());
        });
  }

  private static ObjectNode item(Part part, Answer answer) {
    ObjectNode item = Json.object();
    item.set("body", answer.json() == null ? item.nullNode() : answer.json());
    ObjectNode headers = item.putObject("httpHeaders");
    String location = answer.headers().get("Location");
    if (location != null) {
      headers.put("Location", location);
    }
    return item.put("httpStatusCode", answer.status()).put("referenceId", part.referenceId());
  }

  private static Answer halted(String words) {
    return OrgErrors.of(400, "PROCESSING_HALTED", words);
  }
}
