package dev.baton.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Attempt;
import dev.baton.conversation.Offers;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node is killed that has offered conversations to a skill; another one takes them over. */
@Tag("campaign")
class KindsTakeOverTest {

  private static final String[] SETTINGS = {Postgres.USER[0], "baton.targets.enabled=skill"};

  private final Org org = new Org();

  @Test
  void whatWasOfferedToASkillIsWatchedAndWhatWasBeingOfferedIsFoundByAnother() {
    String database = Postgres.newDatabase();
    org.simulator()
        .script(
            "{\"bots\":{\"%s\":{\"targets\":[{\"type\":\"Salesforce:Core:Skill:Id\",\"value\":\"%s\"}]}}}"
                .formatted(Simulator.DEMO_BOT_ID, Simulator.DEMO_SKILL_ID));
    try (org;
        Baton doomed = Baton.forkOn(database, org.simulator(), SETTINGS);
        Baton other = Baton.startOn(database, org.simulator(), SETTINGS)) {
      escalate(doomed, "offered");
      String offered = caseId(other, "offered");
      org.fault("{\"path\":\"/composite$\"}", "{\"delayMs\":20000}");
      escalate(doomed, "offering");
      Trial.until("the second offer", this::offers, offers -> offers.size() == 2);
      doomed.kill();
      org.heal();
      org.accept(offered);
      org.accept(caseId(other, "offering"));
      for (String key : List.of("offered", "offering")) {
        Trial.until(key + " over", () -> other.instances(key), JsonNode::isEmpty);
        assertThat(other.conversation(key).path("state").asText()).isEqualTo("transferred");
      }
      assertThat(offers()).hasSize(2);
      assertThat(Baton.askedOfTheBot(org.simulator()))
          .filteredOn("transferSucceeded"::equals)
          .hasSize(2);
    }
  }

  private static void escalate(Baton baton, String key) {
    baton.startProcess(key);
    baton.awaitAt(key, "WaitForCustomer");
    baton.correlate(key, "m1", "Transfer To Agent");
  }

  private List<JsonNode> offers() {
    return org.journal().stream()
        .filter(call -> call.path("path").asText().endsWith("/composite"))
        .toList();
  }

  private static String caseId(Baton baton, String key) {
    List<Attempt> open =
        Trial.until(
            "offer of " + key,
            () -> baton.bean(Offers.class).open(key),
            now -> now.size() == 1 && now.get(0).reference() != null);
    return String.valueOf(open.get(0).reference());
  }
}
