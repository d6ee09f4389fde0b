package dev.baton.conversation;

import static dev.baton.conversation.Writes.now;
import static dev.baton.conversation.Writes.set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.baton.bots.Target;
import dev.baton.conversation.Writes.Table;
import dev.baton.transfer.Plan;
import dev.baton.transfer.PlanJson;
import dev.baton.transfer.Survey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.GeneratedKeyHolder;

/** The transfers of conversations: an escalate of the bot and what became of it. Thread-safe. */
public final class Transfers {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "conversation_key",
          "escalate_id",
          "targets",
          "escalated_at",
          "survey",
          "plan",
          "round",
          "winner",
          "cancelled",
          "report",
          "report_reason",
          "report_description",
          "over_at");
  private static final String LATEST =
      "where t.conversation_key = ? order by t.id desc fetch first row only";

  private final Writes writes;
  private final Transcript transcript;

  /** Works in the caller's transaction. */
  public Transfers(Writes writes, Transcript transcript) {
    this.writes = writes;
    this.transcript = transcript;
  }

  /** The bot escalated. */
  public void escalated(String key, @Nullable String escalateId, List<Target> targets) {
    GeneratedKeyHolder row = new GeneratedKeyHolder();
    writes
        .sql(
            """
            insert into baton_transfer (conversation_key, escalate_id, targets, escalated_at)
            values (?, ?, ?, current_timestamp)""")
        .params(key, escalateId, write(targets))
        .update(row, "id", "escalated_at");
    Map<String, Object> drawn = Objects.requireNonNull(row.getKeys());
    keep(
        Transfer.begun(
            (Long) Objects.requireNonNull(drawn.get("id")),
            key,
            escalateId,
            targets,
            Objects.requireNonNull(Keys.instant(drawn.get("escalated_at")))));
  }

  /** The conversation's latest transfer. */
  public Optional<Transfer> latest(String key) {
    Held held = Held.of(key);
    Transfer known = held == null ? null : held.transfers.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Transfer> latest =
        writes
            .sql("select " + columns() + " from baton_transfer t " + LATEST)
            .param(key)
            .query(Transfers::readTransfer)
            .optional();
    latest.ifPresent(Transfers::keep);
    return latest;
  }

  /** The offer that was accepted of the conversation's latest transfer; null when none was. */
  public @Nullable Long winner(String key) {
    return latest(key).map(Transfer::winner).orElse(null);
  }

  /** SQL: what {@link #readTransfer} reads, of the table t. */
  static String columns() {
    return "t." + String.join(", t.", COLUMNS);
  }

  private static void keep(Transfer transfer) {
    Held held = Held.of(transfer.conversationKey());
    if (held != null) {
      held.transfers.put(transfer.conversationKey(), transfer);
    }
  }

  private static void changed(String key) {
    Held held = Held.of(key);
    if (held != null) {
      held.transfers.remove(key);
    }
  }

  /** The conversation's latest transfer, where the process cannot be without one. */
  public Transfer current(String key) {
    return latest(key)
        .orElseThrow(() -> new IllegalStateException("The bot did not escalate in this session."));
  }

  /**
   * How a transfer stands.
   *
   * @param winner the offer that was accepted; null while none is
   * @param offersOpen whether a target may still accept an offer of the conversation
   */
  public record Standing(@Nullable Long winner, boolean offersOpen) {}

  /** How the conversation's latest transfer stands. */
  public Standing standing(String key) {
    return writes
        .sql(
            """
            select %s, exists (
              select 1 from baton_offer o
              where o.conversation_key = t.conversation_key and o.state in ('ASKING', 'OPEN'))
              as offers_open
            from baton_transfer t %s"""
                .formatted(columns(), LATEST))
        .param(key)
        .query(
            (row, number) -> {
              Transfer transfer = readTransfer(row, number);
              keep(transfer);
              return new Standing(transfer.winner(), row.getBoolean("offers_open"));
            })
        .optional()
        .orElseGet(() -> new Standing(null, false));
  }

  /** Every transfer of the conversation, oldest first. */
  public List<Transfer> all(String key) {
    return writes
        .sql(
            "select "
                + columns()
                + " from baton_transfer t where t.conversation_key = ? order by t.id")
        .param(key)
        .query(Transfers::readTransfer)
        .list();
  }

  /**
   * Begins the transfer's next round.
   *
   * @return its number
   */
  public int nextRound(Transfer transfer) {
    int round = transfer.round() + 1;
    writes.change(Table.TRANSFER, transfer.id(), set("round", round));
    keep(transfer.inRound(round));
    return round;
  }

  /** Who is available, as the targets of an escalation answered. */
  public void surveyed(Transfer transfer, Survey survey) {
    writes.change(Table.TRANSFER, transfer.id(), set("survey", survey.toJson()));
    keep(transfer.surveyed(survey));
  }

  /** How the transfer is routed. */
  public void planned(Transfer transfer, Plan plan) {
    writes.change(Table.TRANSFER, transfer.id(), set("plan", PlanJson.write(plan)));
    keep(transfer.routedBy(plan));
  }

  /** Whoever took this offer has the session. */
  public void won(Transfer transfer, long offer) {
    writes.change(Table.TRANSFER, transfer.id(), set("winner", offer));
    keep(transfer.wonBy(offer));
  }

  /** The customer would rather go on with the bot. */
  void cancel(Transfer transfer) {
    writes.change(Table.TRANSFER, transfer.id(), set("cancelled", true));
    changed(transfer.conversationKey());
  }

  /**
   * The bot has its answer, or cannot be told any more.
   *
   * @param report {@code succeeded} or {@code failed}; {@code session-gone} when there was nobody
   *     to tell; {@code unconfirmed} when the bot's answer to it was lost for good
   */
  public void reported(
      Transfer transfer, String report, @Nullable String reason, @Nullable String description) {
    writes.change(
        Table.TRANSFER,
        transfer.id(),
        set("report", report),
        set("report_reason", reason),
        set("report_description", description),
        now("over_at"));
    keep(transfer.reported(report, reason, description));
    String outcome =
        transfer.winner() != null ? "accepted" : transfer.cancelled() ? "cancelled" : "failed";
    transcript.add(
        transfer.conversationKey(),
        Transcript.Speaker.BATON,
        Transcript.Cause.TRANSFER,
        null,
        JSON.createObjectNode().put("outcome", outcome).put("reason", reason).toString());
  }

  /**
   * Whether a target has the conversation, and the bot was told so as far as it can be. Not when
   * the target is a bot: with that one the conversation goes on.
   */
  public boolean handedOver(String key) {
    return writes
            .sql(
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

  static Transfer readTransfer(ResultSet row, int number) throws SQLException {
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
