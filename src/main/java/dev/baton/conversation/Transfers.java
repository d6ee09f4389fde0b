package dev.baton.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.transfer.Outcome;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;

/** The transfers of conversations and the offers made in them. Thread-safe. */
public final class Transfers {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TRANSFER =
      """
      select id, conversation_key, escalate_id, targets, round, winner, cancelled, report, report_reason,
             report_description, over_at
      from baton_transfer\s""";
  private static final String OFFER =
      """
      select id, transfer_id, conversation_key, offer_key, round, target_type, target_value, state,
             reference, task_id, outcome, detail, offered_at, over_at
      from baton_offer\s""";

  private final JdbcClient jdbc;
  private final Node node;
  private final Transcript transcript;

  /** Works in the caller's transaction. */
  public Transfers(JdbcClient jdbc, Node node, Transcript transcript) {
    this.jdbc = jdbc;
    this.node = node;
    this.transcript = transcript;
  }

  /** The bot escalated. */
  public void escalated(String key, @Nullable String escalateId, List<Target> targets) {
    jdbc.sql(
            """
            insert into baton_transfer (conversation_key, escalate_id, targets, escalated_at)
            values (?, ?, ?, current_timestamp)""")
        .params(key, escalateId, write(targets))
        .update();
  }

  /** The conversation's latest transfer. */
  public Optional<Transfer> latest(String key) {
    return jdbc.sql(TRANSFER + "where conversation_key = ? order by id desc fetch first row only")
        .param(key)
        .query(Transfers::readTransfer)
        .optional();
  }

  /** The conversation's latest transfer, where the process cannot be without one. */
  public Transfer current(String key) {
    return latest(key)
        .orElseThrow(() -> new IllegalStateException("The bot did not escalate in this session."));
  }

  /** Every transfer of the conversation, oldest first. */
  public List<Transfer> all(String key) {
    return jdbc.sql(TRANSFER + "where conversation_key = ? order by id")
        .param(key)
        .query(Transfers::readTransfer)
        .list();
  }

  /**
   * Begins the next round: an offer to each of its targets, to be made next.
   *
   * @return the offers' ids, in the targets' order
   */
  public List<Long> beginRound(Transfer transfer, List<Target> targets) {
    int round = transfer.round() + 1;
    jdbc.sql("update baton_transfer set round = ? where id = ?")
        .params(round, transfer.id())
        .update();
    List<Long> offers = new ArrayList<>();
    for (Target target : targets) {
      GeneratedKeyHolder id = new GeneratedKeyHolder();
      jdbc.sql(
              """
              insert into baton_offer (transfer_id, conversation_key, offer_key, round, target_type,
                target_value, state, owner, offered_at)
              values (?, ?, ?, ?, ?, ?, 'ASKING', ?, current_timestamp)""")
          .params(
              transfer.id(),
              transfer.conversationKey(),
              UUID.randomUUID().toString(),
              round,
              target.type(),
              target.value(),
              node.id())
          .update(id, "id");
      offers.add(Keys.of(id));
      follow(transfer.conversationKey(), round, target, "asked", null);
    }
    return offers;
  }

  /** The ids of the offers of the transfer's present round. */
  public List<Long> offersOfRound(Transfer transfer) {
    return jdbc.sql("select id from baton_offer where transfer_id = ? and round = ? order by id")
        .params(transfer.id(), transfer.round())
        .query(Long.class)
        .list();
  }

  /** An offer. */
  public Attempt offer(long id) {
    return jdbc.sql(OFFER + "where id = ?").param(id).query(Transfers::readOffer).single();
  }

  /** The offers of a transfer, oldest first. */
  public List<Attempt> offers(Transfer transfer) {
    return jdbc.sql(OFFER + "where transfer_id = ? order by id")
        .param(transfer.id())
        .query(Transfers::readOffer)
        .list();
  }

  /** The offers of a conversation that a target may still accept. */
  public List<Attempt> openOffers(String key) {
    return jdbc.sql(
            OFFER + "where conversation_key = ? and state in ('ASKING', 'OPEN') order by id")
        .param(key)
        .query(Transfers::readOffer)
        .list();
  }

  /** The offers that wait for an answer and are this node's to watch. */
  public List<Attempt> watched() {
    return jdbc.sql(OFFER + "where state = 'OPEN' and outcome is null and owner = ? order by id")
        .param(node.id())
        .query(Transfers::readOffer)
        .list();
  }

  /** Takes over the watch of offers whose node is gone. */
  public void takeOverWatch() {
    jdbc.sql(
            """
            update baton_offer set owner = ? where state = 'OPEN' and (owner is null
              or owner not in (select id from baton_node where alive_until > current_timestamp))""")
        .param(node.id())
        .update();
  }

  /** A step of the process waits for the offer's answer. */
  public void awaitedBy(long offer, String taskId, String stepId) {
    jdbc.sql("update baton_offer set task_id = ?, step_id = ? where id = ?")
        .params(taskId, stepId, offer)
        .update();
  }

