package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.it.support.ApplicationTest;
import dev.baton.it.support.Caller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The description is written by hand: it has to say what the program does. */
@ApplicationTest
class DescriptionTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @LocalServerPort private int port;

  @Autowired
  @Qualifier("requestMappingHandlerMapping")
  private RequestMappingHandlerMapping mappings;

  private Caller caller;
  private JsonNode description;

  @BeforeEach
  void read() throws Exception {
    caller = Caller.demo(port);
    description = JSON.readTree(caller.get("/api/openapi").body());
  }

  @Test
  void strangersDoNotGetIt() {
    assertThat(Caller.stranger(port).get("/api/openapi").statusCode()).isEqualTo(401);
  }

  @Test
  void everyAddressAndMethodIsDescribedAndNoOther() {
    Set<String> served = new TreeSet<>();
    mappings
        .getHandlerMethods()
        .forEach(
            (mapping, handler) -> {
              if (handler.getBeanType().getPackageName().equals("dev.baton.api")) {
                served.addAll(operations(mapping));
              }
            });
    Set<String> described = new TreeSet<>();
    description
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> {
                          if (!method.equals("parameters")) {
                            described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                          }
                        }));

    assertThat(described).isEqualTo(served).isNotEmpty();
  }

  private static List<String> operations(RequestMappingInfo mapping) {
    List<String> operations = new ArrayList<>();
    mapping
        .getPatternValues()
        .forEach(
            path ->
                mapping
                    .getMethodsCondition()
                    .getMethods()
                    .forEach(method -> operations.add(method + " " + path)));
    return operations;
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    List<JsonNode> references = description.findValues("$ref");

    assertThat(references).isNotEmpty();
    assertThat(references)
        .allSatisfy(
            reference ->
                assertThat(description.at(reference.asText().substring(1)).isMissingNode())
                    .as(reference.asText())
                    .isFalse());
  }

  @Test
  void everyOperationSaysWhatCanGoWrong() {
    description
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation -> {
                          if (!operation.getKey().equals("parameters")) {
                            JsonNode answers = operation.getValue().path("responses");
                            boolean body = operation.getValue().has("requestBody");
                            assertThat(answers.has("401")).isTrue();
                            assertThat(answers.has("403")).isTrue();
                            assertThat(answers.has("404"))
                                .isEqualTo(
                                    path.getKey().contains("{key}") && !repeatable(path.getKey()));
                            assertThat(answers.has("413")).isEqualTo(body);
                            assertThat(answers.has("415")).isEqualTo(body);
                          }
                        }));
  }

  /** What was erased is not unknown, or nobody could repeat it. */
  private static boolean repeatable(String path) {
    return path.endsWith("/data");
  }

  @Test
  void theRequestsMembersAreThoseThatAreRead() {
    assertMembers("Begin", "botId", "key", "text", "variables");
    assertMembers("CustomerMessage", "choiceId", "id", "text");
  }

  private void assertMembers(String schema, String... members) {
    assertThat(schema(schema).path("properties").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(members);
  }

  @Test
  void theAnswersAreAsDescribed() throws Exception {
    String key = UUID.randomUUID().toString();
    String path = "/api/conversations/" + key;
    assertFits(
        "Greeting", caller.post("/api/conversations", "{\"key\":\"%s\"}".formatted(key)).body());
    String turn = "{\"id\":\"m1\",\"text\":\"Transfer To Agent\"}";
    assertFits("Turn", caller.post(path + "/messages", turn).body());
    Awaitility.await("an offer")
        .atMost(Duration.ofSeconds(30))
        .until(() -> caller.get(path).body().contains("\"attempts\":[{"));
    assertFits("Conversation", caller.get(path).body());
    assertFits("Problem", caller.get(path + "/messages/none").body());
    caller.send("DELETE", path + "/transfer", "");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> caller.get(path).body().contains("\"state\":\"talking\""));
    caller.send("DELETE", path, "");

    String name = "";
    Set<String> names = new TreeSet<>();
    for (String line : caller.get(path + "/events").body().lines().toList()) {
      if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("data: ")) {
        names.add(name);
        String schema = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        assertFits(schema + "Event", line.substring(6));
      }
    }
    assertThat(names).containsExactly("message", "note", "offer", "state", "transfer");

    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> caller.send("DELETE", path + "/data", "").statusCode() == 200);
    assertFits("Erased", caller.send("DELETE", path + "/data", "").body());
  }

  private void assertFits(String schema, String json) throws Exception {
    List<String> faults = new ArrayList<>();
    check(schema(schema), JSON.readTree(json), schema, faults);
    assertThat(faults).as(json).isEmpty();
  }

  private JsonNode schema(String name) {
    return description.at("/components/schemas/" + name);
  }

  /** As much of JSON Schema as the description uses; members that it does not name are faults. */
  private void check(JsonNode given, JsonNode value, String where, List<String> faults) {
    JsonNode schema = given;
    while (schema.has("$ref")) {
      schema = description.at(schema.path("$ref").asText().substring(1));
    }
    if (value.isNull()) {
      if (!schema.path("nullable").asBoolean()) {
        faults.add(where + " is null");
      }
      return;
    }
    boolean right =
        switch (schema.path("type").asText("any")) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "integer" -> value.isIntegralNumber();
          default -> true;
        };
    if (!right) {
      faults.add(where + " is no " + schema.path("type").asText());
    }
    if (schema.has("enum") && !schema.path("enum").toString().contains(value.toString())) {
      faults.add(where + " is not listed: " + value);
    }
    for (JsonNode required : schema.path("required")) {
      if (!value.has(required.asText())) {
        faults.add(where + " lacks " + required.asText());
      }
    }
    JsonNode items = schema.path("items");
    if (value.isArray()) {
      value.forEach(item -> check(items, item, where + "[]", faults));
    }
    JsonNode properties = schema.path("properties");
    // What the bot says is the bot's: it may say more.
    boolean open = where.contains("messages[]") || !schema.has("properties");
    value
        .properties()
        .forEach(
            member -> {
              if (properties.has(member.getKey())) {
                check(
                    properties.path(member.getKey()),
                    member.getValue(),
                    where + "." + member.getKey(),
                    faults);
              } else if (!open) {
                faults.add(where + "." + member.getKey() + " is not described");
              }
            });
  }
}
