package dev.baton.benchmark;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** One PostgreSQL for all variants, a database for each; durable, as it comes. */
final class PostgresServer implements AutoCloseable {

  private final EmbeddedPostgres server;
  private final Connection connection;
  private final long pid;
  private final List<Database> databases = new ArrayList<>();

  /**
   * Starts it.
   *
   * @param directory below which it has its data: on a disk
   */
  PostgresServer(Path directory) throws IOException, SQLException {
    Path data = Files.createTempDirectory(Files.createDirectories(directory), "postgres");
    server =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(true)
            // The embedded one is made for tests, which need not survive.
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("max_connections", "300")
            // None falls into one slot and not into the next.
            .setServerConfig("checkpoint_timeout", "1h")
            .setServerConfig("max_wal_size", "32GB")
            .setServerConfig("shared_preload_libraries", "pg_stat_statements")
            .setServerConfig("pg_stat_statements.track_utility", "off")
            .start();
    connection = server.getPostgresDatabase().getConnection();
    execute("create extension pg_stat_statements");
    countStatements(false);
    for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
      if (!text("show " + setting).equals("on")) {
        throw new IllegalStateException("PostgreSQL runs without " + setting);
      }
    }
    pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
  }

  /** A new, empty database. */
  Database database(String name) {
    execute("create database " + name);
    String url =
        "jdbc:postgresql://localhost:%d/%s?user=postgres&reWriteBatchedInserts=true"
            .formatted(server.getPort(), name);
    Database database = new Database(url, name);
    databases.add(database);
    return database;
  }

  String version() {
    return text("show server_version");
  }

  /** The postmaster's. */
  long pid() {
    return pid;
  }

  long walBytes() {
    return number("select (pg_current_wal_lsn() - '0/0')::bigint");
  }

  /**
   * How many transactions have written something, since ever; each savepoint of one counts, too.
   */
  long transactions() {
    return number("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
  }

  /** From now on statements are counted, or not: that costs something, too. */
  void countStatements(boolean on) {
    execute("alter system set pg_stat_statements.track = " + (on ? "top" : "none"));
    execute("select pg_reload_conf()");
    while (!text("show pg_stat_statements.track").equals(on ? "top" : "none")) {
      Thread.onSpinWait();
    }
  }

  /** How many statements were counted in a database, other than those that begin and commit. */
  long statements(Database database) {
    return number(
        """
        select coalesce(sum(calls), 0)::bigint from pg_stat_statements s
        join pg_database d on d.oid = s.dbid where d.datname = '%s'"""
            .formatted(database.name()));
  }

  private long number(String sql) {
    return Long.parseLong(text(sql));
  }

  private synchronized String text(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException, SQLException {
    databases.forEach(Database::close);
    // The end would wait for it, and is given five seconds only.
    execute("checkpoint");
    connection.close();
    server.close();
  }
}