  /** The process went another way: the step does not wait any more. */
  public void notAwaited(String stepId) {
    jdbc.sql("update baton_offer set task_id = null where step_id = ?").param(stepId).update();
  }

  /** The target has the offer. */
  public void opened(long offer, String reference) {
    jdbc.sql("update baton_offer set state = 'OPEN', reference = ?, owner = ? where id = ?")
        .params(reference, node.id(), offer)
        .update();
    follow(offer, "offered", null);
  }

  /** The target took the session: from now on it is the transfer's winner. */
  public void won(Transfer transfer, long offer) {
    jdbc.sql(
            """
            update baton_offer set state = 'ACCEPTED', outcome = ?, detail = null,
              over_at = current_timestamp
            where id = ?""")
        .params(Outcome.ACCEPTED.name(), offer)
        .update();
    jdbc.sql("update baton_transfer set winner = ? where id = ?")
        .params(offer, transfer.id())
        .update();
    follow(offer, "accepted", Outcome.ACCEPTED);
  }

  /** The customer would rather go on with the bot. */
  void cancel(Transfer transfer) {
    jdbc.sql("update baton_transfer set cancelled = true where id = ?")
        .param(transfer.id())
        .update();
  }

  /** The offer has come to nothing, and is only open until it is taken back. */
  public void refused(long offer, Outcome outcome, @Nullable String detail) {
    jdbc.sql("update baton_offer set outcome = ?, detail = ? where id = ?")
        .params(outcome.name(), detail == null ? null : Orders.cut(detail), offer)
        .update();
  }

  /** Nobody takes the session by this offer. */
  public void over(long offer, Outcome outcome, @Nullable String detail) {
    jdbc.sql(
            """
            update baton_offer set state = 'OVER', outcome = ?, detail = ?,
              over_at = current_timestamp
            where id = ?""")
        .params(outcome.name(), detail == null ? null : Orders.cut(detail), offer)
        .update();
    follow(offer, "over", outcome);
  }

  /**
   * The bot has its answer, or cannot be told any more.
   *
   * @param report {@code succeeded} or {@code failed}; {@code session-gone} when there was nobody
   *     to tell; {@code unconfirmed} when the bot's answer to it was lost for good
   */
  public void reported(
      Transfer transfer, String report, @Nullable String reason, @Nullable String description) {
    jdbc.sql(
            """
            update baton_transfer set report = ?, report_reason = ?, report_description = ?,
              over_at = current_timestamp
            where id = ?""")
        .params(report, reason, description, transfer.id())
        .update();
  }

  /** Whether a target has the conversation, and the bot was told so as far as it can be. */
  public boolean handedOver(String key) {
    return latest(key)
        .filter(transfer -> transfer.winner() != null && transfer.report() != null)
        .isPresent();
  }

  private void follow(long offer, String state, @Nullable Outcome outcome) {
    Attempt attempt = offer(offer);
    follow(attempt.conversationKey(), attempt.round(), attempt.target(), state, outcome);
  }

  private void follow(
      String key, int round, Target target, String state, @Nullable Outcome outcome) {
    ObjectNode body = JSON.createObjectNode().put("round", round).put("state", state);
    body.set("target", JSON.valueToTree(target));
    if (outcome != null) {
      body.put("outcome", outcome.code()).put("text", outcome.sentence());
    }
    transcript.add(key, Transcript.Speaker.BATON, Transcript.Cause.OFFER, null, body.toString());
  }

  private static Transfer readTransfer(ResultSet row, int number) throws SQLException {
    return new Transfer(
        row.getLong("id"),
        row.getString("conversation_key"),
        row.getString("escalate_id"),
        readTargets(row.getString("targets")),
        row.getInt("round"),
        row.getObject("winner", Long.class),
        row.getBoolean("cancelled"),
        row.getString("report"),
        row.getString("report_reason"),
        row.getString("report_description"),
        instant(row, "over_at"));
  }

  private static Attempt readOffer(ResultSet row, int number) throws SQLException {
    String outcome = row.getString("outcome");
    return new Attempt(
        row.getLong("id"),
        row.getLong("transfer_id"),
        row.getString("conversation_key"),
        row.getString("offer_key"),
        row.getInt("round"),
        new Target(row.getString("target_type"), row.getString("target_value")),
        Attempt.State.valueOf(row.getString("state")),
        row.getString("reference"),
        row.getString("task_id"),
        outcome == null ? null : Outcome.valueOf(outcome),
        row.getString("detail"),
        row.getObject("offered_at", OffsetDateTime.class).toInstant(),
        instant(row, "over_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static String write(List<Target> targets) {
    try {
      return JSON.writeValueAsString(targets);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static List<Target> readTargets(String json) {
    try {
      return JSON.readValue(json, new TypeReference<List<Target>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The targets of a transfer cannot be read.", e);
    }
  }
}
