package dev.baton.it.performance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.http.TestServer.Reply;
import dev.baton.it.support.CountedStatements;
import dev.baton.it.support.CountedStatements.Work;
import dev.baton.it.support.Desk;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An extra round trip to the database, in each of thousands of transfers, goes unnoticed. */
class StatementsTest {

  /** What moves conversations; what looks for work every so often is none of a conversation's. */
  private static final List<String> MOVERS =
      List.of("dev.baton.dispatch.Dispatcher", "dev.baton.dispatch.Acceptance");

  private static final CopyOnWriteArrayList<Work> DONE = new CopyOnWriteArrayList<>();

  private static Desk desk;
  private static Trial trial;
  private static String database;

  @BeforeAll
  static void start() {
    desk = new Desk();
    database = Postgres.newDatabase();
    trial =
        Trial.startOn(
            database,
            Counting.class,
            Postgres.USER[0],
            "baton.targets.webhook.one.url=" + desk.url(),
            "baton.targets.webhook.one.secret=" + Desk.SECRET,
            "baton.targets.webhook.two.url=" + desk.url(),
            "baton.targets.webhook.two.secret=" + Desk.SECRET,
            "baton.targets.webhook.three.url=" + desk.url(),
            "baton.targets.webhook.three.secret=" + Desk.SECRET);
  }

  @AfterAll
  static void stop() {
    trial.close();
    desk.close();
  }

  @Configuration(proxyBeanMethods = false)
  static class Counting {

    @Bean
    static BeanPostProcessor counting() {
      return CountedStatements.processor(Counting::moves, DONE);
    }

    private static boolean moves() {
      return StackWalker.getInstance()
          .walk(frames -> frames.anyMatch(frame -> MOVERS.contains(frame.getClassName())));
    }
  }

  @Test
  void aTransferOfThreeOffers() {
    transfer("warm");
    DONE.clear();
    transfer("counted");
    List<Work> work = fromTheEscalateOn(DONE);
    String told = told(work);
    System.out.println(told);
    assertThat(statements(work)).as(told).isLessThanOrEqualTo(244);
    assertThat(roundTrips(work)).as(told).isLessThanOrEqualTo(163);
    assertThat(commits(work)).as(told).isLessThanOrEqualTo(6);
  }

  static int statements(List<Work> work) {
    return work.stream().mapToInt(w -> w.statements().size()).sum();
  }

  static int roundTrips(List<Work> work) {
    return work.stream().mapToInt(Work::roundTrips).sum();
  }

  static long commits(List<Work> work) {
    return work.stream().filter(Work::committed).count();
  }

  /** The statements, those that occur most first, and how many there are of what. */
  static String told(List<Work> work) {
    return "%s%d statements, %d round trips, %d commits"
        .formatted(table(work), statements(work), roundTrips(work), commits(work));
  }

  /** A transfer would take longer with each conversation that waits, and with each that is over. */
  @Test
  void noStatementOfATransferReadsAWholeTable() throws SQLException {
    DONE.clear();
    transfer("explained");
    Set<String> plans = new TreeSet<>();
    // In the simple protocol a parameter may go without a value.
    try (Connection connection =
            DriverManager.getConnection(database + "&user=postgres&preferQueryMode=simple");
        Statement statement = connection.createStatement()) {
      statement.execute("set enable_seqscan = off");
      for (String sql : readers()) {
        ResultSet plan =
            statement.executeQuery("explain (generic_plan) " + CountedStatements.numbered(sql));
        while (plan.next()) {
          if (plan.getString(1).contains("Seq Scan")) {
            plans.add(sql);
          }
        }
      }
    }
    assertThat(plans).isEmpty();
  }

  private static Set<String> readers() {
    Set<String> readers =
        fromTheEscalateOn(DONE).stream()
            .flatMap(work -> work.statements().stream())
            .filter(sql -> !sql.startsWith("insert"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(readers).hasSizeGreaterThan(30);
    return readers;
  }

  static List<Work> fromTheEscalateOn(List<Work> done) {
    List<Work> all = List.copyOf(done);
    int first = 0;
    while (all.get(first).statements().stream()
        .noneMatch(sql -> sql.startsWith("insert into baton_transfer "))) {
      first++;
    }
    return all.subList(first, all.size());
  }

  private static String table(List<Work> work) {
    StringBuilder table = new StringBuilder();
    Map<String, Long> groups =
        work.stream()
            .flatMap(w -> w.statements().stream())
            .collect(
                Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    groups.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(
            group -> table.append("%4d  %.150s%n".formatted(group.getValue(), group.getKey())));
    return table.toString();
  }

  private static void transfer(String key) {
    trial.script(
        """
        {'bots':{'%s':{'targets':[{'type':'Baton:Webhook','value':'one'},
          {'type':'Baton:Webhook','value':'two'},{'type':'Baton:Webhook','value':'three'}]}}}"""
            .formatted(Simulator.DEMO_BOT_ID));
    desk.forget();
    desk.otherwise =
        message -> Reply.json(200, desk.got().size() < 3 ? Desk.CLOSED : Desk.ACCEPTED);
    trial.baton.begin(key);
    trial.baton.write(key, "m1", "Transfer To Agent");
    trial.baton.awaitState(key, "transferred");
    trial.awaitNothingLeft(key);
  }
}
