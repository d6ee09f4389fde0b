package dev.baton.salesforce;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a flow is called.
 *
 * @param apiName with its namespace, {@code ns__Name}; null to look it up by the target's id
 * @param inputs by the flow's input variable, what it gets: {@code conversationKey}, {@code
 *     sessionId}, {@code transferKey}, {@code botId}, {@code summary}, {@code transcript}, {@code
 *     handover} (JSON), {@code variable:} and a bot variable's name, or {@code text:} and a fixed
 *     text. Empty for those of the first seven that the flow has an input variable for
 * @param workItemOutput the output variable that names the record whose acceptance decides
 */
public record FlowSettings(
    @Nullable String apiName, Map<String, String> inputs, String workItemOutput) {

  /** Looked up, with the inputs that it declares. */
  public static final FlowSettings DEFAULT = new FlowSettings(null, Map.of(), "workItemId");

  /**
   * Takes a copy.
   *
   * @throws IllegalArgumentException when an input would get something that there is not, or a name
   *     cannot be one
   */
  public FlowSettings {
    inputs = Map.copyOf(inputs);
    inputs.values().forEach(FlowInputs::check);
    if (apiName != null && !apiName.matches("[A-Za-z][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException("A flow's API name is not " + apiName);
    }
  }
}
