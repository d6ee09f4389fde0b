package dev.baton.it.security;

import dev.baton.app.BatonApplication;
import dev.baton.it.support.Caller;
import dev.baton.it.support.SharedStatements;
import dev.baton.simulator.Simulator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** An application that a test started on a database in memory. */
record Started(ServletWebServerApplicationContext context) implements AutoCloseable {

  /** The administrator of every application that is started here. */
  static final String ADMIN = "olga:a password";

  /** Baton's application with a bot outside of it, so that it is no trial. */
  static Started baton(Simulator simulator, String... properties) {
    return start(BatonApplication.class, settings(simulator), properties);
  }

  /**
   * A user's own application with Baton's plugin in it, with nothing of Baton's application.
   *
   * @param application configuration classes are found by nothing but this one
   */
  static Started plugin(Class<?> application, Simulator simulator, String... properties) {
    Map<String, Object> all = settings(simulator);
    // The application's own properties are on the class path of tests.
    all.put("spring.config.name", "users-application");
    all.put("server.address", "127.0.0.1");
    all.put("spring.datasource.username", "sa");
    all.put("spring.main.banner-mode", "off");
    all.put("logging.level.root", "warn");
    all.put("camunda.bpm.webapp.enabled", "false");
    all.put("camunda.bpm.auto-deployment-enabled", "false");
    all.put("camunda.bpm.authorization.enabled", "true");
    all.put("camunda.bpm.default-serialization-format", "application/json");
    all.put("baton.library.deploy", "true");
    all.put("baton.api.enabled", "true");
    return start(application, all, properties);
  }

  private static Map<String, Object> settings(Simulator simulator) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("server.port", "0");
    all.put("spring.datasource.url", "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=10000");
    all.put("camunda.bpm.admin-user.id", "olga");
    all.put("camunda.bpm.admin-user.password", "a password");
    all.put("camunda.bpm.job-execution.enabled", "false");
    all.put("baton.bots.base-url", simulator.baseUrl().toString());
    all.put("baton.bots.org-id", Simulator.ORG_ID);
    all.put("baton.bots.bot-id", Simulator.DEMO_BOT_ID);
    all.put("baton.bots.force-config-endpoint", simulator.baseUrl().toString());
    all.put("baton.oauth.grant", "token");
    all.put("baton.oauth.token", Simulator.TOKEN);
    all.put("baton.targets.webhook.desk.url", "http://127.0.0.1:1/");
    all.put("baton.targets.webhook.desk.secret", "a secret of thirty-two characters");
    return all;
  }

  private static Started start(
      Class<?> application, Map<String, Object> settings, String... properties) {
    for (String property : properties) {
      int equals = property.indexOf('=');
      settings.put(property.substring(0, equals), property.substring(equals + 1));
    }
    List<String> arguments = new ArrayList<>();
    settings.forEach((name, value) -> arguments.add("--" + name + "=" + value));
    return new Started(
        (ServletWebServerApplicationContext)
            new SpringApplicationBuilder(application)
                .sources(SharedStatements.class)
                .registerShutdownHook(false)
                .run(arguments.toArray(String[]::new)));
  }

  int port() {
    return context.getWebServer().getPort();
  }

  Caller stranger() {
    return Caller.stranger(port());
  }

  Caller user(String credentials) {
    return Caller.user(port(), credentials);
  }

  /** All rows of the engine and of Baton, but for signs of life. */
  Map<String, Object> state() {
    JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
    Map<String, Object> state = new TreeMap<>();
    for (String table :
        jdbc.queryForList(
            """
            select table_name from information_schema.tables where table_schema = 'PUBLIC'
            and table_name <> 'BATON_NODE'
            and (table_name like 'ACT\\_%' or table_name like 'BATON\\_%')""",
            String.class)) {
      state.put(
          table,
          jdbc.queryForList("select * from " + table).stream()
              .map(
                  row -> {
                    row.replaceAll(
                        (name, value) ->
                            value instanceof byte[] bytes ? Arrays.hashCode(bytes) : value);
                    return String.valueOf(row);
                  })
              .sorted()
              .toList());
    }
    return state;
  }

  @Override
  public void close() {
    context.close();
  }
}
