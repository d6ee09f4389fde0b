package dev.baton.it.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.baton.conversation.CustomerMessage;
import dev.baton.conversation.Inbox;
import dev.baton.conversation.Reception;
import dev.baton.conversation.Refusal;
import dev.baton.conversation.Token;
import dev.baton.it.support.Baton;
import dev.baton.it.support.Org;
import dev.baton.it.support.Postgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.camunda.bpm.engine.RuntimeService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Things that happen to one conversation at the same instant, at one node and at two, on
 * PostgreSQL. How often each: {@code -Drounds=300}; a few times without it.
 */
@Tag("campaign")
class RacesTest {

  private static final int ROUNDS = Integer.getInteger("rounds", 5);
  private static final int BATCH = 10;
  private static final String TRANSFER = "Transfer To Agent";

  private static final String[] SETTINGS = {
    Postgres.USER[0],
    "spring.datasource.hikari.maximum-pool-size=30",
    "baton.transfer.watch-every=100ms",
    "baton.targets.enabled=queue,bot"
  };

  private static Org org;
  private static Baton baton;
  private static Baton otherNode;
  private static JdbcClient jdbc;
  private static ExecutorService threads;
  private static ScheduledExecutorService sampler;

  private final Queue<String> overslept = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> refusals = new ConcurrentLinkedQueue<>();
  private final Map<String, List<String>> chains = new TreeMap<>();
  private int bots = 1000;

  @BeforeAll
  static void start() {
    org = new Org();
    org.simulator().script("{\"org\":{\"afterDecline\":\"goes\"}}");
    String database = Postgres.newDatabase();
    baton = Baton.startOn(database, org.simulator(), SETTINGS);
    otherNode = Baton.forkOn(database, org.simulator(), SETTINGS);
    jdbc = JdbcClient.create(baton.bean(DataSource.class));
    threads = Executors.newCachedThreadPool();
    sampler = Executors.newSingleThreadScheduledExecutor();
  }

  @AfterAll
  static void stop() {
    sampler.shutdownNow();
    threads.shutdownNow();
    otherNode.close();
    baton.close();
    org.close();
  }

  /** Which of the two nodes gets a request. */
  private enum Where {
    SAME_NODE,
    OTHER_NODE
  }

  private Future<?> sampling;

  /** The sweep repairs a lost wake-up after seconds: each committed state is looked at instead. */
  @BeforeEach
  void watchForLostWakeUps() {
    Inbox inbox = baton.bean(Inbox.class);
    sampling =
        sampler.scheduleWithFixedDelay(
            () -> overslept.addAll(inbox.overslept("")), 0, 10, TimeUnit.MILLISECONDS);
  }

  @AfterEach
  void noWakeUpWasLost() {
    sampling.cancel(false);
    assertThat(overslept).as("talk, have a message and order nothing").isEmpty();
  }

