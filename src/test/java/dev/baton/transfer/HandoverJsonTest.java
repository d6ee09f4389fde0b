package dev.baton.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Referrer;
import dev.baton.bots.Target;
import dev.baton.bots.Variable;
import dev.baton.transfer.Handover.Context;
import dev.baton.transfer.Handover.Line;
import dev.baton.transfer.Handover.Tried;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandoverJsonTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Target QUEUE = new Target(Target.QUEUE, "00Gxx0000012345EAA");

  private static Handover handover(List<Line> lines, String summary, String variable) {
    return new Handover(
        "c1",
        "s1",
        lines,
        new Context(
            "0XxSB00000006rp0AA",
            "m2",
            List.of(new Variable.OfText("Topic", variable)),
            summary,
            List.of(new Referrer(Referrer.SESSION, "s1")),
            List.of(new Tried(QUEUE, Outcome.DECLINED))));
  }

  private static Line line(String text) {
    return new Line(NOON, "customer", text);
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void theFormIsTheDocumentedOne() throws JsonProcessingException {
    assertThat(
            (JsonNode)
                HandoverJson.of(
                    handover(List.of(line("Hello")), "Wants a refund.", "returns"), 4_000))
        .isEqualTo(
            json(
                """
                {"schema":"baton.handover/1","conversationKey":"c1","sessionId":"s1",
                 "botId":"0XxSB00000006rp0AA","escalateId":"m2","summary":"Wants a refund.",
                 "referrers":[{"type":"Salesforce:BotRuntime:Session:Id","value":"s1"}],
                 "tried":[{"target":{"type":"Salesforce:Core:Queue:Id",
                   "value":"00Gxx0000012345EAA"},"outcome":"declined"}],
                 "variables":[{"name":"Topic","type":"text","value":"returns"}],
                 "omittedVariables":0,
                 "transcript":[{"at":"2026-03-01T12:00:00Z","from":"customer","text":"Hello"}],
                 "omittedLines":0}"""));
  }

  @Test
  void whatIsNotKnownIsLeftOut() throws JsonProcessingException {
    assertThat((JsonNode) HandoverJson.of(new Handover("c1", "s1", List.of()), 4_000))
        .isEqualTo(
            json(
                """
                {"schema":"baton.handover/1","conversationKey":"c1","sessionId":"s1",
                 "referrers":[],"tried":[],"variables":[],"omittedVariables":0,"transcript":[],
                 "omittedLines":0}"""));
  }

  @ParameterizedTest
  @ValueSource(ints = {4_000, 4_001, 4_037, 5_000, 60_000})
  void theOldestLinesGoFirstAndTheLimitIsUsed(int limit) {
    List<Line> lines =
        IntStream.range(0, 2_000).mapToObj(i -> line("message \"" + i + "\"")).toList();

    ObjectNode json = HandoverJson.of(handover(lines, "s", "v"), limit);

    int kept = json.path("transcript").size();
    assertThat(json.toString()).hasSizeLessThanOrEqualTo(limit).hasSizeGreaterThan(limit - 100);
    assertThat(json.path("omittedLines").asInt()).isEqualTo(2_000 - kept);
    assertThat(json.path("transcript").path(kept - 1).path("text").asText())
        .isEqualTo("message \"1999\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\"", "\n", "é", "😀", "\u0001", "a😀\""})
  void ofOneEndlessLineTheEndIsKeptAndNoCharacterSplit(String unit) {
    String json =
        HandoverJson.of(handover(List.of(line(unit.repeat(9_000))), "s", "v"), 4_000).toString();

    assertThat(json).hasSizeLessThanOrEqualTo(4_000).hasSizeGreaterThan(3_980);
    assertThat(StandardCharsets.UTF_16.newEncoder().canEncode(json)).isTrue();
  }

  @Test
  void afterTheLinesTheSummaryGoesAndThenTheVariables() {
    List<Line> lines = Collections.nCopies(10, line("y".repeat(2_000)));

    ObjectNode noSummary = HandoverJson.of(handover(lines, "s".repeat(5_000), "v"), 4_000);
    ObjectNode noVariables = HandoverJson.of(handover(lines, "s", "v".repeat(5_000)), 4_000);

    assertThat(noSummary.has("summary")).isFalse();
    assertThat(noSummary.path("variables")).hasSize(1);
    assertThat(noVariables.path("variables")).isEmpty();
    assertThat(noVariables.path("omittedVariables").asInt()).isEqualTo(1);
    assertThat(noVariables.toString()).hasSizeLessThanOrEqualTo(4_000);
  }

  @Test
  void aLimitThatLeavesNoRoomIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HandoverJson.of(handover(List.of(), "s", "v"), 3_999));
  }

  @Test
  void whatATargetMustNotKnowIsNotHandedOver() {
    Handover whole = handover(List.of(line("my iban")), "about an iban", "iban");
    Redaction redaction = Redaction.dropping(Map.of(Target.QUEUE, Set.of(Redaction.Part.values())));

    Handover redacted = redaction.redact(QUEUE, whole);

    assertThat(HandoverJson.of(redacted, 4_000).toString()).doesNotContain("iban");
    assertThat(redacted.sessionId()).isEqualTo("s1");
    assertThat(redacted.context().tried()).hasSize(1);
    assertThat(redaction.redact(new Target(Target.SKILL, "0C5"), whole)).isEqualTo(whole);
  }

  @Test
  void nothingThatIsTheCustomersReachesALogThroughToString() {
    assertThat(handover(List.of(line("iban")), "iban", "iban").context().toString())
        .doesNotContain("iban");
  }
}
