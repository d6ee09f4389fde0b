package dev.baton.conversation;

import static dev.baton.conversation.Writes.now;
import static dev.baton.conversation.Writes.set;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.baton.bots.Target;
import dev.baton.conversation.Writes.Table;
import dev.baton.transfer.OfferStatus;
import dev.baton.transfer.Outcome;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.GeneratedKeyHolder;

/** The offers of sessions to targets: what is asked of whom, and how each ended. Thread-safe. */
public final class Offers {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NAMES =
      List.of(
          "id",
          "transfer_id",
          "conversation_key",
          "offer_key",
          "round",
          "target_type",
          "target_value",
          "state",
          "reference",
          "task_id",
          "outcome",
          "detail",
          "offered_at",
          "due_at",
          "over_at");
  private static final String COLUMNS = "select " + String.join(", ", NAMES) + " from baton_offer ";
  private static final String WAITS_OTHERWISE =
      """
      state = 'OPEN' and outcome is null
        and (position_in_line is distinct from ? or estimate_seconds is distinct from ?)""";

  private final Writes writes;
  private final Node node;
  private final Transcript transcript;

  /** Works in the caller's transaction. */
  public Offers(Writes writes, Node node, Transcript transcript) {
    this.writes = writes;
    this.node = node;
    this.transcript = transcript;
  }

  /**
   * An offer to each target of a round, to be made next.
   *
   * @param hedge how much later than the one before each offer may be made
   * @return their ids
   */
  public List<Long> asked(Transfer transfer, int round, List<Target> targets, Duration hedge) {
    Instant begun = Instant.now();
    Duration wait = Duration.ZERO;
    List<Long> asked = new ArrayList<>();
    for (Target target : targets) {
      asked.add(
          insert(
              transfer,
              round,
              target,
              Attempt.State.ASKING,
              null,
              wait.isZero() ? null : begun.plus(wait)));
      follow(transfer.conversationKey(), round, target, "asked", null);
      wait = wait.plus(hedge);
    }
    return asked;
  }

  /** Targets of a transfer that nobody asks, so that the trail has them, too. */
  public void notAsked(Transfer transfer, int round, List<Target> targets, Outcome outcome) {
    for (Target target : targets) {
      insert(transfer, round, target, Attempt.State.OVER, outcome, null);
      follow(transfer.conversationKey(), round, target, "over", outcome);
    }
  }

