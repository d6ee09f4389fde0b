package dev.baton.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import dev.baton.transfer.Plan;
import dev.baton.transfer.PlanJson;
import dev.baton.transfer.Survey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The transfers of conversations and the offers made in them. Thread-safe. */
public final class Transfers {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TRANSFER =
      """
      select id, conversation_key, escalate_id, targets, escalated_at, survey, plan, round, winner,
             cancelled, report, report_reason, report_description, over_at
      from baton_transfer\s""";
  private static final String OFFER =
      """
      select id, transfer_id, conversation_key, offer_key, round, target_type, target_value, state,
             reference, task_id, outcome, detail, offered_at, due_at, over_at
      from baton_offer\s""";

  private static final String WAITS_OTHERWISE =
      """
      state = 'OPEN' and outcome is null
        and (position_in_line is distinct from ? or estimate_seconds is distinct from ?)""";

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
   * @param hedge how much later than the one before each offer may be made
   */
  public void beginRound(Transfer transfer, List<Target> targets, Duration hedge) {
    int round = transfer.round() + 1;
    Instant begun = Instant.now();
    jdbc.sql("update baton_transfer set round = ? where id = ?")
        .params(round, transfer.id())
        .update();
    Duration wait = Duration.ZERO;
    for (Target target : targets) {
      insert(
          transfer,
          round,
          target,
          Attempt.State.ASKING,
          null,
          wait.isZero() ? null : begun.plus(wait));
      follow(transfer.conversationKey(), round, target, "asked", null);
      wait = wait.plus(hedge);
    }
  }

  /** Targets of a transfer that nobody asks, so that the trail has them, too. */
  public void notAsked(Transfer transfer, int round, List<Target> targets, Outcome outcome) {
    for (Target target : targets) {
      insert(transfer, round, target, Attempt.State.OVER, outcome, null);
      follow(transfer.conversationKey(), round, target, "over", outcome);
    }
  }

  private void insert(
      Transfer transfer,
      int round,
      Target target,
      Attempt.State state,
      @Nullable Outcome outcome,
      @Nullable Instant dueAt) {
    jdbc.sql(
            """
            insert into baton_offer (transfer_id, conversation_key, offer_key, round, target_type,
              target_value, state, outcome, owner, offered_at, due_at, over_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, current_timestamp, ?,
              case when ? then current_timestamp end)""")
        .params(
            transfer.id(),
            transfer.conversationKey(),
            UUID.randomUUID().toString(),
            round,
            target.type(),
            target.value(),
            state.name(),
            outcome == null ? null : outcome.name(),
            node.id(),
            dueAt == null ? null : dueAt.atOffset(ZoneOffset.UTC),
            state == Attempt.State.OVER)
        .update();
  }

  /** Who is available, as the targets of an escalation answered. */
  public void surveyed(Transfer transfer, Survey survey) {
    jdbc.sql("update baton_transfer set survey = ? where id = ?")
        .params(survey.toJson(), transfer.id())
        .update();
  }

  /** How the transfer is routed. */
  public void planned(Transfer transfer, Plan plan) {
    jdbc.sql("update baton_transfer set plan = ? where id = ?")
        .params(PlanJson.write(plan), transfer.id())
        .update();
  }

