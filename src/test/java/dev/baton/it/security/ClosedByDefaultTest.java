package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.app.BatonApplication;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Every address that the application and its libraries register, in many spellings and with every
 * method, without credentials: nothing but a short list answers, and nothing has an effect.
 */
@Tag("campaign")
class ClosedByDefaultTest {

  private static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE");

  /** Of each address. Those of all addresses together are every spelling at every depth. */
  private static final int SPELLINGS = 24;

  /** The engine's many addresses are below one path: elsewhere each eighth is tried. */
  private static final int ELSEWHERE = 8;

  /** Refusals, and 404 or 405 of an open address that has nothing there. */
  private static final Set<Integer> REFUSALS = Set.of(400, 401, 403, 404, 405, 501);

  @ParameterizedTest
  @CsvSource({
    "'', /camunda, /camunda",
    "/ctx, /camunda, /camunda",
    "'', /desk/, /desk",
    "'', '', ''",
    "/ctx, /, ''"
  })
  void nothingAnswersWithoutCredentials(String contextPath, String configured, String webapps)
      throws Exception {
    try (ConfigurableApplicationContext application = start(contextPath, configured)) {
      Set<String> addresses = new Addresses(application, webapps).all();
      assertThat(addresses)
          .contains(
              "/api/conversations/x/messages",
              "/engine-rest/deployment/create",
              "/engine-rest/process-definition/key/x/start",
              webapps + "/api/engine/engine/default/user/create",
              webapps + "/api/cockpit/plugin/base/default/incident/count",
              webapps + "/api/admin/setup/default/user/create",
              webapps + "/api/engine/application.wadl")
          .hasSizeGreaterThan(600);
      Map<String, Object> before = state(application);
      int port = ((ServletWebServerApplicationContext) application).getWebServer().getPort();
      List<String> answered = new ArrayList<>();
      int sent = 0;
      boolean whole = contextPath.isEmpty() && webapps.equals("/camunda");
      try (Knocking caller = new Knocking(port)) {
        for (String address : addresses) {
          int turn = Math.floorMod(address.hashCode(), 1 << 20);
          if (!whole && address.contains("/engine/default/") && turn % ELSEWHERE != 0) {
            continue;
          }
          for (String method : METHODS) {
            sent += knock(caller, method, contextPath, address, webapps, answered);
          }
          List<String> spellings = Spelling.of(address);
          for (int i = 0; i < Math.min(SPELLINGS, spellings.size()); i++) {
            String spelling = spellings.get((turn + i) % spellings.size());
            String method = METHODS.get((turn + i) % METHODS.size());
            sent += knock(caller, method, contextPath, spelling, webapps, answered);
          }
        }
      }
      assertThat(answered).as("%d requests", sent).isEmpty();
      assertThat(sent).isGreaterThan(whole ? 25_000 : 5_000);
      assertThat(state(application)).isEqualTo(before);
    }
  }

  private static int knock(
      Knocking caller,
      String method,
      String contextPath,
      String path,
      String webapps,
      List<String> answered) {
    String target =
        path.startsWith("http://")
            ? "http://localhost" + contextPath + URI.create(path).getRawPath()
            : contextPath + path;
    int status = caller.status(method, target);
    if (!REFUSALS.contains(status) && !isOpen(method, path, webapps)) {
      answered.add(method + " " + target + " -> " + status);
    }
    return 1;
  }

  /** The short list, by the path that is meant. */
  private static boolean isOpen(String method, String path, String webapps) {
    if (!method.equals("GET")) {
      return false;
    }
    String meant =
        URLDecoder.decode(
            path.replace("http://localhost", "").replace("+", "%2b"), StandardCharsets.UTF_8);
    String app = "/(welcome|cockpit|tasklist|admin)";
    return List.of("/", "/health/live", "/health/ready", webapps, webapps + "/", webapps + "/app")
            .contains(meant)
        || meant.matches(webapps + "/app/?")
        || meant.matches(webapps + "/app" + app + "(/.*)?")
        || meant.matches(webapps + "/(lib|assets)/.*")
        || meant.equals(webapps + "/favicon.ico")
        || meant.equals(webapps + "/api/engine/engine/")
        || meant.matches(webapps + "/api" + app + "/plugin/[^/]+/static/.*");
  }

  private static ConfigurableApplicationContext start(String contextPath, String webapps) {
    return new SpringApplicationBuilder(BatonApplication.class)
        .registerShutdownHook(false)
        .run(
            "--server.port=0",
            "--baton.simulator.port=0",
            "--spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID(),
            "--server.servlet.context-path=" + contextPath,
            "--camunda.bpm.webapp.application-path=" + webapps,
            "--camunda.bpm.job-execution.enabled=false",
            "--server.tomcat.keep-alive-timeout=60s",
            "--server.tomcat.max-keep-alive-requests=-1");
  }

  /** All rows but the signs of life. */
  private static Map<String, Object> state(ConfigurableApplicationContext application) {
    JdbcTemplate jdbc = new JdbcTemplate(application.getBean(DataSource.class));
    Map<String, Object> state = new LinkedHashMap<>();
    for (String table :
        jdbc.queryForList(
            """
            select table_name from information_schema.tables where table_schema = 'PUBLIC'
            and table_name <> 'BATON_NODE' and (table_name like 'ACT\\_%' or table_name like 'BATON\\_%')
            order by table_name""",
            String.class)) {
      state.put(
          table,
          jdbc.queryForList("select * from " + table).stream()
              .map(
                  row -> {
                    row.replaceAll(
                        (name, value) -> value instanceof byte[] bytes ? bytes.length : value);
                    return String.valueOf(row);
                  })
              .sorted()
              .toList());
    }
    assertThat(state).hasSizeGreaterThan(40);
    return state;
  }
}
