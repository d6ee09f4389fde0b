package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Invocable actions: {@code /actions}, of which there are skillsBasedRouting and the flows. */
final class Actions {

  private static final int MOST_SKILLS = 25;

  private final ScriptBook script;
  private final SimulatedOrg org;

  Actions(ScriptBook script, SimulatedOrg org) {
    this.script = script;
    this.org = org;
  }

  /** Serves a call whose path goes on with "actions" after the version. */
  Answer handle(Call call, Journal.Entry entry) {
    List<String> path = call.segments().subList(4, call.segments().size());
    if (path.equals(List.of("standard", "skillsBasedRouting"))) {
      return run(call, path.get(1), this::routeBySkills);
    }
    if (path.size() == 3 && path.subList(0, 2).equals(List.of("custom", "flow"))) {
      String name = path.get(2);
      ScriptedFlow flow = script.now().flows().get(name);
      if (flow == null || !flow.startable()) {
        // An Omni-Channel flow is none of the actions, as far as anybody knows.
        throw OrgErrors.nothing();
      }
      return call.method().equals("GET")
          ? Answer.json(200, description(name, flow))
          : run(call, name, input -> interview(flow, input, entry));
    }
    throw OrgErrors.nothing();
  }

  private interface Action {
    /** Answers the output values; a refusal becomes an error of this input. */
    ObjectNode run(ObjectNode input);
  }

  private Answer run(Call call, String name, Action action) {
    if (!call.method().equals("POST")) {
      throw OrgErrors.notAllowed(call);
    }
    StrictObject root = StrictObject.of(SObjects.json(call), "");
    List<ObjectNode> inputs =
        root.list(
            "inputs",
            List.of(),
            item -> {
              if (item instanceof ObjectNode input) {
                return input;
              }
              throw root.wrong("inputs", "a list of objects");
            });
    root.end();
    if (inputs.isEmpty()) {
      throw root.wrong("inputs", "a list with one input for each run");
    }
    ArrayNode results = Json.array();
    boolean failed = false;
    for (ObjectNode input : inputs) {
      ObjectNode result = result(name, action, input);
      failed |= !result.path("isSuccess").asBoolean();
      results.add(result);
    }
    return Answer.json(failed ? script.now().org().quirks().actionErrorStatus() : 200, results);
  }

  private ObjectNode result(String name, Action action, ObjectNode input) {
    ObjectNode result = Json.object().put("actionName", name).putNull("errors");
    result.putNull("invocationId").put("isSuccess", true).putNull("outcome");
    try {
      result.set("outputValues", all(() -> action.run(input)));
    } catch (Refusal e) {
      JsonNode words = Optional.ofNullable(e.answer().json()).orElseGet(Json::array).path(0);
      ObjectNode error = result.put("isSuccess", false).putArray("errors").addObject();
      error.set("statusCode", words.path("errorCode"));
      error.set("message", words.path("message"));
      error.putArray("fields");
      result.putNull("outputValues");
    }
    return result.put("sortOrder", -1).put("version", 1);
  }

  /** One input is one transaction: what it made is gone when it fails. */
  private ObjectNode all(Supplier<ObjectNode> work) {
    return org.together(
        () -> {
          Runnable back = org.savepoint();
          try {
            return work.get();
          } catch (Refusal e) {
            back.run();
            throw e;
          }
        });
  }

