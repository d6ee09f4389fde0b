package dev.baton.conversation;

import static dev.baton.conversation.Keys.OF_CONVERSATION;
import static dev.baton.conversation.Writes.now;
import static dev.baton.conversation.Writes.set;

import dev.baton.bots.EndReason;
import dev.baton.conversation.Writes.Assignment;
import dev.baton.conversation.Writes.Table;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.transaction.PlatformTransactionManager;
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
        opening_variables, session_id, session_over, runtime_crc, failed_transfers, end_reason, turn
      from baton_conversation where conversation_key = ?""";

  private final Writes writes;
  private final boolean isH2;
  private final Transcript transcript;
  private final TransactionTemplate transactions;
  private final Predicate<RuntimeException> conflict;

  /**
   * Works on the engine's own data source and transaction manager.
   *
   * @param isH2 whether the database is H2, not PostgreSQL
   * @param conflict whether a transaction lost an optimistic race in the engine
   */
  public Conversations(
      Writes writes,
      boolean isH2,
      Transcript transcript,
      PlatformTransactionManager transactionManager,
      Predicate<RuntimeException> conflict) {
    this.writes = writes;
    this.isH2 = isH2;
    this.transcript = transcript;
    this.transactions = new TransactionTemplate(transactionManager);
    this.conflict = conflict;
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
    return lockIfKnown(key).orElseThrow(() -> unknown(key));
  }

  /**
   * Takes the conversation's lock for the rest of the current transaction. Costs nothing when the
   * transaction has it already.
   *
   * @return the id of the conversation's process instance
   * @throws Refusal when there is no such conversation
   */
  public String hold(String key) {
    String process = Held.current().processes.get(key);
    return process == null ? lock(key).processInstanceId() : process;
  }

  private Optional<Conversation> lockIfKnown(String key) {
    Optional<Conversation> conversation =
        writes.sql(COLUMNS + " for update").param(key).query(Conversations::read).optional();
    conversation.ifPresent(
        known -> {
          Held held = Held.current();
          held.processes.put(key, known.processInstanceId());
          held.conversations.put(key, known);
        });
    return conversation;
  }

  /**
   * The conversation as the current transaction, which holds it, has changed it; its turn may be
   * that of before.
   */
  public Conversation held(String key) {
    return heldIfKnown(key).orElseThrow(() -> unknown(key));
  }

  /** The same, if there is such a conversation; takes its lock. */
  Optional<Conversation> heldIfKnown(String key) {
    return Optional.ofNullable(Held.current().conversations.get(key)).or(() -> lockIfKnown(key));
  }

  /**
   * Tells with the commit of the current transaction what the bot said, or that it has to be read:
   * when the conversation stands otherwise by then.
   *
   * @param before the conversation as it was locked
   */
  public void tell(
      Conversation before, Turns.Reply said, CompletableFuture<Optional<Turns.Reply>> asked) {
    Held held = Held.current();
    Orders.afterCommit(
        () ->
            asked.complete(
                held.states.getOrDefault(before.key(), before.visibleState()) == said.state()
                    ? Optional.of(said)
                    : Optional.empty()));
  }

  /** The conversation as last committed. */
  public Optional<Conversation> find(String key) {
    return writes.sql(COLUMNS).param(key).query(Conversations::read).optional();
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
    String variables = opening.variables();
    StatementSpec insert =
        writes
            .sql(
                """
                insert into baton_conversation (conversation_key, process_instance_id, bot_id,
                  state, opening_text, opening_variables, started_at)
                values (?, ?, ?, 'TALKING', ?, ?, current_timestamp)"""
                    // PostgreSQL would give up the whole transaction for a duplicate key.
                    + (isH2 ? "" : " on conflict do nothing"))
            .params(
                key,
                processInstanceId,
                botId,
                opening.text(),
                variables == null ? "[]" : variables);
    try {
      boolean opened = insert.update() == 1;
      if (opened) {
        Held.current().processes.put(key, processInstanceId);
      }
      return opened;
    } catch (DuplicateKeyException e) {
      return false;
    }
  }

  /**
   * The bot gave the conversation a session.
   *
   * @param crc the X-Runtime-CRC that came with it; null when none did
   */
  public void sessionStarted(String key, String sessionId, @Nullable String crc) {
    change(key, set("session_id", sessionId), set("runtime_crc", crc));
  }

  /** The conversation is in a session of another bot's now: the last one's is done with. */
  public void sessionSwitched(String key, String botId, String sessionId) {
    change(
        key,
        set("bot_id", botId),
        set("session_id", sessionId),
        set("session_over", false),
        set("runtime_crc", null),
        set("next_sequence", 1L),
        set("failed_transfers", 0));
  }

  /** The bot's latest X-Runtime-CRC; null when it is not known. */
  public void runtimeCrc(String key, @Nullable String crc) {
    change(key, known -> known.with(crc), set("runtime_crc", crc));
  }

  /** The bot's variables, a JSON array. */
  public void variables(String key, String json) {
    change(key, set("opening_variables", json));
  }

  /** The session is over at the bot, or unknown there. */
  public void sessionOver(String key) {
    change(key, Conversation::withoutSession, set("session_over", true));
  }

  /** The conversation goes on with the bot, or is being transferred. */
  public void goesOn(String key, ConversationState state) {
    change(key, known -> known.in(state), set("state", state.name()));
    follow(key, state);
  }

  /**
   * The bot escalated.
   *
   * @param crc the bot's latest X-Runtime-CRC; null when it sent none
   */
  public void escalated(String key, @Nullable String crc) {
    goesOn(key, ConversationState.TRANSFERRING);
    if (crc != null) {
      runtimeCrc(key, crc);
    }
  }

  /**
   * The conversation is over for its channel; what the customer still writes is refused.
   *
   * @param endReason why the session is to be ended; null when there is nothing to be ended
   */
  public void over(String key, ConversationState state, @Nullable EndReason endReason) {
    change(
        key,
        known -> known.over(state, endReason),
        set("state", state.name()),
        set("end_reason", endReason == null ? null : endReason.name()),
        now("over_at"));
    follow(key, state);
  }

  /**
   * A conversation was transferred, and the bot knows: unless another bot goes on with it, or a
   * message of the customer's is held, it is over for its channel. The caller has its lock.
   *
   * @param winner the offer that was accepted
   * @return whether nothing is left to be passed on
   */
  public boolean nothingToPassOn(String key, @Nullable Long winner) {
    Conversation conversation = held(key);
    PassingOn left = passingOn(conversation, winner);
    if (!left.botHasIt && !left.messageWaits && !conversation.state().over()) {
      over(key, ConversationState.TRANSFERRED, EndReason.TRANSFER);
    }
    return left.botHasIt || !left.messageWaits;
  }

  private record PassingOn(boolean botHasIt, boolean messageWaits) {}

  private PassingOn passingOn(Conversation conversation, @Nullable Long winner) {
    return writes
        .sql(
            """
            select
              exists (
                select 1 from baton_bot_session s join baton_offer o on o.id = s.offer_id
                where s.offer_id = ? and o.state = 'ACCEPTED' and s.session_id <> ?) as bot_has_it,
              exists (
                select 1 from baton_inbox i where i.%s and i.state = 'WAITING') as message_waits"""
                .formatted(OF_CONVERSATION))
        .params(winner, conversation.sessionId(), conversation.key())
        .query(
            (row, number) ->
                new PassingOn(row.getBoolean("bot_has_it"), row.getBoolean("message_waits")))
        .single();
  }

  /** The conversation's process is over: nothing more will come of it. */
  void closed(String key) {
    change(key, now("closed_at"));
  }

  /**
   * Whether the conversation's process is over, so that nothing more will come of it.
   *
   * @throws Refusal when there is no such conversation
   */
  public boolean isClosed(String key) {
    return writes
        .sql("select closed_at is not null from baton_conversation where conversation_key = ?")
        .param(key)
        .query(Boolean.class)
        .optional()
        .orElseThrow(() -> unknown(key));
  }

  /** An order failed for good, or an operator allowed it to be tried again. */
  void stuck(String key, boolean stuck) {
    change(key, set("stuck", stuck));
    find(key).ifPresent(conversation -> follow(key, conversation.visibleState()));
  }

  private void follow(String key, ConversationState state) {
    Held.current().states.put(key, state);
    transcript.add(
        key,
        Transcript.Speaker.BATON,
        Transcript.Cause.STATE,
        null,
        "{\"state\":\"%s\"}".formatted(state.code()));
  }

  /** How many transfers failed since the customer last wrote to the bot. */
  public void failedTransfers(String key, int count) {
    change(key, set("failed_transfers", count));
  }

  /** Draws the next sequence id of the conversation's session; the caller holds the lock. */
  long nextSequence(String key) {
    GeneratedKeyHolder next = new GeneratedKeyHolder();
    writes
        .sql(
            "update baton_conversation set next_sequence = next_sequence + 1 where conversation_key = ?")
        .param(key)
        .update(next, "next_sequence");
    return Keys.of(next) - 1;
  }

  private static @Nullable Turn turn(@Nullable String name) {
    return name == null ? null : Turn.valueOf(name);
  }

  private void change(String key, Assignment... assignments) {
    change(key, known -> null, assignments);
  }

  /**
   * @param now how it is changed for those who hold it; null for them to read it
   */
  private void change(
      String key, Function<Conversation, @Nullable Conversation> now, Assignment... assignments) {
    writes.change(Table.CONVERSATION, key, assignments);
    Held held = Held.of(key);
    if (held != null) {
      held.conversations.computeIfPresent(key, (same, known) -> now.apply(known));
    }
  }

  private static @Nullable EndReason endReason(@Nullable String name) {
    return name == null ? null : EndReason.valueOf(name);
  }

  static Conversation read(ResultSet row, int number) throws SQLException {
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
        endReason(row.getString("end_reason")),
        turn(row.getString("turn")));
  }
}
