package dev.baton.conversation;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The tables' migrations, with a history of their own beside the engine's and a user's. */
public final class Schema {

  private Schema() {}

  /** Brings the tables up to date; safe when several nodes start at once. */
  public static void migrate(DataSource dataSource) {
    Flyway.configure()
        .dataSource(dataSource)
        .locations("classpath:dev/baton/conversation")
        .table("baton_schema_history")
        // The engine's tables are there already; version 0 stands for them.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load()
        .migrate();
  }
}
