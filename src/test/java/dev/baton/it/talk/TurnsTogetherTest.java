package dev.baton.it.talk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.conversation.CustomerMessage;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Reception.Accepted;
import dev.baton.conversation.Turns;
import dev.baton.it.support.Baton;
import dev.baton.it.support.CountedStatements;
import dev.baton.it.support.CountedStatements.Work;
import dev.baton.it.support.Postgres;
import dev.baton.it.support.Trial;
import dev.baton.simulator.Simulator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Turns that come at the same time share a statement: what is wrong with one must not be the
 * others'.
 */
class TurnsTogetherTest {

  private static final CopyOnWriteArrayList<Work> DONE = new CopyOnWriteArrayList<>();

  private static final String DELAY =
      "{'bots':{'" + Simulator.DEMO_BOT_ID + "':{'answerDelayMs':%d}}}";
  private static final String WAIT = "WaitForCustomer";
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
  private static final ExecutorService THREADS = Executors.newCachedThreadPool();

  private static String url;
  private static Trial trial;
  private static Baton baton;

  @BeforeAll
  static void start() {
    url = Postgres.newDatabase();
    trial = Trial.startOn(url, Counted.class, Postgres.USER);
    baton = trial.baton;
    trial.script("{}");
  }

  @AfterAll
  static void stop() {
    trial.close();
    THREADS.shutdownNow();
  }

  @Configuration(proxyBeanMethods = false)
  static class Counted {

    @Bean
    static BeanPostProcessor counted() {
      return CountedStatements.processor(() -> true, DONE);
    }
  }

  @Test
  void messagesThatComeDuringACommitShareTheNext() throws SQLException {
    talk("first", "a", "b", "c", "d");
    DONE.clear();
    List<CompletableFuture<Accepted>> turns =
        whileHeld(
            "first", () -> Stream.of("a", "b", "c", "d").map(key -> write(key, "m1")).toList());
    assertThat(turns).allMatch(turn -> answer(turn.join()).isPresent());
    assertThat(DONE)
        .filteredOn(Work::committed)
        .filteredOn(
            work -> work.statements().stream().anyMatch(sql -> sql.contains("baton_inbox (")))
        .as("the first one's, and that of the four")
        .hasSize(2)
        .allMatch(work -> work.statements().size() == 1);
    for (String key : List.of("a", "b", "c", "d")) {
      assertThat(sent(key)).containsExactly("words m1");
      assertThat(baton.standsAt(key)).containsExactly(WAIT);
    }
  }

  @Test
  void oneThatIsKnownAlreadyIsNotSentAgainAndTheOthersAre() throws SQLException {
    talk("first of known", "known", "new");
    assertThat(answer(write("known", "m1").join())).isPresent();
    List<CompletableFuture<Accepted>> turns =
        whileHeld("first of known", () -> List.of(write("known", "m1"), write("new", "m1")));
    turns.forEach(CompletableFuture::join);
    awaitSent("new", "words m1");
    assertThat(sent("known")).containsExactly("words m1");
  }

  @Test
  void twoForOneConversationAreBothSent() throws SQLException {
    talk("first of two", "two", "other");
    List<CompletableFuture<Accepted>> turns =
        whileHeld(
            "first of two",
            () -> List.of(write("two", "m1"), write("two", "m2"), write("other", "m1")));
    turns.forEach(CompletableFuture::join);
    awaitSent("two", "words m1", "words m2");
    awaitSent("other", "words m1");
  }

  @Test
  void oneMessageThatComesTwiceIsOne() throws SQLException {
    talk("first of same", "same", "beside");
    List<CompletableFuture<Accepted>> turns =
        whileHeld(
            "first of same",
            () -> List.of(write("same", "m1"), write("same", "m1"), write("beside", "m1")));
    assertThat(turns.get(0).join().message().id()).isEqualTo(turns.get(1).join().message().id());
    awaitSent("beside", "words m1");
    assertThat(answer(write("same", "m2").join())).isPresent();
    assertThat(sent("same")).containsExactly("words m1", "words m2");
  }

  @Test
  void oneThatCannotBeWrittenFailsAlone() throws SQLException {
    talk("first of bad", "bad", "good", "better");
    trial.jdbc.execute(
        """
        alter table baton_inbox add constraint no_bad
        check (conversation_key <> 'bad' or message_id <> 'm1')""");
    try {
      List<CompletableFuture<Accepted>> turns =
          whileHeld(
              "first of bad",
              () -> List.of(write("good", "m1"), write("bad", "m1"), write("better", "m1")));
      assertThat(turns.get(1)).failsWithin(LONG_ENOUGH);
      awaitSent("good", "words m1");
      awaitSent("better", "words m1");
    } finally {
      trial.jdbc.execute("alter table baton_inbox drop constraint no_bad");
    }
    assertThat(sent("bad")).isEmpty();
    assertThat(answer(write("bad", "m2").join())).isPresent();
    assertThat(baton.standsAt("bad")).containsExactly(WAIT);
  }

  @Test
  void aConversationThatSomebodyHoldsDoesNotHoldUpTheOthers() throws SQLException {
    talk("held", "free");
    CompletableFuture<Accepted> held;
    try (Connection other = connection()) {
      lock(other, "held");
      held = write("held", "m1");
      assertThat(answer(write("free", "m1").join())).isPresent();
      assertThat(held).isNotDone();
      other.rollback();
    }
    held.join();
    awaitSent("held", "words m1");
  }

