package dev.baton.benchmark;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes conversations that wait, quickly: copies of the rows of one that does, under other keys and
 * ids. Knows no table by name: a conversation's rows are those with its key, or with the id of its
 * process instance.
 */
final class Copies {

  private static final Set<String> KEYS = Set.of("conversation_key", "business_key_");

  /** Columns of ids that belong to one conversation; the same id becomes the same everywhere. */
  private static final Set<String> IDS =
      Set.of(
          "id_",
          "execution_id_",
          "proc_inst_id_",
          "process_instance_id_",
          "process_instance_id",
          "root_proc_inst_id_",
          "parent_id_",
          "act_inst_id_",
          "parent_act_inst_id_",
          "var_scope_",
          "job_id_");

  private final Database database;

  Copies(Database database) {
    this.database = database;
  }

  /**
   * Copies one that waits.
   *
   * @param from number of the first copy
   * @param to number after the last
   * @return how many rows that made
   */
  long make(String key, int from, int to) {
    try (Connection connection = database.source().getConnection();
        Statement statement = connection.createStatement()) {
      // Only here: without a look at foreign keys, in whatever order.
      statement.execute("set session_replication_role = replica");
      long rows = 0;
      for (String table : tables()) {
        rows += statement.executeLargeUpdate(copy(table, key, from, to));
      }
      statement.execute("set session_replication_role = default");
      statement.execute("vacuum analyze");
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> tables() {
    return database.texts(
        """
        select distinct c.table_name from information_schema.columns c
        join information_schema.tables t using (table_schema, table_name)
        where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
          and c.column_name in ('conversation_key', 'proc_inst_id_', 'process_instance_id_')""");
  }

  private String copy(String table, String key, int from, int to) {
    List<String> columns =
        database.texts(
            """
            select column_name from information_schema.columns
            where table_schema = 'public' and table_name = '%s' and is_identity = 'NO'"""
                .formatted(table));
    return "insert into %s (%s) select %s from %s t, generate_series(%d, %d) k where t.%s"
        .formatted(
            table,
            String.join(", ", columns),
            columns.stream().map(Copies::copied).collect(Collectors.joining(", ")),
            table,
            from,
            to - 1,
            belongs(columns, key));
  }

  private static String copied(String column) {
    if (KEYS.contains(column)) {
      return column + " || '-' || k";
    }
    return IDS.contains(column) ? "md5(" + column + " || '-' || k)::uuid::text" : column;
  }

  private static String belongs(List<String> columns, String key) {
    if (columns.contains("conversation_key")) {
      return "conversation_key = '" + key + "'";
    }
    String column = columns.contains("proc_inst_id_") ? "proc_inst_id_" : "process_instance_id_";
    return column
        + " = (select proc_inst_id_ from act_ru_execution where business_key_ = '"
        + key
        + "')";
  }
}
