package dev.baton.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Caller;
import dev.baton.it.support.Desk;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.RawCaller;
import dev.baton.simulator.Simulator;
import jakarta.servlet.ServletContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Whatever comes in at whatever address is refused as what it is, tells nothing of the inside and
 * changes nothing. On PostgreSQL, which takes less than H2 does.
 */
class EveryAddressTest {

  /** What an address is like: its pattern in the application, an example, and a good body. */
  record Address(String method, String pattern, String example, String body) {
    @Override
    public String toString() {
      return method + " " + pattern;
    }

    String line() {
      return method + " " + example;
    }
  }

  private static final String ALL = "/api/conversations";
  private static final String ONE = ALL + "/{key}";
  private static final String C1 = ALL + "/c1";

  /** A new address is to be added here, or the test fails. */
  private static final List<Address> OURS =
      List.of(
          new Address("POST", ALL, ALL, "{\"key\":\"new\"}"),
          new Address("GET", ONE, C1, ""),
          new Address("DELETE", ONE, ALL + "/none", ""),
          new Address("POST", ONE + "/messages", C1 + "/messages", "{\"id\":\"x\",\"text\":\"x\"}"),
          new Address("GET", ONE + "/messages/{id}", C1 + "/messages/none", ""),
          new Address("GET", ONE + "/events", ALL + "/none/events", ""),
          new Address("DELETE", ONE + "/transfer", C1 + "/transfer", ""),
          new Address("DELETE", ONE + "/data", C1 + "/data", ""),
          new Address("GET", "/health/live", "/health/live", ""),
          new Address("GET", "/health/ready", "/health/ready", ""),
          new Address("GET", "/api/openapi", "/api/openapi", ""),
          new Address(
              "POST",
              "/api/targets/webhook/{name}",
              "/api/targets/webhook/desk",
              "{\"offer\":\"x\",\"status\":\"accepted\"}"));

  /** The servlets behind which others look after their addresses. */
  private static final Set<String> ENTRIES =
      Set.of(
          "dispatcherServlet /",
          "org.camunda.bpm.spring.boot.starter.rest.CamundaJerseyResourceConfig /engine-rest/*",
          "Cockpit Api /camunda/api/cockpit/*",
          "Admin Api /camunda/api/admin/*",
          "Tasklist Api /camunda/api/tasklist/*",
          "Engine Api /camunda/api/engine/*",
          "Welcome Api /camunda/api/welcome/*");

  private static final List<String> ENGINES =
      List.of(
          "message",
          "process-definition/key/bot-conversation/start",
          "external-task/fetchAndLock",
          "process-instance",
          "user/create",
          "authorization/create");

  private static final String GOOD = basic("olga:a password");
  private static final String JSON = "Content-Type: application/json";
  private static final Set<String> INSIDE =
      Set.of(
          "\tat ",
          "java.lang.",
          "org.springframework",
          "org.postgresql",
          "Caused by",
          "SQLState",
          "Apache Tomcat",
          "baton_conversation",
          "a password",
          Desk.SECRET);

  private static Simulator simulator;
  private static Baton baton;
  private static RawCaller raw;
  private static JdbcTemplate jdbc;
  private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();

  @BeforeAll
  static void start() {
    simulator = Simulator.start(0);
    baton =
        Baton.startOn(
            Postgres.newDatabase(),
            simulator,
            Postgres.USER[0],
            "spring.datasource.password=postgres",
            "baton.limits.logins-per-minute=100000",
            "server.tomcat.connection-timeout=2s",
            "baton.targets.webhook.desk.url=http://127.0.0.1:1/",
            "baton.targets.webhook.desk.secret=" + Desk.SECRET);
    raw = new RawCaller(baton.address("/").getPort());
    jdbc = new JdbcTemplate(baton.bean(DataSource.class));
    baton.begin("c1");
    baton.write("c1", "m1", "Hi");
    LOG.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
    LOG.start();
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(LOG);
  }

