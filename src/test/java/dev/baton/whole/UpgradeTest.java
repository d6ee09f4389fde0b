package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.Conversations;
import dev.baton.simulator.Simulator;
import dev.baton.whole.Guests.Guest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * This release starts on the database that an earlier one left, with a conversation in every state
 * in which one can wait, and brings each to its end. {@link PastDump} writes the databases.
 */
class UpgradeTest {

  /** Of the guest who says nothing: longer than a dump takes, and waited for in the end. */
  static final Duration SILENCE = Duration.ofSeconds(90);

  private static final Path FOLDER = Path.of("src/test/resources/past");
  private static final int SHORTEST_ID = 15;

  private final HttpClient http = HttpClient.newHttpClient();

  static List<String> releases() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".sql"))
          .map(file -> file.substring(0, file.length() - 4))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("releases")
  void whatAnEarlierReleaseLeftIsBroughtToItsEnd(String release) throws Exception {
    String database = Postgres.newDatabase();
    try (Org org = new Org()) {
      Guests guests = new Guests(org, SILENCE, "{}");
      Map<String, String> ids = tell(org, Files.readAllLines(FOLDER.resolve(release + ".org")));
      load(database, Files.readAllLines(FOLDER.resolve(release + ".sql")), ids);
      try (Baton baton =
          Baton.startOn(
              database, org.simulator(), Postgres.USER[0], "baton.targets.enabled=queue,bot")) {
        JdbcTemplate jdbc = new JdbcTemplate(baton.bean(DataSource.class));
        Awaitility.await("the calls of the node that is gone are taken over")
            .atMost(Duration.ofSeconds(60))
            .until(
                () ->
                    jdbc.queryForList(
                            """
                            select id from baton_order where state = 'OPEN' and owner not in
                              (select id from baton_node where alive_until > current_timestamp)""")
                        .isEmpty());
        guests.at(baton);
        // An earlier release may have known fewer of them.
        Conversations conversations = baton.bean(Conversations.class);
        List<Guest> left =
            guests.all().stream()
                .filter(guest -> conversations.find(guest.key).isPresent())
                .toList();
        assertThat(left)
            .hasSameSizeAs(jdbc.queryForList("select conversation_key from baton_conversation"));
        left.forEach(Guest::goOn);
        left.forEach(Guest::over);
        left.forEach(Guest::check);
        assertThat(baton.get("/engine-rest/execution/count").json().path("count").asInt()).isZero();
        assertThat(baton.get("/engine-rest/event-subscription/count").json().path("count").asInt())
            .as("only those of the three messages that start the inbox")
            .isEqualTo(3);
        assertThat(jdbc.queryForList("select id from baton_order")).isEmpty();
      }
    }
  }

  // The org

  /** Tells the org what the earlier one was told; answers what its ids are called here. */
  private Map<String, String> tell(Org org, List<String> lines) throws Exception {
    Map<String, String> ids = new HashMap<>();
    ids.put(Baton.json(lines.get(0)).path("base").asText(), org.simulator().baseUrl().toString());
    for (String line : lines.subList(1, lines.size())) {
      JsonNode then = Baton.json(line);
      JsonNode now = Baton.json(renamed(line, ids));
      switch (now.path("agent").asText()) {
        case "accept" -> org.accept(now.path("case").asText());
        case "decline" -> org.decline(now.path("case").asText());
        default -> learn(then.path("answer"), call(org, now), ids);
      }
    }
    return ids;
  }

  private JsonNode call(Org org, JsonNode call) throws IOException, InterruptedException {
    JsonNode body = call.path("body");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(org.simulator().baseUrl() + call.path("path").asText()))
            .header("Authorization", "Bearer " + Simulator.TOKEN)
            .method(
                call.path("method").asText(),
                body.isNull() ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
    call.path("headers")
        .properties()
        .forEach(
            header -> {
              if (!header.getKey().equals("Authorization")) {
                request.header(header.getKey(), header.getValue().asText());
              }
            });
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).as("%s: %s", call, answer.body()).isBetween(200, 299);
    return Baton.json(answer.body());
  }

  private static void learn(JsonNode then, JsonNode now, Map<String, String> ids) {
    if (then.isTextual() && then.asText().length() >= SHORTEST_ID && !then.equals(now)) {
      ids.put(then.asText(), now.asText());
    }
    Iterator<JsonNode> others = now.elements();
    then.elements().forEachRemaining(part -> learn(part, others.next(), ids));
  }

  /** All at once: one's new id may be another's old one. */
  private static String renamed(String text, Map<String, String> ids) {
    return Pattern.compile(
            ids.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|")))
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(ids.getOrDefault(found.group(), "")));
  }

  // The database

  private static void load(String database, List<String> lines, Map<String, String> ids)
      throws SQLException {
    try (Connection connection = DriverManager.getConnection(database, "postgres", null);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql : lines.subList(2, lines.size())) {
        statement.execute(renamed(sql, ids));
      }
      // Every moment is as long ago as it was then.
      statement.execute(
          """
          do $$
          declare c record;
          begin
            for c in select table_name, column_name, data_type from information_schema.columns
              where table_schema = 'public' and data_type like 'timestamp%%' loop
              execute format('update %%I set %%2$I = %%2$I + %%s', c.table_name, c.column_name,
                case c.data_type when 'timestamp with time zone'
                  then '(now() - timestamptz ''%sZ'')'
                  else '(localtimestamp - timestamp ''%s'')' end);
            end loop;
          end $$"""
              .formatted(lines.get(0).substring(3), lines.get(1).substring(3)));
      connection.commit();
    }
  }
}
