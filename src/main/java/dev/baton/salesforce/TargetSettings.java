package dev.baton.salesforce;

import dev.baton.bots.Target;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What sessions are offered to in an org, and how.
 *
 * @param types the types of targets that are served: {@link Target#QUEUE}, {@link Target#SKILL},
 *     {@link Target#FLOW}, {@link #AGENT}
 * @param serviceChannelId id of the service channel for Case; null to look it up
 * @param flows by the flow's id, as 15 or 18 characters
 */
public record TargetSettings(
    Set<String> types,
    CaseSettings cases,
    @Nullable String serviceChannelId,
    AgentRouting agents,
    Map<String, FlowSettings> flows) {

  /** A user of the org. No type of the Bots API: only configuration names such targets. */
  public static final String AGENT = "Baton:Agent:Id";

  /** Queues only, in a new org. */
  public static final TargetSettings DEFAULT =
      new TargetSettings(
          Set.of(Target.QUEUE), CaseSettings.DEFAULT, null, AgentRouting.PREFERRED_USER, Map.of());

  public TargetSettings {
    types = Set.copyOf(types);
    flows = Map.copyOf(flows);
  }
}
