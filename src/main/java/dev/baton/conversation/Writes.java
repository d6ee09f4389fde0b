package dev.baton.conversation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Baton's tables, of which a transaction changes the rows that it holds only when it ends, or has
 * another statement that names one of these tables: all of them in one round trip, and each row by
 * one statement, however often it was changed. Without a transaction they are changed at once.
 * Thread-safe.
 */
public final class Writes implements JdbcClient {

  /** A table whose rows are changed one by one. */
  enum Table {
    CONVERSATION("baton_conversation", "conversation_key"),
    TRANSFER("baton_transfer", "id"),
    OFFER("baton_offer", "id"),
    INBOX("baton_inbox", "id");

    private final String sql;
    private final String key;

    Table(String sql, String key) {
      this.sql = sql;
      this.key = key;
    }
  }

  /** A column's new value. */
  record Assignment(String column, String expression, List<@Nullable Object> values) {}

  private record Row(Table table, Object key) {}

  private record Into(String table, String columns, String row) {}

  private record Statement(String sql, List<@Nullable Object> values) {}

  private final JdbcClient jdbc;
  private final boolean isH2;

  /**
   * In this database.
   *
   * @param isH2 whether it is H2, which takes one statement at a time, not PostgreSQL
   */
  public Writes(JdbcClient jdbc, boolean isH2) {
    this.jdbc = jdbc;
    this.isH2 = isH2;
  }

  static Assignment set(String column, @Nullable Object value) {
    return new Assignment(column, "?", Collections.singletonList(value));
  }

  /** The time of the transaction. */
  static Assignment now(String column) {
    return new Assignment(column, "current_timestamp", List.of());
  }

  /** Any statement, after what the current transaction has to write that this may read. */
  @Override
  public StatementSpec sql(String sql) {
    unwritten().filter(unwritten -> unwritten.concerns(sql)).ifPresent(Unwritten::write);
    return jdbc.sql(sql);
  }

  /** Changes a row. */
  void change(Table table, Object key, Assignment... assignments) {
    soon(unwritten -> unwritten.change(new Row(table, key), List.of(assignments)));
  }

  /**
   * Adds rows, after what is changed.
   *
   * @param table with its columns
   * @param row the expressions of one row, in parentheses
   * @param rows how many; with 0 nothing is written
   * @param values theirs, one row's after the other's
   */
  void add(String table, String columns, String row, int rows, List<@Nullable Object> values) {
    // An insert without rows is no SQL.
    if (rows > 0) {
      soon(unwritten -> unwritten.add(new Into(table, columns, row), rows, values));
    }
  }

  private void soon(Consumer<Unwritten> what) {
    if (!TransactionSynchronizationManager.isSynchronizationActive()) {
      Unwritten now = new Unwritten();
      what.accept(now);
      now.write();
      return;
    }
    what.accept(
        unwritten()
            .orElseGet(
                () -> {
                  Unwritten first = new Unwritten();
                  TransactionSynchronizationManager.registerSynchronization(first);
                  return first;
                }));
  }

  private Optional<Unwritten> unwritten() {
    return TransactionSynchronizationManager.isSynchronizationActive()
        ? TransactionSynchronizationManager.getSynchronizations().stream()
            .filter(Unwritten.class::isInstance)
            .map(Unwritten.class::cast)
            .findAny()
        : Optional.empty();
  }

  /** What the current transaction has yet to write: it is found among its own listeners. */
  private final class Unwritten implements TransactionSynchronization {

    private final Map<Row, Map<String, Assignment>> changes = new LinkedHashMap<>();
    private final Map<Into, Added> added = new LinkedHashMap<>();

    private static final class Added {
      private int rows;
      private final List<@Nullable Object> values = new ArrayList<>();
    }

    boolean concerns(String sql) {
      boolean reads = !sql.stripLeading().startsWith("insert into ") || sql.contains("select");
      return reads && names(sql);
    }

    private boolean names(String sql) {
      return changes.keySet().stream().anyMatch(row -> sql.contains(row.table.sql))
          || added.keySet().stream().anyMatch(into -> sql.contains(into.table));
    }

    void change(Row row, List<Assignment> assignments) {
      Map<String, Assignment> columns =
          changes.computeIfAbsent(row, first -> new LinkedHashMap<>());
      assignments.forEach(assignment -> columns.put(assignment.column, assignment));
    }

    void add(Into into, int rows, List<@Nullable Object> values) {
      Added all = added.computeIfAbsent(into, first -> new Added());
      all.rows += rows;
      all.values.addAll(values);
    }

    @Override
    public void beforeCommit(boolean readOnly) {
      write();
    }

    void write() {
      List<Statement> statements = new ArrayList<>();
      changes.forEach((row, columns) -> statements.add(update(row, columns.values())));
      added.forEach((into, rows) -> statements.add(insert(into, rows)));
      changes.clear();
      added.clear();
      if (isH2 || statements.size() == 1) {
        statements.forEach(Writes.this::run);
      } else if (!statements.isEmpty()) {
        run(together(statements));
      }
    }

    private static Statement together(List<Statement> statements) {
      List<@Nullable Object> values = new ArrayList<>();
      statements.forEach(statement -> values.addAll(statement.values));
      return new Statement(
          statements.stream().map(Statement::sql).collect(Collectors.joining("; ")), values);
    }

    private static Statement update(Row row, Collection<Assignment> assignments) {
      List<@Nullable Object> values = new ArrayList<>();
      assignments.forEach(assignment -> values.addAll(assignment.values));
      values.add(row.key);
      return new Statement(
          "update %s set %s where %s = ?"
              .formatted(
                  row.table.sql,
                  assignments.stream()
                      .map(a -> "%s = %s".formatted(a.column, a.expression))
                      .collect(Collectors.joining(", ")),
                  row.table.key),
          values);
    }

    private static Statement insert(Into into, Added added) {
      return new Statement(
          "insert into %s (%s) values %s"
              .formatted(
                  into.table,
                  into.columns,
                  String.join(", ", Collections.nCopies(added.rows, into.row))),
          added.values);
    }
  }

  private void run(Statement statement) {
    jdbc.sql(statement.sql).params(statement.values).update();
  }
}