  private ObjectNode routeBySkills(ObjectNode input) {
    checkNames(input, List.of("recordId", "routingConfigId", "skillIdList"));
    String config = input.path("routingConfigId").asText();
    if (!Ids.same(config, Simulator.ROUTING_CONFIG_ID)) {
      throw OrgErrors.badReference("routingConfigId");
    }
    List<String> skills = new ArrayList<>();
    for (String skill : List.of(input.path("skillIdList").asText().split(",", -1))) {
      skills.add(skill.strip());
    }
    if (skills.size() > MOST_SKILLS) {
      throw OrgErrors.refuse(400, "LIMIT_EXCEEDED", "At most " + MOST_SKILLS + " skills");
    }
    ObjectNode row =
        Json.object()
            .put("WorkItemId", input.path("recordId").asText())
            .put("ServiceChannelId", Simulator.CASE_CHANNEL_ID)
            .put("RoutingType", "SkillsBased")
            .put("RoutingModel", "MostAvailable")
            .put("CapacityWeight", 1);
    String pending = org.create(Records.PENDING, row, false);
    for (String skill : skills) {
      ObjectNode requirement = Json.object().put("RelatedRecordId", pending).put("SkillId", skill);
      org.create(Records.REQUIREMENT, requirement, false);
    }
    org.update(Records.PENDING, pending, Json.object().put("IsReadyForRouting", true));
    return Json.object().put("pendingServiceRoutingId", pending);
  }

  private ObjectNode interview(ScriptedFlow flow, ObjectNode input, Journal.Entry entry) {
    checkNames(input, flow.inputs());
    if (input.path("transferKey").isTextual()) {
      entry.once("transferKey", input.path("transferKey").asText());
    }
    ObjectNode outputs = Json.object().put("Flow__InterviewGuid", UUID.randomUUID().toString());
    return switch (flow.does()) {
      case FAIL ->
          throw OrgErrors.refuse(400, "UNKNOWN_EXCEPTION", "An unhandled fault has occurred");
      case WAIT -> outputs.put("Flow__InterviewStatus", "Waiting");
      case INTERVIEW_ERROR -> outputs.put("Flow__InterviewStatus", "Error");
      case CHECK_AVAILABILITY -> {
        outputs.setAll(
            org.availability(id(input, "queueId"), id(input, "agentId"), id(input, "skillId")));
        yield finished(outputs, flow);
      }
      case FINISH -> {
        if (flow.queue() != null) {
          outputs.put("workItemId", queued(input, flow.queue()));
        }
        yield finished(outputs, flow);
      }
    };
  }

  private static ObjectNode finished(ObjectNode outputs, ScriptedFlow flow) {
    outputs.setAll(flow.outputs().deepCopy());
    return outputs.put("Flow__InterviewStatus", "Finished");
  }

  /** What many a routing flow does: puts the case it is given, or one it makes, into a queue. */
  private String queued(ObjectNode input, String queue) {
    ObjectNode change = Json.object().put("OwnerId", queue);
    String given = input.path("caseId").asText("");
    if (!given.isEmpty()) {
      org.update(Records.CASE, given, change);
      return Ids.normalise(given).orElse(given);
    }
    change.put("Subject", input.path("subject").asText("Chat transfer"));
    change.put("Description", input.path("description").asText(""));
    return org.create(Records.CASE, change, false);
  }

  private static void checkNames(ObjectNode input, List<String> known) {
    for (Map.Entry<String, JsonNode> member : input.properties()) {
      if (!known.contains(member.getKey())) {
        throw OrgErrors.refuse(
            400, "INVALID_API_INPUT", "There is no input parameter " + member.getKey());
      }
    }
  }

  private static @Nullable String id(ObjectNode input, String name) {
    return Ids.normalise(input.path(name).asText("")).orElse(null);
  }

  private static ObjectNode description(String name, ScriptedFlow flow) {
    ObjectNode description =
        Json.object().put("name", name).put("label", flow.label()).put("type", "FLOW");
    ArrayNode inputs = description.putArray("inputs");
    flow.inputs()
        .forEach(
            input ->
                inputs
                    .addObject()
                    .put("name", input)
                    .put("label", input)
                    .put("type", "STRING")
                    .put("required", false));
    ArrayNode outputs = description.putArray("outputs");
    List.of("Flow__InterviewGuid", "Flow__InterviewStatus")
        .forEach(output -> outputs.addObject().put("name", output).put("type", "STRING"));
    return description;
  }
}
