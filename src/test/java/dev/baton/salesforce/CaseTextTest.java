package dev.baton.salesforce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.bots.Target;
import dev.baton.bots.Variable;
import dev.baton.transfer.Handover;
import dev.baton.transfer.Handover.Line;
import dev.baton.transfer.HeldMessage;
import dev.baton.transfer.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaseTextTest {

  private static final int LIMIT = CaseText.LONGEST_DESCRIPTION;
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123Z");
  private static final String CUT =
      "[The beginning of the conversation did not fit in here and was left out.]\n";

  @Test
  void theTranscriptReadsLikeAConversation() {
    List<Line> lines =
        List.of(new Line(NOON, "Bot", "Hi"), new Line(NOON.plusSeconds(5), "Customer", "Agent!"));

    assertThat(CaseText.description(lines, LIMIT))
        .isEqualTo(
            """
            [2026-03-01T12:00:00Z] Bot: Hi
            [2026-03-01T12:00:05Z] Customer: Agent!""");
    assertThat(CaseText.description(List.of(), LIMIT)).isEmpty();
  }

  private static Handover handover(@Nullable String summary, String topic, Line... lines) {
    return new Handover(
        "c1",
        "s1",
        List.of(lines),
        new Handover.Context(
            "0Xx",
            "m1",
            List.of(new Variable.OfText("Topic", topic), new Variable.OfText("Empty", null)),
            summary,
            List.of(),
            List.of(new Handover.Tried(new Target(Target.SKILL, "0C5xx"), Outcome.DECLINED))));
  }

  @Test
  void whatAnAgentShouldKnowAtOnceStandsAboveTheTranscript() {
    assertThat(
            CaseText.description(
                handover("Wants a refund.", "returns", new Line(NOON, "bot", "Hi")), LIMIT))
        .isEqualTo(
            """
            Summary: Wants a refund.
            Topic = returns
            Tried: Salesforce:Core:Skill:Id 0C5xx: Declined

            [2026-03-01T12:00:00Z] bot: Hi""");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 501, 502, 503, 2000, 32_000})
  void anEndlessSummaryLeavesThreeQuartersToTheTranscript(int limit) {
    Line endless = new Line(NOON, "customer", "😀".repeat(LIMIT));

    String description = CaseText.description(handover("😀".repeat(LIMIT), "x", endless), limit);

    int end = description.indexOf(" [...]\n\n");
    assertThat(end).isPositive().isLessThan(limit / 4);
    assertThat(description).hasSizeLessThanOrEqualTo(limit).hasSizeGreaterThan(limit - 5);
    assertThat(StandardCharsets.UTF_16.newEncoder().canEncode(description)).isTrue();
  }

  @Test
  void aTranscriptThatJustFitsIsNotCut() {
    int head = CaseText.description(List.of(new Line(NOON, "Bot", "")), LIMIT).length();
    Line fits = new Line(NOON, "Bot", "x".repeat(LIMIT - head));
    Line tooLong = new Line(NOON, "Bot", "x".repeat(LIMIT - head + 1));

    assertThat(CaseText.description(List.of(fits), LIMIT)).hasSize(LIMIT).doesNotStartWith(CUT);
    assertThat(CaseText.description(List.of(tooLong), LIMIT)).hasSize(LIMIT).startsWith(CUT);
  }

  @Test
  void theOldestMessagesGoFirstAndTheAgentIsTold() {
    List<Line> lines =
        IntStream.range(0, 2000)
            .mapToObj(i -> new Line(NOON, "Customer", "message " + i + "."))
            .toList();

    String description = CaseText.description(lines, LIMIT);

    assertThat(description).startsWith(CUT).endsWith("message 1999.");
    assertThat(description).hasSizeLessThanOrEqualTo(LIMIT).hasSizeGreaterThan(LIMIT - 60);
    assertThat(description.substring(CUT.length())).startsWith("[2026-03-01T12:00:00Z] Customer:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x"})
  void aCutNeverGoesThroughAnEmoji(String shift) {
    Line endless = new Line(NOON, "Customer", "😀".repeat(LIMIT) + shift);

    String description = CaseText.description(List.of(endless), LIMIT);

    assertThat(description).startsWith(CUT + "😀").hasSizeLessThanOrEqualTo(LIMIT);
    assertThat(StandardCharsets.UTF_16.newEncoder().canEncode(description)).isTrue();
  }

  @Test
  void aShortMessageIsOneComment() {
    assertThat(CaseText.comments(new HeldMessage("m1", "hello?")))
        .containsExactly(new CaseText.Comment("hello?\n[m1]", "[m1]"));
  }

  @Test
  void anEmptyMessageIsNoComment() {
    assertThat(CaseText.comments(new HeldMessage("m1", ""))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "é", "中", "😀", "&", "'", "<", ">", "\"", "\n", "a😀&"})
  void noCommentIsLongerThanTheOrgCountsItAndNothingIsLost(String unit) {
    String text = unit.repeat(6000);

    List<CaseText.Comment> comments = CaseText.comments(new HeldMessage("m1", text));

    assertThat(comments).hasSizeGreaterThan(1);
    assertThat(comments)
        .allSatisfy(
            comment -> {
              assertThat(asTheOrgStores(comment.body())).isLessThanOrEqualTo(4000);
              assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(comment.body())).isTrue();
              assertThat(comment.body()).endsWith("\n" + comment.mark());
            });
    assertThat(
            comments.stream()
                .map(c -> c.body().substring(0, c.body().length() - c.mark().length() - 1))
                .collect(Collectors.joining()))
        .isEqualTo(text);
    assertThat(comments.get(0).mark()).isEqualTo("[m1 1/" + comments.size() + "]");
  }

  private static int asTheOrgStores(String body) {
    return body.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;")
        .replace("\n", "\r\n")
        .getBytes(StandardCharsets.UTF_8)
        .length;
  }

  @Test
  void theLongestIdLeavesRoomForTheText() {
    HeldMessage message = new HeldMessage("\"".repeat(255), "x".repeat(6000));

    assertThat(CaseText.comments(message))
        .hasSize(3)
        .allSatisfy(
            comment -> assertThat(asTheOrgStores(comment.body())).isLessThanOrEqualTo(4000));
  }
}
