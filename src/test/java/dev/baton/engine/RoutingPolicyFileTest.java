package dev.baton.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.engine.RoutingPolicy.Output;
import dev.baton.engine.RoutingPolicy.Table;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.camunda.bpm.dmn.engine.DmnEngine;
import org.camunda.bpm.dmn.engine.DmnEngineConfiguration;
import org.camunda.bpm.engine.variable.VariableMap;
import org.camunda.bpm.engine.variable.Variables;
import org.camunda.bpm.model.dmn.Dmn;
import org.camunda.bpm.model.dmn.DmnModelInstance;
import org.camunda.bpm.model.dmn.instance.Decision;
import org.camunda.bpm.model.dmn.instance.DecisionTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The policy's file, held against what the program relies on and what its page says. */
class RoutingPolicyFileTest {

  private static final File FILE = new File("bpmn/routing-policy.dmn");

  private final DmnEngine engine =
      DmnEngineConfiguration.createDefaultDmnEngineConfiguration().buildEngine();

  @ParameterizedTest
  @EnumSource
  void theTablesSayWhatTheProgramReads(Table table) {
    DmnModelInstance model = Dmn.readModelFromFile(FILE);
    Decision decision = model.getModelElementById(table.id());
    assertThat(((DecisionTable) decision.getExpression()).getOutputs())
        .extracting(org.camunda.bpm.model.dmn.instance.Output::getName)
        .containsExactlyElementsOf(table.outputs().stream().map(Output::name).toList());
  }

  @ParameterizedTest
  @CsvSource({"available, 1", "unknown, 2", "unavailable, 3"})
  void whoIsThereComesFirst(String availability, int rank) throws IOException {
    assertThat(decide(file(), Table.TARGET, "2026-03-02T12:00Z", availability))
        .containsExactly(Map.of("rank", rank));
  }

  @Test
  void allElseIsAsConfigured() throws IOException {
    assertThat(decide(file(), Table.TRANSFER, "2026-03-02T12:00Z", "unknown"))
        .containsExactly(Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "2026-12-24T22:59Z, false",
    "2026-12-24T23:00Z, true",
    "2026-12-25T22:59Z, true",
    "2026-12-25T23:00Z, false"
  })
  void aHolidayIsOneWhereYouWork(String now, boolean holiday) throws IOException {
    String berlin =
        file()
            .replace(
                "{ zone: \"Etc/UTC\", holidays: [] }",
                "{ zone: \"Europe/Berlin\", holidays: [date(\"2026-12-25\")] }")
            .replace(
                "<inputEntry id=\"bot-transfer-plan-rule-1-in-4\"><text></text>",
                "<inputEntry id=\"bot-transfer-plan-rule-1-in-4\"><text>true</text>");
    assertThat(decide(berlin, Table.TRANSFER, now, "unknown")).hasSize(holiday ? 1 : 0);
  }

  @Test
  void theExampleOfThePageOpensTomorrowMorning() throws IOException {
    String evening =
        file()
            .replace(
                "<inputEntry id=\"bot-transfer-plan-rule-1-in-3\"><text></text>",
                "<inputEntry id=\"bot-transfer-plan-rule-1-in-3\"><text>"
                    + "[time(\"18:00:00\")..time(\"23:59:59\")]</text>")
            .replace(
                "<outputEntry id=\"bot-transfer-plan-rule-1-out-6\"><text></text>",
                "<outputEntry id=\"bot-transfer-plan-rule-1-out-6\"><text>date and"
                    + " time(local.date + duration(\"P1D\"), time(\"08:00:00\"))</text>");
    assertThat(decide(evening, Table.TRANSFER, "2026-03-02T17:59Z", "unknown")).isEmpty();
    Map<String, Object> said =
        decide(evening, Table.TRANSFER, "2026-03-02T18:30Z", "unknown").get(0);
    assertThat(RoutingPolicy.OPENS_AT.reader().apply(Objects.requireNonNull(said.get("opensAt"))))
        .hasToString("Optional[2026-03-03T08:00]");
  }

  private static String file() throws IOException {
    return Files.readString(FILE.toPath());
  }

  private List<Map<String, Object>> decide(
      String dmn, Table table, String now, String availability) {
    VariableMap input =
        Variables.createVariables()
            .putValue(RoutingPolicy.BOT, "0Xx")
            .putValue(RoutingPolicy.NOW, ZonedDateTime.parse(now))
            .putValue(RoutingPolicy.FAILURES, 0)
            .putValue(
                RoutingPolicy.TARGET,
                Map.of("type", "t", "value", "v", "availability", availability, "attempts", 0));
    return engine
        .evaluateDecision(
            engine.parseDecision(
                table.id(), new ByteArrayInputStream(dmn.getBytes(StandardCharsets.UTF_8))),
            input)
        .getResultList();
  }
}