  private long insert(
      Transfer transfer,
      int round,
      Target target,
      Attempt.State state,
      @Nullable Outcome outcome,
      @Nullable Instant dueAt) {
    GeneratedKeyHolder id = new GeneratedKeyHolder();
    writes
        .sql(
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
        .update(id, "id");
    return Keys.of(id);
  }

  /** The offers of the conversation's other transfers, oldest first. */
  public List<Attempt> before(Transfer transfer) {
    return writes
        .sql(COLUMNS + "where conversation_key = ? and transfer_id <> ? order by id")
        .params(transfer.conversationKey(), transfer.id())
        .query(Offers::read)
        .list();
  }

  /** The ids of the offers of the transfer's present round. */
  public List<Long> ofRound(Transfer transfer) {
    return writes
        .sql("select id from baton_offer where transfer_id = ? and round = ? order by id")
        .params(transfer.id(), transfer.round())
        .query(Long.class)
        .list();
  }

  /** An offer. */
  public Attempt byId(long id) {
    return writes.sql(COLUMNS + "where id = ?").param(id).query(Offers::read).single();
  }

  /** The offer that a target knows by this key. */
  public Optional<Attempt> ofKey(String offerKey) {
    return writes
        .sql(COLUMNS + "where offer_key = ?")
        .param(offerKey)
        .query(Offers::read)
        .optional();
  }

  /**
   * An offer, with what else was offered.
   *
   * @param all the offers of its transfer, oldest first
   */
  public record InTransfer(Attempt offer, Transfer transfer, List<Attempt> all) {}

  /** An offer, with its transfer. */
  public InTransfer inTransfer(long id) {
    List<Transfer> transfer = new ArrayList<>();
    List<Attempt> all =
        writes
            .sql(
                """
                select %s, %s from baton_transfer t join baton_offer o on o.transfer_id = t.id
                where t.id = (select transfer_id from baton_offer where id = ?) order by o.id"""
                    .formatted(
                        Transfers.columns(),
                        NAMES.stream()
                            .map(name -> "o.%s as offer_%s".formatted(name, name))
                            .collect(Collectors.joining(", "))))
            .param(id)
            .query(
                (row, number) -> {
                  if (number == 0) {
                    transfer.add(Transfers.readTransfer(row, number));
                  }
                  return read(row, "offer_");
                })
            .list();
    Attempt offer = all.stream().filter(a -> a.id() == id).findAny().orElseThrow();
    return new InTransfer(offer, transfer.get(0), all);
  }

  /** The offers of a transfer, oldest first. */
  public List<Attempt> of(Transfer transfer) {
    return writes
        .sql(COLUMNS + "where transfer_id = ? order by id")
        .param(transfer.id())
        .query(Offers::read)
        .list();
  }

  /** The offers of a conversation that a target may still accept. */
  public List<Attempt> open(String key) {
    return writes
        .sql(COLUMNS + "where conversation_key = ? and state in ('ASKING', 'OPEN') order by id")
        .param(key)
        .query(Offers::read)
        .list();
  }

  /** The offers that wait for an answer and are this node's to watch. */
  public List<Attempt> watched() {
    return writes
        .sql(COLUMNS + "where state = 'OPEN' and outcome is null and owner = ? order by id")
        .param(node.id())
        .query(Offers::read)
        .list();
  }

  /** Takes over the watch of offers whose node is gone. */
  public void takeOverWatch() {
    writes
        .sql(
            """
            update baton_offer set owner = ? where state = 'OPEN' and (owner is null
              or owner not in (select id from baton_node where alive_until > current_timestamp))""")
        .param(node.id())
        .update();
  }

  /**
   * What a step that waits for an offer has to know of it.
   *
   * @param dueAt before that the offer is not made; null for at once
   */
  public record Awaited(Target target, @Nullable Instant dueAt) {}

  /** A step of the process waits for the offer's answer. */
  public Awaited awaitedBy(long offer, String taskId, String stepId) {
    GeneratedKeyHolder row = new GeneratedKeyHolder();
    writes
        .sql("update baton_offer set task_id = ?, step_id = ? where id = ?")
        .params(taskId, stepId, offer)
        .update(row, "target_type", "target_value", "due_at");
    Map<String, Object> columns = Objects.requireNonNull(row.getKeys(), "There is no such offer.");
    return new Awaited(
        new Target(
            String.valueOf(columns.get("target_type")),
            String.valueOf(columns.get("target_value"))),
        Keys.instant(columns.get("due_at")));
  }

  /** The process went another way: the step does not wait any more. */
  public void notAwaited(String stepId) {
    writes.sql("update baton_offer set task_id = null where step_id = ?").param(stepId).update();
  }

  /**
   * The target has the offer.
   *
   * @return whether it may still accept
   */
  public boolean opened(Attempt offer, String reference) {
    Attempt.State state =
        byId(offer.id()).state() == Attempt.State.ABANDONED
            ? Attempt.State.ABANDONED
            : Attempt.State.OPEN;
    writes.change(
        Table.OFFER,
        offer.id(),
        set("state", state.name()),
        set("reference", reference),
        set("owner", node.id()));
    follow(offer, "offered", null);
    return state == Attempt.State.OPEN;
  }

  /** An offer whose making is not known to have come about turns out to be with its target. */
  public void found(Attempt offer, String reference) {
    int first =
        writes
            .sql("update baton_offer set reference = ? where id = ? and reference is null")
            .params(reference, offer.id())
            .update();
    if (first == 1) {
      follow(offer, "offered", null);
    }
  }

  /** Whether the target says something new about how long the offer waits. */
  public boolean waitsOtherwise(long offer, OfferStatus.Waiting wait) {
    return writes
            .sql("select count(*) from baton_offer where id = ? and " + WAITS_OTHERWISE)
            .params(offer, wait.position(), seconds(wait.estimate()))
            .query(Integer.class)
            .single()
        > 0;
  }

  /** The target says how long the offer waits. */
  public void waits(long offer, OfferStatus.Waiting wait) {
    writes
        .sql("update baton_offer set position_in_line = ?, estimate_seconds = ? where id = ?")
        .params(wait.position(), seconds(wait.estimate()), offer)
        .update();
    Attempt attempt = byId(offer);
    ObjectNode body = body(attempt.round(), attempt.target(), "waiting");
    body.put("position", wait.position()).put("estimateSeconds", seconds(wait.estimate()));
    follow(attempt.conversationKey(), Transcript.Cause.OFFER, body);
  }

  private static @Nullable Long seconds(@Nullable Duration estimate) {
    return estimate == null ? null : estimate.toSeconds();
  }

  /** The target took the session. */
  public void accepted(Attempt offer) {
    over(offer, Attempt.State.ACCEPTED, Outcome.ACCEPTED, null);
    follow(offer, "accepted", Outcome.ACCEPTED);
  }

  /** The offer has come to nothing, and is only open until it is taken back. */
  public void refused(Attempt offer, Outcome outcome, @Nullable String detail) {
    writes.change(
        Table.OFFER,
        offer.id(),
        set("outcome", outcome.name()),
        set("detail", detail == null ? null : Orders.cut(detail)));
  }

  /** Nobody takes the session by this offer. */
  public void over(Attempt offer, Outcome outcome, @Nullable String detail) {
    over(offer, Attempt.State.OVER, outcome, detail);
    follow(offer, "over", outcome);
  }

  private void over(Attempt offer, Attempt.State how, Outcome outcome, @Nullable String detail) {
    writes.change(
        Table.OFFER,
        offer.id(),
        set("state", how.name()),
        set("outcome", outcome.name()),
        set("detail", detail == null ? null : Orders.cut(detail)),
        now("over_at"));
  }

  /** The transfer goes on without the offer, which is taken back all the same. */
  public void abandoned(Attempt offer, Outcome outcome) {
    writes.change(
        Table.OFFER,
        offer.id(),
        set("state", Attempt.State.ABANDONED.name()),
        set("outcome", outcome.name()));
    follow(offer, "over", outcome);
  }

  /** An offer that the transfer went on without is taken back at last. */
  public void takenBack(long offer) {
    writes.change(
        Table.OFFER,
        offer,
        set("state", Attempt.State.OVER.name()),
        set("detail", "taken back after the transfer had gone on"),
        now("over_at"));
  }

  /** Who took the session does not get it after all: the offer is open until it is taken back. */
  void takenAway(long offer) {
    writes.change(
        Table.OFFER,
        offer,
        set("state", Attempt.State.OPEN.name()),
        set("outcome", Outcome.WITHDRAWN.name()),
        set("over_at", null));
  }

  private void follow(Attempt offer, String state, @Nullable Outcome outcome) {
    follow(offer.conversationKey(), offer.round(), offer.target(), state, outcome);
  }

  private void follow(
      String key, int round, Target target, String state, @Nullable Outcome outcome) {
    ObjectNode body = body(round, target, state);
    if (outcome != null) {
      body.put("outcome", outcome.code()).put("text", outcome.sentence());
    }
    follow(key, Transcript.Cause.OFFER, body);
  }

  private void follow(String key, Transcript.Cause cause, ObjectNode body) {
    transcript.add(key, Transcript.Speaker.BATON, cause, null, body.toString());
  }

  private static ObjectNode body(int round, Target target, String state) {
    ObjectNode body = JSON.createObjectNode().put("round", round).put("state", state);
    body.set("target", JSON.valueToTree(target));
    return body;
  }

  private static Attempt read(ResultSet row, int number) throws SQLException {
    return read(row, "");
  }

  private static Attempt read(ResultSet row, String prefix) throws SQLException {
    String outcome = row.getString(prefix + "outcome");
    return new Attempt(
        row.getLong(prefix + "id"),
        row.getLong(prefix + "transfer_id"),
        row.getString(prefix + "conversation_key"),
        row.getString(prefix + "offer_key"),
        row.getInt(prefix + "round"),
        new Target(row.getString(prefix + "target_type"), row.getString(prefix + "target_value")),
        Attempt.State.valueOf(row.getString(prefix + "state")),
        row.getString(prefix + "reference"),
        row.getString(prefix + "task_id"),
        outcome == null ? null : Outcome.valueOf(outcome),
        row.getString(prefix + "detail"),
        row.getObject(prefix + "offered_at", OffsetDateTime.class).toInstant(),
        Transfers.instant(row, prefix + "due_at"),
        Transfers.instant(row, prefix + "over_at"));
  }
}
