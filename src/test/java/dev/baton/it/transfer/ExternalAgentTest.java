package dev.baton.it.transfer;

import dev.baton.it.support.Kind;
import java.util.stream.Stream;

/** An agent to whom Baton assigns the work itself. */
class ExternalAgentTest extends EveryKind {

  @Override
  String[] settings() {
    return new String[] {
      "baton.targets.enabled=agent", "baton.targets.agent.routing=external",
    };
  }

  @Override
  Stream<Kind> kinds() {
    return Stream.of(Kind.EXTERNAL_AGENT);
  }
}