  @Test
  void anAnswerToAConversationThatSomebodyHoldsWaitsAloneAndTakesNoTokenWithIt()
      throws SQLException {
    talk("answer held", "answer free");
    trial.change(DELAY.formatted(4000));
    Accepted held = write("answer held", "m1").join();
    try (Connection other = connection()) {
      lock(other, "answer held");
      assertThat(answer(write("answer free", "m1").join())).isPresent();
      assertThat(held.reply()).isNotDone();
      other.rollback();
    }
    assertThat(answer(held)).isPresent();
    trial.change(DELAY.formatted(0));
    assertThat(baton.standsAt("answer held")).containsExactly(WAIT);
    assertThat(
            trial.jdbc.queryForObject(
                """
                select count(*) from act_hi_actinst a join act_hi_procinst p
                on p.id_ = a.proc_inst_id_
                where p.business_key_ = 'answer held' and a.act_id_ = 'SendMessage'""",
                Integer.class))
        .isZero();
  }

  @Test
  void aNodeWhoseOutcomesAreAllHeldUpIsNotTakenForDead() throws SQLException {
    String[] keys = {"up 1", "up 2", "up 3", "up 4", "up 5", "up 6"};
    talk(keys);
    trial.change(DELAY.formatted(3000));
    List<CompletableFuture<Accepted>> turns = Stream.of(keys).map(key -> write(key, "m1")).toList();
    turns.forEach(CompletableFuture::join);
    try (Connection other = connection()) {
      for (String key : keys) {
        lock(other, key);
      }
      Awaitility.await("every thread that settles outcomes waits for a lock")
          .atMost(LONG_ENOUGH)
          .until(() -> threads(stack -> has(stack, "endTogether")) >= 4);
      OffsetDateTime before = aliveUntil();
      Awaitility.await("the node says that it lives")
          .atMost(LONG_ENOUGH)
          .until(() -> aliveUntil().isAfter(before));
      assertThat(threads(stack -> has(stack, "endTogether"))).isGreaterThanOrEqualTo(4);
      other.rollback();
    } finally {
      trial.change(DELAY.formatted(0));
    }
    turns.forEach(turn -> assertThat(answer(turn.join())).isPresent());
  }

  private static OffsetDateTime aliveUntil() {
    return trial
        .jdbc
        .queryForList("select max(alive_until) from baton_node", OffsetDateTime.class)
        .get(0);
  }

  private static void talk(String... keys) {
    for (String key : keys) {
      baton.begin(key);
      baton.awaitAt(key, WAIT);
    }
  }

  private static CompletableFuture<Accepted> write(String key, String id) {
    Reception reception = baton.bean(Reception.class);
    CustomerMessage message = new CustomerMessage(id, "words " + id, null);
    return CompletableFuture.supplyAsync(() -> reception.receive(key, message), THREADS);
  }

  /** What is written while the turn of a first message cannot be committed. */
  private static List<CompletableFuture<Accepted>> whileHeld(
      String first, Supplier<List<CompletableFuture<Accepted>>> writes) throws SQLException {
    CompletableFuture<Accepted> held;
    List<CompletableFuture<Accepted>> written;
    try (Connection other = connection();
        Statement statement = other.createStatement()) {
      statement.execute("lock table baton_inbox in share mode");
      held = write(first, "m1");
      Awaitility.await()
          .atMost(LONG_ENOUGH)
          .until(() -> threads(stack -> has(stack, "join") && has(stack, "beginAtOnce")) == 1);
      written = writes.get();
      Awaitility.await()
          .atMost(LONG_ENOUGH)
          .pollInterval(Duration.ofMillis(10))
          .until(
              () ->
                  threads(stack -> has(stack, "join") && !has(stack, "beginAtOnce"))
                      == written.size());
      other.rollback();
    }
    held.join();
    return written;
  }

  private static long threads(Predicate<List<StackTraceElement>> doing) {
    return Thread.getAllStackTraces().values().stream().map(List::of).filter(doing).count();
  }

  private static boolean has(List<StackTraceElement> stack, String method) {
    return stack.stream()
        .anyMatch(
            frame ->
                frame.getClassName().startsWith("dev.baton.conversation.")
                    && frame.getMethodName().equals(method));
  }

  private static Connection connection() throws SQLException {
    Connection connection = DriverManager.getConnection(url, "postgres", "");
    connection.setAutoCommit(false);
    return connection;
  }

  private static void lock(Connection connection, String key) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement(
            "select 1 from baton_conversation where conversation_key = ? for update")) {
      lock.setString(1, key);
      lock.execute();
    }
  }

  private static Optional<Turns.Reply> answer(Accepted accepted) {
    return accepted.reply().join();
  }

  private static void awaitSent(String key, String... words) {
    Awaitility.await().atMost(LONG_ENOUGH).until(() -> sent(key).size() >= words.length);
    assertThat(sent(key)).containsExactlyInAnyOrder(words);
  }

  private static List<String> sent(String key) {
    return trial.calls(key).stream()
        .filter(call -> call.path("path").asText().endsWith("/messages"))
        .map(call -> call.path("body").path("message").path("text").asText())
        .toList();
  }
}