  @Test
  void aMessageWhileTheBotsAnswerIsWrittenDown() {
    race(
        "answer",
        key -> {
          talk(key);
          return List.of(new JustAfter(writing(key, "b", 1)));
        },
        key -> write(key, "a", "a"),
        1,
        key -> {
          assertThat(messages(key)).containsOnly(Map.entry("ANSWERED", 2L));
          assertThat(heard(key)).containsExactly("start", "a", "b0");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aMessageAtTheInstantOfTheBotsAnswer(Where where) {
    race(
        "queue-" + where,
        key -> {
          talk(key);
          return List.of(writing(where, key, "b", 2));
        },
        key -> write(key, "a", "a"),
        1,
        key -> {
          assertThat(messages(key)).containsOnly(Map.entry("ANSWERED", 3L));
          assertThat(heard(key)).containsExactly("start", "a", "b0", "b1");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aMessageAtTheInstantOfAMessage(Where where) {
    race(
        "two-" + where,
        key -> {
          talk(key);
          return List.of(
              writing(key, "a", 1),
              writing(where, key, "b", 1),
              correlating(where, key, "c"),
              posting(Where.SAME_NODE, key, "d"));
        },
        key -> {
          assertThat(messages(key)).containsOnly(Map.entry("ANSWERED", 4L));
          assertThat(heard(key)).hasSize(5).contains("a0", "b0", "c", "d");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aMessageAtTheInstantOfItsRepetition(Where where) {
    race(
        "same-" + where,
        key -> {
          talk(key);
          return List.of(
              writing(key, "a", 1),
              writing(where, key, "a", 1),
              correlating(where, key, "a0"),
              posting(Where.SAME_NODE, key, "a0"));
        },
        key -> {
          assertThat(messages(key)).containsOnly(Map.entry("ANSWERED", 1L));
          assertThat(heard(key)).containsExactly("start", "a0");
        });
  }

  @Test
  void aStartAtTheInstantOfAStart() {
    Queue<String> begun = new ConcurrentLinkedQueue<>();
    race(
        "start",
        key -> {
          String bot = bot();
          Callable<Void> begin =
              () -> {
                if (reception().begin(key, new Token.Opening(bot, null, null)).isNew()) {
                  begun.add(key);
                }
                return null;
              };
          Callable<Void> process =
              () -> {
                Baton.Answer answer = baton.startProcess(key, "botId", bot);
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                if (!answer.json().path("ended").asBoolean()) {
                  begun.add(key);
                }
                return null;
              };
          return List.of(begin, begin, process, process);
        },
        key -> {
          assertThat(begun.stream().filter(key::equals)).as(key).hasSize(1);
          assertThat(instances(key)).isEqualTo(1);
          assertThat(Org.sessions(org.journal(), botOf(key))).hasSize(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void leavingAtTheInstantOfAMessageAndOfTheBotsAnswer(Where where) {
    race(
        "leave-" + where,
        key -> {
          talk(key);
          return List.of(
              writing(where, key, "b", 2), leaving(where, key), correlating(where, key, "c"));
        },
        key -> write(key, "a", "a"),
        1,
        this::ended);
  }

  @ParameterizedTest
  @EnumSource
  void leavingAtTheInstantOfTheBeginning(Where where) {
    race(
        "early-" + where,
        key -> {
          reception().begin(key, new Token.Opening(bot(), "hello", null));
          return List.of(leavingByEngine(where, key), writing(where, key, "a", 1));
        },
        this::ended);
  }

  @ParameterizedTest
  @EnumSource
  void leavingAtTheInstantOfTheEscalate(Where where) {
    race(
        "escalate-" + where,
        key -> {
          talk(key);
          return List.of(leaving(where, key));
        },
        key -> write(key, "t", TRANSFER),
        1,
        this::ended);
  }

  @ParameterizedTest
  @EnumSource
  void leavingAtTheInstantOfAnAcceptance(Where where) {
    race(
        "accepted-" + where,
        key -> {
          offered(key, "ordered", "wait");
          return List.of(leaving(where, key), writing(where, key, "a", 2));
        },
        key -> org.accept(cases(key).get(0)),
        1,
        key -> {
          ended(key);
          List<String> heard = heard(key);
          boolean told = heard.contains("transferSucceeded");
          assertThat(heard.get(heard.size() - 1))
              .isEqualTo(told ? "end Transfer" : "end UserRequest");
          assertThat(winners(key)).isEqualTo(told ? 1 : 0);
        });
  }

  @Test
  void cancellingAtTheInstantOfAnAcceptance() {
    Queue<String> cancelled = new ConcurrentLinkedQueue<>();
    race(
        "cancel",
        key -> {
          offered(key, "ordered", "wait");
          return List.of(
              () -> {
                if (cancel(key)) {
                  cancelled.add(key);
                }
                return null;
              });
        },
        key -> org.accept(cases(key).get(0)),
        1,
        key -> {
          // Told in time that the customer would rather not, or told that it was too late: an agent
          // who accepted before the offer was taken back has the conversation all the same.
          List<String> heard = heard(key);
          if (heard.contains("transferSucceeded")) {
            ended(key);
            assertThat(heard)
                .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
            assertThat(winners(key)).isEqualTo(1);
          } else {
            assertThat(cancelled).contains(key);
            assertThat(heard).containsExactly("start", TRANSFER, "transferFailed");
            assertThat(talks(key)).as(key).isTrue();
            assertThat(winners(key)).isZero();
          }
        });
  }

  @Test
  void twoAcceptancesAtTheSameInstant() {
    race(
        "both",
        key -> {
          offered(key, "race", "wait", "wait");
          List<String> cases = cases(key);
          return List.of(accepting(cases.get(0)), accepting(cases.get(1)));
        },
        key -> {
          ended(key);
          assertThat(heard(key))
              .containsExactly("start", TRANSFER, "transferSucceeded", "end Transfer");
          assertThat(winners(key)).isEqualTo(1);
        });
  }

  @Test
  void anAcceptanceAtTheInstantWhenPatienceIsOver() {
    race(
        "patience",
        key -> {
          String bot = bot();
          String queue = Org.queue(bots);
          org.addQueue(queue, "accept", 500 + Math.floorMod(key.hashCode(), 7) * 100);
          org.addBot(bot, queue);
          baton.startProcess(key, "botId", bot, "patience", "PT1S");
          awaitTalking(key);
          return List.of(
              () -> {
                write(key, "t", TRANSFER);
                return null;
              });
        },
        key -> {
          ended(key);
          boolean taken = heard(key).contains("transferSucceeded");
          assertThat(heard(key))
              .containsExactly(
                  "start",
                  TRANSFER,
                  taken ? "transferSucceeded" : "transferFailed",
                  taken ? "end Transfer" : "end Other");
          assertThat(winners(key)).isEqualTo(taken ? 1 : 0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aMessageAtTheInstantWhenTheTransferSucceeds(Where where) {
    race(
        "succeeds-" + where,
        key -> {
          offered(key, "ordered", "wait");
          return List.of(writing(where, key, "a", 3));
        },
        key -> org.accept(cases(key).get(0)),
        1,
        key -> {
          ended(key);
          assertThat(messages(key).keySet()).isSubsetOf("ANSWERED", "DELIVERED");
          long delivered = messages(key).getOrDefault("DELIVERED", 0L);
          assertThat(comments(key)).isEqualTo(delivered);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aMessageAtTheInstantWhenTheTransferFails(Where where) {
    race(
        "fails-" + where,
        key -> {
          offered(key, "ordered", "wait");
          return List.of(writing(where, key, "a", 3));
        },
        key -> org.decline(cases(key).get(0)),
        1,
        this::ended);
  }

  @ParameterizedTest
  @EnumSource
  void aMessageAtTheInstantWhenTheNextBotHasTheConversation(Where where) {
    race(
        "switch-" + where,
        key -> {
          toBeSwitched(key);
          return List.of(writing(where, key, "a", 3));
        },
        this::partWithTheFirstBot,
        1,
        key -> {
          assertThat(messages(key)).containsOnly(Map.entry("ANSWERED", 4L));
          assertThat(heard(key)).containsExactly("start", "a0", "a1", "a2");
          List<JsonNode> journal = org.journal();
          String session = Org.sessions(journal, botOf(key)).get(0);
          assertThat(Org.sequence(journal, session)).as(key).containsExactly(1L, 2L, 3L);
        });
    org.heal();
  }

  @ParameterizedTest
  @EnumSource
  void leavingAtTheInstantWhenTheNextBotHasTheConversation(Where where) {
    race(
        "switch-leave-" + where,
        key -> {
          toBeSwitched(key);
          return List.of(leaving(where, key), writing(where, key, "a", 2));
        },
        this::partWithTheFirstBot,
        1,
        key -> {
          assertThat(instances(key)).as(key).isZero();
          List<JsonNode> journal = org.journal();
          for (String bot : Objects.requireNonNull(chains.get(key))) {
            List<String> sessions = Org.sessions(journal, bot);
            assertThat(sessions).as(key + ": sessions of " + bot).hasSize(1);
            List<String> heard = Org.takenIn(journal, sessions.get(0));
            assertThat(heard.stream().filter(line -> line.startsWith("end "))).as(key).hasSize(1);
            assertThat(heard.get(heard.size() - 1)).as(key).startsWith("end ");
          }
          assertThat(baton.conversation(key).path("state").asText()).isEqualTo("ended");
        });
    org.heal();
  }

  // The rounds

  private void race(
      String name, Function<String, List<Callable<Void>>> prepare, Consumer<String> check) {
    race(name, prepare, key -> {}, 0, check);
  }

  /**
   * Holds the conversation's row until everybody queues for it, and lets all go at one instant.
   *
   * @param prepare returns what is done at that instant
   * @param before done last before the row is held
   * @param settlements how many outcomes of calls will come to the row besides
   */
  private void race(
      String name,
      Function<String, List<Callable<Void>>> prepare,
      Consumer<String> before,
      int settlements,
      Consumer<String> check) {
    long started = System.nanoTime();
    int collisions = 0;
    for (int from = 0; from < ROUNDS; from += BATCH) {
      org.forget();
      List<String> keys =
          IntStream.range(from, Math.min(from + BATCH, ROUNDS))
              .mapToObj(n -> name + "-" + n)
              .toList();
      List<List<Callable<Void>>> all = keys.stream().map(prepare).toList();
      for (int i = 0; i < keys.size(); i++) {
        before.accept(keys.get(i));
        collisions += collide(keys.get(i), all.get(i), settlements) ? 1 : 0;
      }
      keys.forEach(RacesTest::atRest);
      keys.forEach(check);
    }
    System.out.printf(
        "%s: %d rounds in %d ms, %d times all queued for the row, %d messages refused%n",
        name, ROUNDS, (System.nanoTime() - started) / 1_000_000, collisions, refusals.size());
  }

  /** Whether all of them waited for the row at the same time. */
  private static boolean collide(String key, List<Callable<Void>> deeds, int settlements) {
    List<Future<Void>> running = new ArrayList<>();
    CountDownLatch released = new CountDownLatch(1);
    boolean all;
    try (Connection gate = baton.bean(DataSource.class).getConnection()) {
      gate.setAutoCommit(false);
      try (PreparedStatement lock =
          gate.prepareStatement(
              "select 1 from baton_conversation where conversation_key = ? for update")) {
        lock.setString(1, key);
        lock.execute();
      }
      List<Future<Void>> atTheRow = new ArrayList<>();
      for (Callable<Void> deed : deeds) {
        if (deed instanceof JustAfter later) {
          running.add(threads.submit(() -> later.call(key, released)));
        } else {
          atTheRow.add(threads.submit(deed));
        }
      }
      running.addAll(atTheRow);
      await(
          key + ": everybody at the row",
          () -> {
            long arrived = queued() + atTheRow.stream().filter(Future::isDone).count();
            boolean nobodyElse = settlements == 0 || nothingUnderWay(key);
            return queued() >= atTheRow.size() + settlements
                || (nobodyElse && arrived >= atTheRow.size());
          });
      all = queued() >= atTheRow.size() + settlements;
      gate.rollback();
      released.countDown();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    running.forEach(RacesTest::done);
    return all;
  }

  private static boolean nothingUnderWay(String key) {
    return calls(key) == 0
        && count("baton_offer where state in ('ASKING','OPEN') and conversation_key = ?", key) == 0;
  }

  private static long calls(String key) {
    return count("baton_order where conversation_key = ?", key)
        + count("baton_conversation where turn <> 'FREE' and conversation_key = ?", key);
  }

  private static long queued() {
    return jdbc.sql(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'""")
        .query(Long.class)
        .single();
  }

  private static void done(Future<Void> deed) {
    try {
      deed.get(120, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("Something else than an answer reached the caller", e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until nothing is under way: then nothing may be half done. */
  private static void atRest(String key) {
    await(
        key + " at rest",
        () ->
            calls(key) == 0
                && count(
                        "baton_offer where state in ('ASKING','OPEN') and conversation_key = ?",
                        key)
                    == 0
                && (talks(key) || instances(key) == 0));
    assertThat(
            count("baton_inbox where state in ('WAITING','SENDING') and conversation_key=?", key))
        .as(key)
        .isZero();
  }

  private static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(20))
        .until(condition);
  }

  private static long count(String from, String key) {
    return jdbc.sql("select count(*) from " + from).param(key).query(Long.class).single();
  }

  private static boolean talks(String key) {
    return count("baton_conversation where state = 'TALKING' and conversation_key = ?", key) == 1;
  }

  private static long instances(String key) {
    return baton
        .bean(RuntimeService.class)
        .createProcessInstanceQuery()
        .processInstanceBusinessKey(key)
        .count();
  }

  // What happens at the instant

  private static Reception reception() {
    return baton.bean(Reception.class);
  }

  private String bot() {
    String bot = Org.bot(++bots);
    org.addBot(bot);
    return bot;
  }

  /** Talks with a bot that hands over to another, and is slow to let its session end. */
  private void toBeSwitched(String key) {
    talk(key);
    String first = botOf(key);
    String other = bot();
    org.addBotBefore(first, other);
    chains.put(key, List.of(first, other));
    String session = Org.sessions(org.journal(), first).get(0);
    org.fault("{\"method\":\"DELETE\",\"session\":\"%s\"}".formatted(session), "{\"delayMs\":300}");
  }

  private void partWithTheFirstBot(String key) {
    write(key, "t", TRANSFER);
    await(
        key + " parts with its bot",
        () -> count("baton_order where kind = 'BOT_END' and conversation_key = ?", key) == 1);
  }

  private void talk(String key) {
    assertThat(reception().begin(key, new Token.Opening(bot(), null, null)).isNew()).isTrue();
    awaitTalking(key);
  }

  private static void awaitTalking(String key) {
    await(
        key + " talks",
        () ->
            count("baton_conversation where session_id is not null and conversation_key=?", key)
                == 1);
  }

  private void offered(String key, String strategy, String... agents) {
    String bot = bot();
    List<String> queues = new ArrayList<>();
    for (String agent : agents) {
      String queue = Org.queue(10 * bots + queues.size());
      org.addQueue(queue, agent, 0);
      queues.add(queue);
    }
    org.addBot(bot, queues.toArray(String[]::new));
    baton.startProcess(key, "botId", bot, "strategy", strategy);
    awaitTalking(key);
    write(key, "t", TRANSFER);
    await(
        key + " is offered",
        () ->
            count("baton_offer where state = 'OPEN' and conversation_key = ?", key)
                == agents.length);
  }

  private void write(String key, String id, String text) {
    try {
      reception().receive(key, new CustomerMessage(id, text, null));
    } catch (Refusal e) {
      assertThat(e.kind()).isEqualTo(Refusal.Kind.OVER);
      refusals.add(409);
    }
  }

  /** Waits not at the row but beside it, and comes a moment after the others were let go. */
  private record JustAfter(Callable<Void> deed) implements Callable<Void> {

    @Override
    public Void call() throws Exception {
      return deed.call();
    }

    Void call(String key, CountDownLatch released) throws Exception {
      released.await();
      // A moment is measured in queries, of another number in each round.
      int queries = Integer.parseInt(key.substring(key.lastIndexOf('-') + 1)) % 30;
      for (int i = 0; i < queries; i++) {
        nothingUnderWay(key);
      }
      return deed.call();
    }
  }

  private boolean cancel(String key) {
    try {
      reception().cancelTransfer(key);
      return true;
    } catch (Refusal e) {
      assertThat(e.kind()).isEqualTo(Refusal.Kind.OVER);
      return false;
    }
  }

  private Callable<Void> writing(Where where, String key, String prefix, int count) {
    return where == Where.SAME_NODE
        ? writing(key, prefix, count)
        : () -> {
          for (int i = 0; i < count; i++) {
            posting(where, key, prefix + i).call();
          }
          return null;
        };
  }

  private Callable<Void> writing(String key, String prefix, int count) {
    return () -> {
      for (int i = 0; i < count; i++) {
        write(key, prefix + i, prefix + i);
      }
      return null;
    };
  }

  /** Through the engine alone: 400 is its way to say that the conversation is over. */
  private Callable<Void> correlating(Where where, String key, String id) {
    return () -> {
      Baton.Answer answer = node(where).correlate(key, id, id);
      assertThat(answer.status()).as(answer.body()).isIn(204, 400);
      return null;
    };
  }

  private Callable<Void> posting(Where where, String key, String id) {
    return () -> {
      Baton.Answer answer = node(where).writeLater(key, id, id).join();
      assertThat(answer.status()).as(answer.body()).isIn(200, 202, 409);
      if (answer.status() == 409) {
        refusals.add(409);
      }
      return null;
    };
  }

  private Callable<Void> leaving(Where where, String key) {
    return () -> {
      if (where == Where.SAME_NODE) {
        reception().leave(key);
      } else {
        Baton.Answer answer = otherNode.leave(key);
        assertThat(answer.status()).as(answer.body()).isEqualTo(204);
      }
      return null;
    };
  }

  private static Baton node(Where where) {
    return where == Where.SAME_NODE ? baton : otherNode;
  }

  private Callable<Void> leavingByEngine(Where where, String key) {
    return () -> {
      Baton.Answer answer = node(where).correlateLeft(key);
      assertThat(answer.status()).as(answer.body()).isEqualTo(204);
      return null;
    };
  }

  private Callable<Void> accepting(String keyOrCase) {
    String theCase = keyOrCase.startsWith("500") ? keyOrCase : cases(keyOrCase).get(0);
    return () -> {
      org.accept(theCase);
      return null;
    };
  }

  // What came of it

  private static long winners(String key) {
    return count("baton_offer where state = 'ACCEPTED' and conversation_key = ?", key);
  }

  private static List<String> cases(String key) {
    return jdbc.sql("select reference from baton_offer where conversation_key = ? order by id")
        .param(key)
        .query(String.class)
        .list();
  }

  private static Map<String, Long> messages(String key) {
    Map<String, Long> states = new TreeMap<>();
    jdbc.sql("select state, count(*) from baton_inbox where conversation_key = ? group by state")
        .param(key)
        .query(
            (row, number) -> {
              states.put(row.getString(1), row.getLong(2));
              return number;
            })
        .list();
    return states;
  }

  private static String botOf(String key) {
    return jdbc.sql("select bot_id from baton_conversation where conversation_key = ?")
        .param(key)
        .query(String.class)
        .single();
  }

  private static List<String> heard(String key) {
    List<JsonNode> journal = org.journal();
    List<String> sessions = Org.sessions(journal, botOf(key));
    assertThat(sessions).as(key + ": sessions").hasSize(1);
    return Org.takenIn(journal, sessions.get(0));
  }

  private static long comments(String key) {
    List<JsonNode> journal = org.journal();
    return cases(key).stream().mapToLong(id -> Org.created(journal, "CaseComment", id)).sum();
  }

  /** Over, the session ended once and last, and what reached nobody is counted. */
  private void ended(String key) {
    assertThat(instances(key)).as(key).isZero();
    List<String> heard = heard(key);
    assertThat(heard.stream().filter(line -> line.startsWith("end "))).as(key).hasSize(1);
    assertThat(heard.get(heard.size() - 1)).as(key).startsWith("end ");
    assertThat(heard.stream().filter(line -> line.startsWith("transfer")).count())
        .as(key)
        .isLessThanOrEqualTo(1);
    long undelivered = messages(key).getOrDefault("UNDELIVERED", 0L);
    JsonNode shown = baton.conversation(key);
    assertThat(shown.path("state").asText()).isIn("ended", "transferred");
    assertThat(shown.path("undelivered").asLong()).as(key).isEqualTo(undelivered);
    assertThat(shown.path("transcript").toString().contains("reached nobody"))
        .as(key)
        .isEqualTo(undelivered > 0);
  }
}
