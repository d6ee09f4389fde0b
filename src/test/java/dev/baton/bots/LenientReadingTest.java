package dev.baton.bots;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LenientReadingTest {

  @Test
  void a_documented_answer_is_read_in_full() {
    String json =
        """
        {"sessionId":"S1","botVersion":"0X9SB00000006wf0AA","processedSequenceIds":[1,2],
         "messages":[
          {"type":"text","id":"m1","text":"Hi","schedule":{"responseDelayMilliseconds":1200},"feedbackId":"f"},
          {"type":"choices","id":"m2","choices":[{"label":"Order Status","alias":"1","id":"c1"},{"label":"B","id":"c2"}],"widget":"buttons"},
          {"type":"escalate","id":"m3","targets":[{"type":"Salesforce:Core:Queue:Id","value":"00G1"}]},
          {"type":"sessionEnded","id":"m4","reason":"ClientRequest"}],
         "variables":[{"name":"a","type":"text","value":"x"}],
         "intents":[{"label":"l","confidenceScore":0.40,"intentSource":"EINSTEIN_NLP"}],
         "_links":{"self":{"href":"https://x"}}}""";
    BotAnswer answer = read(json);
    List<BotMessage> messages = answer.messages();
    assertThat(answer.sessionId()).isEqualTo("S1");
    assertThat(answer.botVersion()).isEqualTo("0X9SB00000006wf0AA");
    assertThat(answer.processedSequenceIds()).containsExactly(1L, 2L);
    assertThat(messages)
        .containsExactly(
            new BotMessage.Text("m1", messages.get(0).json(), "Hi"),
            new BotMessage.Choices(
                "m2",
                messages.get(1).json(),
                List.of(
                    new BotMessage.Choice("c1", "Order Status", "1"),
                    new BotMessage.Choice("c2", "B", null)),
                "buttons"),
            new BotMessage.Escalate(
                "m3", messages.get(2).json(), List.of(new Target(Target.QUEUE, "00G1"))),
            new BotMessage.SessionEnded("m4", messages.get(3).json(), "ClientRequest"));
    assertThat(messages.get(0).json().path("feedbackId").asText()).isEqualTo("f");
    assertThat(answer.variables()).containsExactly(new Variable.OfText("a", "x"));
    assertThat(answer.json().toString()).contains("\"confidenceScore\":0.40");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"sessionId\":null,\"botVersion\":null,\"processedSequenceIds\":null,\"messages\":null,"
            + "\"variables\":null,\"_links\":null}",
        "{\"sessionId\":1,\"botVersion\":{},\"processedSequenceIds\":{},\"messages\":\"x\","
            + "\"variables\":7,\"_links\":[]}",
        "{\"processedSequenceIds\":[\"1\",1.5,null,99999999999999999999],\"messages\":[null,1,[]],"
            + "\"variables\":[null,\"x\"]}"
      })
  void nothing_missing_or_odd_loses_the_answer(String json) {
    BotAnswer answer = read(json);
    assertThat(answer.sessionId()).isNull();
    assertThat(answer.botVersion()).isNull();
    assertThat(answer.processedSequenceIds()).isEmpty();
    assertThat(answer.messages()).isEmpty();
    assertThat(answer.variables()).isEmpty();
    assertThat(answer.json()).isEqualTo(json(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"messageDefinition\",\"id\":\"m\",\"staticContent\":{\"text\":\"t\"}}",
        "{\"type\":\"text\",\"id\":\"m\"}",
        "{\"type\":\"text\",\"id\":\"m\",\"text\":{}}",
        "{\"type\":\"choices\",\"id\":\"m\"}",
        "{\"type\":\"choices\",\"id\":\"m\",\"choices\":[]}",
        "{\"type\":\"choices\",\"id\":\"m\",\"choices\":[{\"label\":\"a\",\"id\":\"1\"},{\"label\":\"b\"}]}",
        "{\"type\":\"choices\",\"id\":\"m\",\"choices\":[{\"label\":\"a\",\"id\":\"1\"},null]}",
        "{\"id\":\"m\"}",
        "{\"type\":null,\"id\":\"m\"}"
      })
  void an_unknown_or_malformed_message_is_kept_as_it_came(String message) {
    BotMessage read = BotMessage.read(json(message));
    assertThat(read).isInstanceOf(BotMessage.Other.class);
    assertThat(read.id()).isEqualTo("m");
    assertThat(read.json()).isEqualTo(json(message));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"escalate\",\"targets\":[]}",
        "{\"type\":\"escalate\"}",
        "{\"type\":\"escalate\",\"id\":null,\"targets\":null}",
        "{\"type\":\"escalate\",\"targets\":[{\"type\":\"x\"},{\"value\":\"y\"},1]}"
      })
  void an_escalate_without_targets_still_waits_for_a_report(String message) {
    assertThat(BotMessage.read(json(message)))
        .isEqualTo(new BotMessage.Escalate(null, json(message), List.of()));
  }

  @Test
  void an_unknown_target_type_is_kept() {
    ObjectNode json =
        json(
            "{\"type\":\"escalate\",\"targets\":[{\"type\":\"New:Kind\",\"value\":\"1\",\"x\":2}]}");
    assertThat(BotMessage.read(json))
        .isEqualTo(new BotMessage.Escalate(null, json, List.of(new Target("New:Kind", "1"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"type\":\"sessionEnded\"}", "{\"type\":\"sessionEnded\",\"reason\":7}"})
  void a_session_ends_for_whatever_reason(String message) {
    assertThat(BotMessage.read(json(message)))
        .isEqualTo(new BotMessage.SessionEnded(null, json(message), null));
  }

  static Stream<Arguments> variables() {
    return Stream.of(
        Arguments.of("boolean", "true", new Variable.OfBoolean("v", true)),
        Arguments.of("date", "\"2021-09-21\"", new Variable.OfDate("v", LocalDate.of(2021, 9, 21))),
        Arguments.of(
            "dateTime",
            "\"2018-09-21T14:30:00\"",
            new Variable.OfDateTime("v", LocalDateTime.of(2018, 9, 21, 14, 30))),
        Arguments.of(
            "money",
            "\"USD 10.40\"",
            new Variable.OfMoney("v", new Variable.Money("USD", new BigDecimal("10.40")))),
        Arguments.of("number", "10", new Variable.OfNumber("v", BigDecimal.TEN)),
        Arguments.of("number", "10.40", new Variable.OfNumber("v", new BigDecimal("10.40"))),
        Arguments.of("text", "\"Thanks\"", new Variable.OfText("v", "Thanks")),
        Arguments.of(
            "ref", "\"1M5xx000000000BCAQ\"", new Variable.OfRef("v", "1M5xx000000000BCAQ")),
        Arguments.of(
            "object",
            "[{\"name\":\"fullName\",\"type\":\"text\",\"value\":\"Matt Smith\"}]",
            new Variable.OfObject("v", List.of(new Variable.OfText("fullName", "Matt Smith")))),
        Arguments.of(
            "list",
            "[{\"type\":\"ref\",\"value\":\"1M5xx000000000BCAQ\"}]",
            new Variable.OfList(
                "v", List.of(json("{\"type\":\"ref\",\"value\":\"1M5xx000000000BCAQ\"}")))));
  }

  @ParameterizedTest
  @MethodSource("variables")
  void a_variable_goes_both_ways_unchanged(String type, String value, Variable variable) {
    String json = variable(type, value);
    assertThat(Variable.read(json(json))).isEqualTo(variable);
    assertThat(variable.toJson().toString()).isEqualTo(json);
    assertThat(variable.toString()).isEqualTo("v:" + type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"boolean", "date", "dateTime", "money", "number", "text", "ref", "object", "list"})
  void a_variable_without_a_value_keeps_its_type(String type) {
    String json = variable(type, "null");
    Variable read = Variable.read(json(json));
    assertThat(read).isNotInstanceOf(Variable.Unknown.class);
    assertThat(read.value()).isNull();
    assertThat(read.toJson().toString()).isEqualTo(json);
  }

  static Stream<String> oddVariables() {
    return Stream.of(
        variable("new", "{}"),
        variable("boolean", "\"true\""),
        variable("date", "\"yesterday\""),
        variable("dateTime", "\"2018-09-21T14:30:00Z\""),
        variable("money", "\"10.40\""),
        variable("money", "\"USD many\""),
        variable("number", "\"10\""),
        variable("number", "1E+999999999"),
        variable("number", "1E-999999999"),
        variable("text", "1"),
        variable("object", "{}"),
        variable("object", "[1]"),
        variable("list", "[[]]"),
        "{\"name\":\"v\",\"type\":\"text\"}",
        "{\"name\":\"v\",\"value\":1}");
  }

  @ParameterizedTest
  @MethodSource("oddVariables")
  void an_unknown_or_malformed_variable_is_kept_as_it_came(String json) {
    Variable read = Variable.read(json(json));
    assertThat(read).isInstanceOf(Variable.Unknown.class);
    assertThat(read.name()).isEqualTo("v");
    assertThat(read.toJson().toString()).isEqualTo(json);
  }

  @Test
  void what_was_said_stays_out_of_texts() {
    BotAnswer answer =
        read(
            """
            {"messages":[{"type":"text","id":"m1","text":"secret"},
              {"type":"choices","id":"m2","choices":[{"label":"secret","id":"c"}]},
              {"type":"escalate","id":"m3","targets":[],"x":"secret"},
              {"type":"sessionEnded","id":"m4","x":"secret"},
              {"type":"new","id":"m5","text":"secret"}],
             "variables":[{"name":"v","type":"text","value":"secret"}]}""");
    assertThat(answer.toString()).doesNotContain("secret").contains("m1", "m5");
    assertThat(answer.variables().toString()).doesNotContain("secret");
    assertThat(answer.messages())
        .filteredOn(BotMessage.Choices.class::isInstance)
        .allSatisfy(
            choices ->
                assertThat(((BotMessage.Choices) choices).choices().toString())
                    .doesNotContain("secret"));
    assertThat(new SessionMessage.Text(1, null, "secret").toString()).doesNotContain("secret");
    assertThat(
            new SessionMessage.SetVariables(1, List.of(new Variable.OfText("v", "secret")))
                .toString())
        .doesNotContain("secret");
    assertThat(
            new StartSession(
                    "b", new java.util.UUID(0, 1), "secret", answer.variables(), List.of(), null)
                .toString())
        .doesNotContain("secret");
  }

  private static String variable(String type, String value) {
    return "{\"name\":\"v\",\"type\":\"" + type + "\",\"value\":" + value + "}";
  }

  private static BotAnswer read(String json) {
    return BotAnswer.read(json(json), null);
  }

  private static ObjectNode json(String json) {
    return Objects.requireNonNull(Json.parse(json.getBytes(StandardCharsets.UTF_8)));
  }
}
