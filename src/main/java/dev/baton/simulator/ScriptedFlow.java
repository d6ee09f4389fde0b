package dev.baton.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A flow of the script: how it is found, whether it can be started, what comes of it. */
record ScriptedFlow(
    String id,
    String versionId,
    String latestVersionId,
    String label,
    String processType,
    @Nullable String namespace,
    boolean active,
    List<String> inputs,
    Does does,
    @Nullable String queue,
    ObjectNode outputs) {

  private static final String STARTABLE = "AutoLaunchedFlow";

  enum Does {
    FINISH,
    WAIT,
    FAIL,
    INTERVIEW_ERROR,
    CHECK_AVAILABILITY
  }

  static ScriptedFlow read(StrictObject in) {
    String id = Script.checkId("flows.id", in.text("id"), "300");
    // In real orgs the two differ; here the last characters tell which belong together.
    String version = Ids.normalise("301" + id.substring(3, 15)).orElseThrow();
    String versionId = Script.checkId("flows.versionId", in.text("versionId", version), "301");
    JsonNode outputs = in.any("outputs");
    if (outputs != null && !outputs.isObject()) {
      throw in.wrong("outputs", "an object");
    }
    return new ScriptedFlow(
        id,
        versionId,
        Script.checkId("flows.latestVersionId", in.text("latestVersionId", versionId), "301"),
        in.text("label", "Flow"),
        in.text("processType", STARTABLE),
        in.optionalText("namespace"),
        in.flag("active", true),
        in.texts("inputs"),
        in.oneOf("does", Does.class, Does.FINISH),
        in.optionalText("queue"),
        outputs == null ? Json.object() : outputs.deepCopy());
  }

  boolean startable() {
    return active && processType.equals(STARTABLE);
  }

  /** Its row in FlowDefinitionView. */
  ObjectNode row(String name, int idLength) {
    String prefix = namespace == null ? "" : namespace + "__";
    return Json.object()
        .put("DurableId", id.substring(0, idLength))
        .put("ApiName", name.startsWith(prefix) ? name.substring(prefix.length()) : name)
        .put("Label", label)
        .put("NamespacePrefix", namespace)
        .put("ProcessType", processType)
        .put("IsActive", active)
        .put("ActiveVersionId", active ? versionId.substring(0, idLength) : null)
        .put("LatestVersionId", latestVersionId.substring(0, idLength));
  }
}
