package dev.baton.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** One variant's database. */
final class Database {

  /** Callers that find none free wait, however long that takes. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final String url;
  private final String name;
  private final HikariDataSource source;

  Database(String url, String name) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(Settings.CONNECTIONS);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(PATIENCE.toMillis());
    this.url = url;
    this.name = name;
    this.source = new HikariDataSource(config);
  }

  String name() {
    return name;
  }

  String url() {
    return url;
  }

  DataSource source() {
    return source;
  }

  void execute(String sql) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The rows' first columns. */
  List<String> texts(String sql) {
    List<String> texts = new ArrayList<>();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return texts;
  }

  /**
   * How large its tables are, with their indexes.
   *
   * @param history those of Camunda's history, or all others
   */
  long bytes(boolean history) {
    return Long.parseLong(
        texts(
                """
                select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'public' and c.relkind = 'r' and c.relname %s 'act\\_hi\\_%%'"""
                    .formatted(history ? "like" : "not like"))
            .get(0));
  }

  void close() {
    source.close();
  }
}
