package dev.baton.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.dispatch.RetryPolicy;
import dev.baton.whole.Guests.Act;
import dev.baton.whole.Guests.Guest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Writes what {@link UpgradeTest} reads: the database of this release with a conversation in every
 * state in which one can wait, as if the node were killed there, and what the org knew of them.
 * docs/production.md says when and how to run it.
 */
@EnabledIfSystemProperty(named = "dump", matches = "[-0-9A-Za-z.]+")
class PastDump {

  /** Calls that are under way are so until all is written. */
  private static final String HELD = "{\"delayMs\":600000}";

  /** Those that wait for their next try do so for longer than that takes. */
  @TestConfiguration(proxyBeanMethods = false)
  static class NoHurry {
    @Bean
    RetryPolicy batonRetryPolicy() {
      return new RetryPolicy(Collections.nCopies(5, Duration.ofMinutes(1)));
    }
  }

  @Test
  void write() throws SQLException, IOException {
    Path folder = Files.createDirectories(Path.of("src/test/resources/past"));
    String name = System.getProperty("dump");
    String database = Postgres.newDatabase();
    try (Org org = new Org();
        Baton baton =
            Baton.startOn(
                database,
                org.simulator(),
                NoHurry.class,
                Postgres.USER[0],
                "baton.targets.enabled=queue,bot",
                // Taking offers back holds a transfer up for half of the reserve.
                "baton.transfer.deadline=40m",
                "baton.transfer.reserve=8m")) {
      Guests guests = new Guests(org, UpgradeTest.SILENCE, HELD);
      guests.at(baton);
      guests.all().forEach(Guest::approach);
      for (boolean littleTime : List.of(false, true)) {
        List<Guest> now =
            guests.all().stream().filter(guest -> guest.hasLittleTime() == littleTime).toList();
        now.forEach(Guest::enter);
        now.forEach(Guest::arrived);
      }
      try (Connection connection = baton.bean(DataSource.class).getConnection();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        for (Guest guest : guests.all()) {
          assertThat(
                  column(
                      statement,
                      """
                      select e.act_id_ from act_ru_execution e join baton_conversation c
                        on c.process_instance_id = e.proc_inst_id_
                      where c.conversation_key = '%s'"""
                          .formatted(guest.key)))
              .as(guest.key)
              .contains(guest.step());
        }
        Files.write(folder.resolve(name + ".sql"), database(statement));
        connection.rollback();
      }
      Files.write(folder.resolve(name + ".org"), org(org, guests.acts()));
    }
  }

  /** Statements, a line each. */
  private static List<String> database(Statement statement) throws SQLException {
    List<String> lines = new ArrayList<>();
    lines.add("-- " + column(statement, "select now() at time zone 'UTC'").get(0));
    lines.add("-- " + column(statement, "select localtimestamp").get(0));
    List<String> tables =
        column(
            statement,
            """
            select relname from pg_class
            where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname""");
    for (String table : tables) {
      lines.add(
          "create table %s (%s);".formatted(table, String.join(", ", columns(statement, table))));
    }
    for (String table : tables) {
      lines.addAll(rows(statement, table));
    }
    lines.addAll(
        column(
            statement,
            """
            select 'alter table ' || conrelid::regclass || ' add constraint ' || quote_ident(conname)
              || ' ' || pg_get_constraintdef(oid) || ';'
            from pg_constraint where connamespace = 'public'::regnamespace
            order by contype = 'f', conname"""));
    lines.addAll(
        column(
            statement,
            """
            select pg_get_indexdef(indexrelid) || ';' from pg_index i
            where indrelid in (select oid from pg_class
                               where relnamespace = 'public'::regnamespace and relkind = 'r')
              and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)
            order by 1"""));
    for (String table : tables) {
      if (columns(statement, table).get(0).contains("as identity")) {
        lines.add(
            "select setval(pg_get_serial_sequence('%s', 'id'), (select coalesce(max(id), 0) + 1 from %1$s));"
                .formatted(table));
      }
    }
    return lines;
  }

  private static List<String> columns(Statement statement, String table) throws SQLException {
    return column(
        statement,
        """
        select quote_ident(attname) || ' ' || format_type(atttypid, atttypmod)
          || case attidentity when 'd' then ' generated by default as identity' else '' end
          || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
          || case when attnotnull then ' not null' else '' end
        from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = '%s'::regclass and attnum > 0 and not attisdropped order by attnum"""
            .formatted(table));
  }

  private static List<String> rows(Statement statement, String table) throws SQLException {
    List<String> rows = new ArrayList<>();
    // Steps that are over are most of it, and nobody asks for them any more.
    String which = table.equals("act_hi_actinst") ? " where end_time_ is null" : "";
    try (ResultSet row =
        statement.executeQuery("select t.* from " + table + " t" + which + " order by 1")) {
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          values.add(quoted(row.getString(i)));
        }
        rows.add("insert into %s values (%s);".formatted(table, String.join(", ", values)));
      }
    }
    return rows;
  }

  private static String quoted(@Nullable String value) {
    return value == null
        ? "null"
        : "E'"
            + value
                .replace("\\", "\\\\")
                .replace("'", "''")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
            + "'";
  }

  private static List<String> column(Statement statement, String query) throws SQLException {
    List<String> values = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        values.add(row.getString(1));
      }
    }
    return values;
  }

  /** What changed something in the org, in order: the calls that it answered, and its agents. */
  private static List<String> org(Org org, List<Act> acts) {
    List<JsonNode> journal = org.journal();
    List<String> lines = new ArrayList<>();
    lines.add(Baton.object("base", org.simulator().baseUrl().toString()).toString());
    for (int i = 0; i <= journal.size(); i++) {
      int now = i;
      acts.stream()
          .filter(act -> act.after() == now)
          .map(act -> Baton.object("agent", act.what(), "case", act.caseId()).toString())
          .forEach(lines::add);
      if (i < journal.size()) {
        call(journal.get(i)).map(ObjectNode::toString).forEach(lines::add);
      }
    }
    return lines;
  }

  private static Stream<ObjectNode> call(JsonNode call) {
    int status = call.path("status").asInt();
    boolean changed =
        status >= 200
            && status < 300
            && !call.path("method").asText().equals("GET")
            && !call.path("path").asText().startsWith("/services/oauth2/")
            && call.path("effect").asText().equals("processed");
    if (!changed) {
      return Stream.empty();
    }
    ObjectNode line = Baton.object();
    for (String member : List.of("method", "path", "headers", "body", "answer")) {
      line.set(member, call.path(member));
    }
    return Stream.of(line);
  }
}
