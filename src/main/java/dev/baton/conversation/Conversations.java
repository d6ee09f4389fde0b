package dev.baton.conversation;

import dev.baton.bots.EndReason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The conversations' rows, and their lock. Every transaction that moves a conversation first locks
 * its row with {@link #locked}; without that, a message that arrives with the bot's answer loses
 * its wake-up. Thread-safe.
 */
public final class Conversations {

  private static final int MAX_TRIES = 20;
  private static final String COLUMNS =
      """
      select conversation_key, process_instance_id, bot_id, state, stuck, opening_text,
             opening_variables, session_id, session_over, runtime_crc, failed_transfers, end_reason,
             turn
      from baton_conversation where conversation_key = ?""";

  /** SQL: no node is alive that knows no turns. */
  private static final String ALL_TAKE_TURNS =
      """
      not exists (select 1 from baton_node
                  where not takes_turns and alive_until > current_timestamp)""";

  private static final String[] BEGUN = {
    "process_instance_id", "bot_id", "session_id", "runtime_crc", "next_sequence"
  };

  private final JdbcClient jdbc;
  private final Transcript transcript;
  private final TransactionTemplate transactions;
  private final TransactionTemplate savepoints;
  private final Predicate<RuntimeException> conflict;
  private final String suspended;

  /**
   * Works on the engine's own data source and transaction manager.
   *
   * @param conflict whether a transaction lost an optimistic race in the engine
   * @param suspended SQL: whether the process {@code process_instance_id} must not move
   */
  public Conversations(
      JdbcClient jdbc,
      Transcript transcript,
      PlatformTransactionManager transactionManager,
      Predicate<RuntimeException> conflict,
      String suspended) {
    this.jdbc = jdbc;
    this.transcript = transcript;
    this.transactions = new TransactionTemplate(transactionManager);
    this.savepoints = new TransactionTemplate(transactionManager);
    this.savepoints.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
    this.conflict = conflict;
    this.suspended = suspended;
  }

  /**
   * Does a piece of work while holding the conversation's lock, in the current transaction or in
   * one of its own. One of its own is run again when it lost an optimistic race with a transaction
   * that does not take the lock (an operator's, for instance).
   *
   * @throws Refusal when there is no such conversation
   */
  public <T extends @Nullable Object> T locked(String key, Function<Conversation, T> work) {
    return inTransaction(() -> work.apply(lock(key)));
  }

  /** Runs work in the current transaction, or in one of its own that is run again on a conflict. */
  // What the template returns is what the work returned: null only if that may be null.
  @SuppressWarnings("NullAway")
  <T extends @Nullable Object> T inTransaction(Supplier<T> work) {
    if (TransactionSynchronizationManager.isActualTransactionActive()) {
      return work.get();
    }
    for (int tries = 1; ; tries++) {
      try {
        return transactions.execute(status -> work.get());
      } catch (RuntimeException e) {
        boolean again = e instanceof ConcurrencyFailureException || conflict.test(e);
        if (!again || tries == MAX_TRIES) {
          throw e;
        }
      }
    }
  }

  private Conversation lock(String key) {
    Conversation conversation =
        jdbc.sql(COLUMNS + " for update")
            .param(key)
            .query(Conversations::read)
            .optional()
            .orElseThrow(() -> unknown(key));
    held().processes.put(key, conversation.processInstanceId());
    return conversation;
  }

  /**
   * Takes the conversation's lock for the rest of the current transaction. Costs nothing when the
   * transaction has it already.
   *
   * @return the id of the conversation's process instance
   * @throws Refusal when there is no such conversation
   */
  public String hold(String key) {
    String process = held().processes.get(key);
    return process == null ? lock(key).processInstanceId() : process;
  }

  /** What the current transaction holds: it is found among the transaction's own listeners. */
  private static final class Held implements TransactionSynchronization {
    final Map<String, String> processes = new HashMap<>();
  }

  private static Held held() {
    for (TransactionSynchronization known :
        TransactionSynchronizationManager.getSynchronizations()) {
      if (known instanceof Held held) {
        return held;
      }
    }
    Held held = new Held();
    TransactionSynchronizationManager.registerSynchronization(held);
    return held;
  }

  /** The conversation as last committed. */
  public Optional<Conversation> find(String key) {
    return jdbc.sql(COLUMNS).param(key).query(Conversations::read).optional();
  }

  /** The refusal for a key that nobody knows. */
  public static Refusal unknown(String key) {
    return new Refusal(
        Refusal.Kind.UNKNOWN, "There is no conversation '%s'.".formatted(abbreviate(key)));
  }

  private static String abbreviate(String key) {
    return key.length() <= 100 ? key : key.substring(0, 100) + "…";
  }

  /**
   * Opens a conversation's row.
   *
   * @return false when the key is known already; nothing is changed then
   */
  public boolean open(String key, String processInstanceId, String botId, Token.Opening opening) {
    if (find(key).isPresent()) {
      return false;
    }
    String variables = opening.variables();
    try {
      // A savepoint: PostgreSQL would give up the whole transaction for a duplicate key.
      savepoints.executeWithoutResult(
          status ->
              jdbc.sql(
                      """
                      insert into baton_conversation (conversation_key, process_instance_id, bot_id,
                        state, opening_text, opening_variables, started_at)
                      values (?, ?, ?, 'TALKING', ?, ?, current_timestamp)""")
                  .params(
                      key,
                      processInstanceId,
                      botId,
                      opening.text(),
                      variables == null ? "[]" : variables)
                  .update());
      held().processes.put(key, processInstanceId);
      return true;
    } catch (DuplicateKeyException e) {
      return false;
    }
  }

  /** The bot gave the conversation a session. */
  public void sessionStarted(String key, String sessionId) {
    update(key, "session_id = ?", sessionId);
  }

  /** The conversation is in a session of another bot's now: the last one's is done with. */
  public void sessionSwitched(String key, String botId, String sessionId) {
    jdbc.sql(
            """
            update baton_conversation set bot_id = ?, session_id = ?, session_over = false,
              runtime_crc = null, next_sequence = 1, failed_transfers = 0
            where conversation_key = ?""")
        .params(botId, sessionId, key)
        .update();
  }

  /** The bot's latest X-Runtime-CRC; null when it is not known. */
  public void runtimeCrc(String key, @Nullable String crc) {
    update(key, "runtime_crc = ?", crc);
  }

  /** The session is over at the bot, or unknown there. */
  public void sessionOver(String key) {
    update(key, "session_over = ?", true);
  }

  /** The conversation goes on with the bot, or is being transferred. */
  public void goesOn(String key, ConversationState state) {
    update(key, "state = ?", state.name());
    follow(key, state);
  }

  /**
   * The conversation is over for its channel; what the customer still writes is refused.
   *
   * @param endReason why the session is to be ended; null when there is nothing to be ended
   */
  public void over(String key, ConversationState state, @Nullable EndReason endReason) {
    jdbc.sql(
            """
            update baton_conversation set state = ?, end_reason = ?, over_at = current_timestamp
            where conversation_key = ?""")
        .params(state.name(), endReason == null ? null : endReason.name(), key)
        .update();
    follow(key, state);
  }

  /** The conversation's process is over: nothing more will come of it. */
  void closed(String key) {
    jdbc.sql(
            "update baton_conversation set closed_at = current_timestamp where conversation_key = ?")
        .param(key)
        .update();
  }

  /**
   * Whether the conversation's process is over, so that nothing more will come of it.
   *
   * @throws Refusal when there is no such conversation
   */
  public boolean isClosed(String key) {
    return jdbc.sql(
            "select closed_at is not null from baton_conversation where conversation_key = ?")
        .param(key)
        .query(Boolean.class)
        .optional()
        .orElseThrow(() -> unknown(key));
  }

  /** An order failed for good, or an operator allowed it to be tried again. */
  void stuck(String key, boolean stuck) {
    update(key, "stuck = ?", stuck);
    find(key).ifPresent(conversation -> follow(key, conversation.visibleState()));
  }

  private void follow(String key, ConversationState state) {
    transcript.add(
        key,
        Transcript.Speaker.BATON,
        Transcript.Cause.STATE,
        null,
        "{\"state\":\"%s\"}".formatted(state.code()));
  }

  /** How many transfers failed since the customer last wrote to the bot. */
  public void failedTransfers(String key, int count) {
    update(key, "failed_transfers = ?", count);
  }

  /** Draws the next sequence id of the conversation's session; the caller holds the lock. */
  long nextSequence(String key) {
    GeneratedKeyHolder next = new GeneratedKeyHolder();
    jdbc.sql(
            "update baton_conversation set next_sequence = next_sequence + 1 where conversation_key = ?")
        .param(key)
        .update(next, "next_sequence");
    return Keys.of(next) - 1;
  }

  /**
   * A turn that begins.
   *
   * @param conversation as far as a message to its bot needs it
   */
  record Begun(Conversation conversation, long sequenceId) {}

  /**
   * Takes the lock, draws a sequence id and begins a turn, if the process waits for the customer
   * and nothing is under way: all in one statement. A node of an earlier version may have come back
   * since the process waits.
   */
  Optional<Begun> beginTurn(String key, Turn turn) {
    GeneratedKeyHolder row = new GeneratedKeyHolder();
    jdbc.sql(
            """
            update baton_conversation set turn = ?, next_sequence = next_sequence + 1
            where conversation_key = ? and turn = 'FREE' and state = 'TALKING'
              and not exists (select 1 from baton_order o where o.conversation_key = ?)
              and not\s"""
                + suspended
                + " and "
                + ALL_TAKE_TURNS)
        .params(turn.name(), key, key)
        .update(row, BEGUN);
    Map<String, Object> values = row.getKeys();
    return values == null || values.isEmpty() ? Optional.empty() : Optional.of(begun(key, values));
  }

  private static Begun begun(String key, Map<String, Object> row) {
    return new Begun(
        new Conversation(
            key,
            Objects.requireNonNull((String) row.get("process_instance_id")),
            Objects.requireNonNull((String) row.get("bot_id")),
            ConversationState.TALKING,
            false,
            null,
            "[]",
            (String) row.get("session_id"),
            false,
            (String) row.get("runtime_crc"),
            0,
            null,
            Turn.TAKEN),
        Objects.requireNonNull((Long) row.get("next_sequence")) - 1);
  }

  /**
   * Takes the lock and ends the turn, all in one statement.
   *
   * @return what is left to be done; empty when there is no turn
   */
  Optional<Turn> endTurn(String key, @Nullable String crc) {
    GeneratedKeyHolder row = new GeneratedKeyHolder();
    jdbc.sql(
            """
            update baton_conversation
            set turn = case turn when 'MORE' then 'MORE' else 'FREE' end,
              runtime_crc = coalesce(?, runtime_crc), failed_transfers = 0,
              rests_since = current_timestamp
            where conversation_key = ? and turn in ('TAKEN', 'MORE')""")
        .params(crc, key)
        .update(row, "turn");
    Map<String, Object> values = row.getKeys();
    return values == null
        ? Optional.empty()
        : Optional.ofNullable(turn((String) values.get("turn")));
  }

  /** How the conversation's turn stands; null when each message takes the token with it. */
  void turn(String key, @Nullable Turn turn) {
    update(key, "turn = ?", turn == null ? null : turn.name());
  }

  /** The process waits for the customer, and lets Baton do the talking if every node can. */
  void rests(String key) {
    jdbc.sql(
            """
            update baton_conversation set turn = 'FREE', rests_since = current_timestamp
            where conversation_key = ? and\s"""
                + ALL_TAKE_TURNS)
        .param(key)
        .update();
  }

  /**
   * When the customer has been silent for too long; null when no turn was ever let pass.
   *
   * @param silence how long a customer may be silent
   */
  public @Nullable Instant silentFrom(String key, Duration silence) {
    return jdbc.sql("select turn, rests_since from baton_conversation where conversation_key = ?")
        .param(key)
        .query(
            (row, number) -> {
              Turn turn = turn(row.getString("turn"));
              Instant since = Transfers.instant(row, "rests_since");
              boolean underWay = turn == Turn.TAKEN || turn == Turn.MORE;
              // Also where no more turns pass since then: the timer runs from before the last one.
              return since == null
                  ? Optional.<Instant>empty()
                  : Optional.of((underWay ? Instant.now() : since).plus(silence));
            })
        .single()
        .orElse(null);
  }

  private static @Nullable Turn turn(@Nullable String name) {
    return name == null ? null : Turn.valueOf(name);
  }

  private void update(String key, String assignment, @Nullable Object value) {
    jdbc.sql("update baton_conversation set " + assignment + " where conversation_key = ?")
        .params(value, key)
        .update();
  }

  static Conversation read(ResultSet row, int number) throws SQLException {
    String endReason = row.getString("end_reason");
    return new Conversation(
        row.getString("conversation_key"),
        row.getString("process_instance_id"),
        row.getString("bot_id"),
        ConversationState.valueOf(row.getString("state")),
        row.getBoolean("stuck"),
        row.getString("opening_text"),
        row.getString("opening_variables"),
        row.getString("session_id"),
        row.getBoolean("session_over"),
        row.getString("runtime_crc"),
        row.getInt("failed_transfers"),
        endReason == null ? null : EndReason.valueOf(endReason),
        turn(row.getString("turn")));
  }
}
