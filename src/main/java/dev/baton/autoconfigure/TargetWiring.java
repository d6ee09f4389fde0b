package dev.baton.autoconfigure;

import dev.baton.autoconfigure.BatonProperties.TargetType;
import dev.baton.autoconfigure.BatonProperties.Targets;
import dev.baton.bots.Target;
import dev.baton.salesforce.AgentRouting;
import dev.baton.salesforce.CaseSettings;
import dev.baton.salesforce.FlowSettings;
import dev.baton.salesforce.TargetSettings;
import dev.baton.transfer.FailureVariables;
import dev.baton.transfer.Redaction;
import dev.baton.webhook.Webhook;
import dev.baton.webhook.WebhookTarget;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What the properties say about targets, in the targets' own words. */
final class TargetWiring {

  private TargetWiring() {}

  static TargetSettings salesforce(BatonProperties properties) {
    Targets targets = properties.targets();
    BatonProperties.Salesforce rest = properties.salesforce();
    CaseSettings cases =
        new CaseSettings(
            CaseSettings.DEFAULT.origin(),
            CaseSettings.DEFAULT.openStatus(),
            CaseSettings.DEFAULT.closedStatus(),
            rest.caseKeyField(),
            rest.caseHandoverField());
    Set<String> types =
        targets.enabled().stream().map(TargetWiring::type).collect(Collectors.toSet());
    AgentRouting agents =
        switch (targets.agent().routing()) {
          case PREFERRED_USER -> AgentRouting.PREFERRED_USER;
          case EXTERNAL -> AgentRouting.EXTERNAL;
        };
    return new TargetSettings(types, cases, rest.serviceChannelId(), agents, flows(targets));
  }

  private static Map<String, FlowSettings> flows(Targets targets) {
    Map<String, FlowSettings> flows = new HashMap<>();
    targets
        .flow()
        .forEach(
            (name, flow) ->
                flows.put(
                    Objects.requireNonNull(flow.id()),
                    new FlowSettings(flow.apiName(), flow.inputs(), flow.workItemOutput())));
    return flows;
  }

  static Map<String, Webhook> webhooks(Targets targets) {
    Map<String, Webhook> webhooks = new HashMap<>();
    targets
        .webhook()
        .forEach(
            (name, webhook) ->
                webhooks.put(
                    name,
                    new Webhook(
                        Objects.requireNonNull(webhook.url()),
                        Objects.requireNonNull(webhook.secret()))));
    return webhooks;
  }

  /** What the bot is told when nobody takes the session. */
  static FailureVariables variables(BatonProperties.FailureVariables names) {
    return new FailureVariables(names.outcome(), names.tried(), names.opensAt());
  }

  static Redaction redaction(Targets targets) {
    Map<String, Set<Redaction.Part>> parts = new HashMap<>();
    targets.redact().forEach((type, dropped) -> parts.put(type(type), dropped));
    return Redaction.dropping(parts);
  }

  private static String type(TargetType type) {
    return switch (type) {
      case QUEUE -> Target.QUEUE;
      case SKILL -> Target.SKILL;
      case FLOW -> Target.FLOW;
      case AGENT -> TargetSettings.AGENT;
      case BOT -> Target.BOT;
      case WEBHOOK -> WebhookTarget.TYPE;
    };
  }
}