  /** The offers of the conversation's other transfers, oldest first. */
  public List<Attempt> offersBefore(Transfer transfer) {
    return jdbc.sql(OFFER + "where conversation_key = ? and transfer_id <> ? order by id")
        .params(transfer.conversationKey(), transfer.id())
        .query(Transfers::readOffer)
        .list();
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

  /** The offer that a target knows by this key. */
  public Optional<Attempt> offerOfKey(String offerKey) {
    return jdbc.sql(OFFER + "where offer_key = ?")
        .param(offerKey)
        .query(Transfers::readOffer)
        .optional();
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
    jdbc.sql(
            """
            update baton_offer set state = case when state = 'ABANDONED' then state else 'OPEN' end,
              reference = ?, owner = ?
            where id = ?""")
        .params(reference, node.id(), offer)
        .update();
    follow(offer, "offered", null);
  }

  /** The transfer goes on without the offer, which is taken back all the same. */
  public void abandoned(long offer) {
    jdbc.sql("update baton_offer set state = 'ABANDONED', outcome = ? where id = ?")
        .params(Outcome.IN_DOUBT.name(), offer)
        .update();
    follow(offer, "over", Outcome.IN_DOUBT);
  }

  /** An offer that the transfer went on without is taken back at last. */
  public void takenBack(long offer) {
    jdbc.sql(
            """
            update baton_offer set state = 'OVER', over_at = current_timestamp,
              detail = 'taken back after the transfer had gone on'
            where id = ?""")
        .param(offer)
        .update();
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

  /** Who took the session does not get it after all: the offer is open until it is taken back. */
  void takenAway(long offer) {
    jdbc.sql("update baton_offer set state = 'OPEN', outcome = ?, over_at = null where id = ?")
        .params(Outcome.WITHDRAWN.name(), offer)
        .update();
  }

  /** The customer would rather go on with the bot. */
  void cancel(Transfer transfer) {
    jdbc.sql("update baton_transfer set cancelled = true where id = ?")
        .param(transfer.id())
        .update();
  }

  /** Whether the target says something new about how long the offer waits. */
  public boolean waitsOtherwise(long offer, OfferStatus.Waiting wait) {
    return jdbc.sql("select count(*) from baton_offer where id = ? and " + WAITS_OTHERWISE)
            .params(offer, wait.position(), seconds(wait.estimate()))
            .query(Integer.class)
            .single()
        > 0;
  }

  /** The target says how long the offer waits. */
  public void waits(long offer, OfferStatus.Waiting wait) {
    jdbc.sql("update baton_offer set position_in_line = ?, estimate_seconds = ? where id = ?")
        .params(wait.position(), seconds(wait.estimate()), offer)
        .update();
    Attempt attempt = offer(offer);
    ObjectNode body = body(attempt.round(), attempt.target(), "waiting");
    body.put("position", wait.position()).put("estimateSeconds", seconds(wait.estimate()));
    follow(attempt.conversationKey(), Transcript.Cause.OFFER, body);
  }

  private static @Nullable Long seconds(@Nullable Duration estimate) {
    return estimate == null ? null : estimate.toSeconds();
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
    String outcome =
        transfer.winner() != null ? "accepted" : transfer.cancelled() ? "cancelled" : "failed";
    follow(
        transfer.conversationKey(),
        Transcript.Cause.TRANSFER,
        JSON.createObjectNode().put("outcome", outcome).put("reason", reason));
  }

  /**
   * Whether a target has the conversation, and the bot was told so as far as it can be. Not when
   * the target is a bot: with that one the conversation goes on.
   */
  public boolean handedOver(String key) {
    return jdbc.sql(
                """
            select count(*) from baton_transfer t
            where t.id = (select max(id) from baton_transfer where conversation_key = ?)
              and t.winner is not null and t.report is not null
              and not exists (select 1 from baton_bot_session s where s.offer_id = t.winner)""")
            .param(key)
            .query(Integer.class)
            .single()
        > 0;
  }

  private void follow(long offer, String state, @Nullable Outcome outcome) {
    Attempt attempt = offer(offer);
    follow(attempt.conversationKey(), attempt.round(), attempt.target(), state, outcome);
  }

  private void follow(
      String key, int round, Target target, String state, @Nullable Outcome outcome) {
    ObjectNode body = body(round, target, state);
    if (outcome != null) {
      body.put("outcome", outcome.code()).put("text", outcome.sentence());
    }
    follow(key, Transcript.Cause.OFFER, body);
  }

  private static ObjectNode body(int round, Target target, String state) {
    ObjectNode body = JSON.createObjectNode().put("round", round).put("state", state);
    body.set("target", JSON.valueToTree(target));
    return body;
  }

  private void follow(String key, Transcript.Cause cause, ObjectNode body) {
    transcript.add(key, Transcript.Speaker.BATON, cause, null, body.toString());
  }

  private static Transfer readTransfer(ResultSet row, int number) throws SQLException {
    return new Transfer(
        row.getLong("id"),
        row.getString("conversation_key"),
        row.getString("escalate_id"),
        readTargets(row.getString("targets")),
        row.getObject("escalated_at", OffsetDateTime.class).toInstant(),
        readSurvey(row.getString("survey")),
        readPlan(row.getString("plan")),
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
        instant(row, "due_at"),
        instant(row, "over_at"));
  }

  private static Survey readSurvey(@Nullable String json) {
    return json == null ? new Survey(Map.of()) : Survey.read(json);
  }

  private static @Nullable Plan readPlan(@Nullable String json) {
    return json == null ? null : PlanJson.read(json);
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
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