  @AfterAll
  static void stop() {
    baton.close();
    simulator.close();
  }

  static Stream<Address> ours() {
    return OURS.stream();
  }

  /** Load balancers have no password. */
  static Stream<Address> guarded() {
    return OURS.stream().filter(address -> !address.pattern().startsWith("/health/"));
  }

  static Stream<Address> bodies() {
    return OURS.stream().filter(address -> !address.body().isEmpty());
  }

  private static String basic(String credentials) {
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void noAddressIsMissingHere() {
    Set<String> mapped =
        baton.bean(RequestMappingHandlerMapping.class).getHandlerMethods().entrySet().stream()
            .filter(entry -> entry.getValue().getBeanType().getName().startsWith("dev.baton"))
            .flatMap(
                entry ->
                    entry.getKey().getMethodsCondition().getMethods().stream()
                        .flatMap(
                            method ->
                                entry.getKey().getPatternValues().stream()
                                    .map(pattern -> method + " " + pattern)))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(OURS.stream().map(Address::toString)).containsExactlyInAnyOrderElementsOf(mapped);
    Set<String> entries = new TreeSet<>();
    baton
        .bean(ServletContext.class)
        .getServletRegistrations()
        .forEach(
            (name, servlet) ->
                servlet.getMappings().forEach(mapping -> entries.add(name + " " + mapping)));
    assertThat(entries).containsExactlyInAnyOrderElementsOf(ENTRIES);
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void strangersGetNowhere(Address address) {
    Map<String, Object> before = state();
    for (String credentials :
        List.of(
            "X-None: 1",
            basic("olga:wrong"),
            basic("nobody:a password"),
            basic("olga:a password\0"),
            "Authorization: Basic",
            "Authorization: Basic %%%",
            "Authorization: Bearer " + Simulator.TOKEN,
            "Authorization: Basic " + "A".repeat(4000))) {
      RawCaller.Answer answer =
          raw.send(
              address.line(), address.body().getBytes(StandardCharsets.UTF_8), JSON, credentials);
      assertThat(answer.status()).as(credentials + answer.text()).isEqualTo(401);
      assertTellsNothing(answer);
    }
    assertThat(state()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("ours")
  void otherMethodsDoNothing(Address address) {
    Map<String, Object> before = state();
    Set<String> served =
        OURS.stream()
            .filter(one -> one.pattern().equals(address.pattern()))
            .map(Address::method)
            .collect(Collectors.toSet());
    for (String method :
        List.of(
            "HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "POST", "DELETE", "CONNECT", "get", "X")) {
      if (served.contains(method)) {
        continue;
      }
      RawCaller.Answer answer =
          raw.send(method + " " + address.example(), new byte[0], GOOD, "X-Mark: echoed");
      if (List.of("HEAD", "OPTIONS").contains(method)) {
        assertThat(answer.status()).as(method).isBetween(200, 499);
      } else {
        // 501 is Tomcat's word for CONNECT.
        assertThat(answer.status())
            .as(method + answer.text())
            .matches(status -> (status >= 400 && status < 500) || status == 501);
      }
      assertThat(answer.body()).doesNotContain("echoed");
      assertTellsNothing(answer);
    }
    assertThat(state()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("ours")
  void noTrickWithTheAddressLeadsAnywhere(Address address) {
    Map<String, Object> before = state();
    for (String odd :
        List.of(
            "%2e%2e",
            "..",
            ".",
            "a%2Fb",
            "a%5Cb",
            "a%00b",
            "%00",
            "%0d%0aX:%20y",
            "%ff%fe",
            "%zz",
            "%",
            "%E2%82",
            "%ED%A0%80",
            "..;",
            "none;jsessionid=1",
            "c1%20%20",
            "k".repeat(7000),
            "%F0%9F%98%80".repeat(300),
            "*",
            "'%20or%201=1--",
            "${7*7}",
            "c1%3B",
            "{key}")) {
      String path =
          address.pattern().contains("{")
              ? address.pattern().replace("{key}", odd).replace("{id}", odd).replace("{name}", odd)
              : address.pattern() + "/" + odd;
      byte[] body = address.body().getBytes(StandardCharsets.UTF_8);
      RawCaller.Answer answer = raw.send(address.method() + " " + path, body, GOOD, JSON);
      // What nobody knows is erased already.
      int least = address.pattern().endsWith("/data") ? 200 : 400;
      assertThat(answer.status()).as(path + "\n" + answer.text()).isBetween(least, 499);
      assertTellsNothing(answer);
    }
    assertThat(state()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void noBodyThatIsWrongDoesAnything(Address address) {
    Map<String, Object> before = state();
    for (byte[] body : wrong(address.body())) {
      for (String type :
          List.of(
              JSON, "Content-Type: text/plain", "Content-Type: application/json;charset=UTF-16")) {
        RawCaller.Answer answer = raw.send(address.line(), body, GOOD, type);
        assertThat(answer.status())
            .as(type + "\n" + shown(body) + "\n" + answer.text())
            .isBetween(400, 499);
        assertTellsNothing(answer);
      }
    }
    assertThat(state()).isEqualTo(before);
  }

  /**
   * Camunda's REST API passes over unknown members, and takes some JSON that is no object for its
   * own fault.
   */
  @Test
  void theEnginesAddressesTellNothingEither() {
    Map<String, Object> before = state();
    for (String address : ENGINES) {
      for (String body :
          List.of(
              "{", "[]", "null", "7", "\0", "[".repeat(100_000), "1".repeat(60_000), "{'a':1}")) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        RawCaller.Answer answer = raw.send("POST /engine-rest/" + address, bytes, GOOD, JSON);
        assertThat(answer.status()).as(address + shown(bytes) + answer.text()).isBetween(400, 500);
        assertTellsNothing(answer);
      }
      assertThat(raw.send("POST /engine-rest/" + address, new byte[0], JSON).status())
          .isEqualTo(401);
      assertThat(raw.send("TRACE /engine-rest/" + address, new byte[0], GOOD).status())
          .isBetween(400, 499);
    }
    assertThat(state()).isEqualTo(before);
  }

  private static List<byte[]> wrong(String good) {
    List<String> texts =
        new ArrayList<>(
            List.of(
                "{",
                "[]",
                "null",
                "7",
                "\"x\"",
                "\0",
                good + good,
                "[" + good + "]",
                "[".repeat(900) + "]".repeat(900),
                "[".repeat(100_000),
                "{\"a\":".repeat(900) + "1" + "}".repeat(900),
                "1".repeat(60_000)));
    String open = good.substring(0, good.length() - 1);
    String member = good.substring(2, good.indexOf('"', 2));
    texts.add(open + ",\"unheardOf\":1}");
    texts.add(open + ",\"__proto__\":{}}");
    for (String value :
        List.of(
            "{}",
            "[]",
            "[[[]]]",
            "1e999999999",
            "9".repeat(2000),
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"" + "x".repeat(60_000) + "\"",
            "\"a\rb\"",
            "NaN")) {
      texts.add("{\"%s\":%s}".formatted(member, value));
    }
    List<byte[]> all =
        texts.stream()
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .collect(Collectors.toList());
    all.add(
        ("{\"" + member + "\":\"\u00ff\u00fe\u00c0\u00af\"}")
            .getBytes(StandardCharsets.ISO_8859_1));
    all.add(("\uFEFF{\"" + member).getBytes(StandardCharsets.UTF_8));
    all.add(new byte[] {(byte) 0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0});
    return all;
  }

  private static String shown(byte[] body) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    return text.length() < 100 ? text : text.substring(0, 100);
  }

  @Test
  void whatIsNoHttpIsRefusedToo() {
    Map<String, Object> before = state();
    String post =
        "POST " + ALL + " HTTP/1.1\r\nHost: localhost\r\n" + GOOD + "\r\n" + JSON + "\r\n";
    for (String request :
        List.of(
            "GET " + C1 + " HTTP/1.1\r\n\r\n",
            "GET " + C1 + " HTTP/9.9\r\nHost: localhost\r\n\r\n",
            "GET\r\n\r\n",
            "\0\0\0\0\r\n\r\n",
            post + "Content-Length: -1\r\n\r\n",
            post + "Content-Length: x\r\n\r\n",
            post + "Content-Length: 99999999999999999999\r\n\r\n",
            post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n{\"key",
            post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            post + "Transfer-Encoding: gzip\r\n\r\n",
            post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
            "GET " + C1 + " HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n",
            "GET " + C1 + " HTTP/1.1\r\nHost: localhost\r\n" + "A: b\r\n".repeat(3000) + "\r\n",
            "GET " + C1 + " HTTP/1.1\r\nHost: localhost\r\nHost: y\r\n" + GOOD + "\r\n\r\n")) {
      RawCaller.Answer answer = raw.send(request.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(answer.status())
          .as(request.substring(0, Math.min(200, request.length())) + answer.text())
          .matches(
              status ->
                  status == 0 || (status >= 400 && status < 500) || status == 501 || status == 505);
      assertTellsNothing(answer);
    }
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void afterAllOfItConversationsGoOn() {
    Caller olga = Caller.user(baton.address("/").getPort(), "olga:a password");
    assertThat(olga.post(C1 + "/messages", "{\"id\":\"m2\",\"text\":\"Hi\"}").statusCode())
        .isEqualTo(200);
    List<ILoggingEvent> log;
    // The application goes on writing: the appender holds itself while it takes a line.
    synchronized (LOG) {
      log = List.copyOf(LOG.list);
    }
    List<String> said =
        log.stream()
            .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
            .map(EveryAddressTest::words)
            .toList();
    assertThat(said).noneMatch(line -> line.contains("a password"));
    assertThat(said).noneMatch(line -> line.contains(GOOD.substring(GOOD.lastIndexOf(' ') + 1)));
    assertThat(said).noneMatch(line -> line.contains(Desk.SECRET));
    assertThat(
            log.stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .filter(event -> !event.getLoggerName().startsWith("org.camunda"))
                .map(EveryAddressTest::words))
        .isEmpty();
  }

  private static String words(ILoggingEvent event) {
    return event.getLoggerName()
        + ": "
        + event.getFormattedMessage()
        + (event.getThrowableProxy() == null ? "" : event.getThrowableProxy().getMessage());
  }

  private static void assertTellsNothing(RawCaller.Answer answer) {
    assertThat(INSIDE).as(answer.text()).noneMatch(answer.text()::contains);
  }

  /**
   * All rows but the signs of life: those of nodes, and the engine's clean-up, which moves its own
   * job at night.
   */
  private static Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>();
    Collection<String> tables =
        jdbc.queryForList(
            """
            select table_name from information_schema.tables where table_schema = 'public'
            and (table_name like 'baton\\_%' or table_name like 'act\\_ru\\_%'
              or table_name in ('act_id_user', 'act_re_deployment', 'act_hi_procinst'))
            and table_name not in ('baton_node', 'act_ru_meter_log', 'act_id_user')
            order by table_name""",
            String.class);
    assertThat(tables).hasSizeGreaterThan(15);
    for (String table : tables) {
      state.put(
          table,
          jdbc.queryForList("select * from " + table).stream()
              .filter(row -> !"history-cleanup".equals(row.get("handler_type_")))
              .map(row -> String.valueOf(row))
              .sorted()
              .toList());
    }
    state.put("users", jdbc.queryForList("select id_ from act_id_user order by id_"));
    return state;
  }
}
