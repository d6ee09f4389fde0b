package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.OddJson;
import org.junit.jupiter.api.Test;

/** A plan that was not written by Baton is refused as that, and whatever is read can be written. */
class OddPlansTest {

  private static final String PLAN =
      """
      {"version":1,"strategy":"ORDERED","deadline":"PT10M","reserve":"PT20S","hedge":"PT0S",
       "backToBot":false,"opensAt":"2026-03-02T08:00","fault":"words",
       "targets":[{"type":"Salesforce:Core:Queue:Id","value":"00G","patience":"PT1M"}],
       "skipped":[{"type":"Salesforce:Core:Skill:Id","value":"0C5"}]}""";

  @Test
  void nothingButTheDocumentedFaultComesOut() {
    OddJson odd = new OddJson(9);
    int read = 0;
    for (int i = 0; i < 5000; i++) {
      String text = odd.of(PLAN);
      try {
        Plan plan = PlanJson.read(text);
        assertThat(PlanJson.read(PlanJson.write(plan))).isEqualTo(plan);
        read++;
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageNotContaining("Quetzalcoatl");
      }
    }
    assertThat(read).isGreaterThan(500);
  }
}
