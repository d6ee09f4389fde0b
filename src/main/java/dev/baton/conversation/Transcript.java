package dev.baton.conversation;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was said in a conversation and what became of it, in order: the transcript proper, and
 * between its lines the changes of state and of offers, for those who follow the conversation.
 * Thread-safe.
 */
public final class Transcript {

  /** Who speaks. */
  public enum Speaker {
    CUSTOMER,
    BOT,
    /** Baton itself: notes for those who read the transcript. */
    BATON
  }

  /** What a line is said in answer to. */
  public enum Cause {
    START,
    MESSAGE,
    REPORT,
    /** Another bot has the conversation: its first words. */
    NEXT_BOT,
    END,
    NOTE,
    /** Not said: the conversation's state changed. */
    STATE,
    /** Not said: an offer was made, waits, was accepted or is over. */
    OFFER,
    /** Not said: a transfer is over, and the bot knows. */
    TRANSFER
  }

  /**
   * A line.
   *
   * @param body JSON: a message of the Bots API, or the customer's message as the channel sent it
   */
  public record Line(long id, Instant at, Speaker speaker, Cause cause, String body) {}

  /**
   * A line that is yet to be added.
   *
   * @param inboxId the customer's message that the line is, or answers; null for none
   */
  record Said(String key, Speaker speaker, Cause cause, @Nullable Long inboxId, String body) {}

  private static final Set<Cause> NOT_SAID = EnumSet.of(Cause.STATE, Cause.OFFER, Cause.TRANSFER);

  private static final String COLUMNS =
      "select id, said_at, speaker, cause, body from baton_transcript ";

  private final Writes writes;
  private final Changes changes;

  /** Works in the caller's transaction, and announces its lines with the commit. */
  public Transcript(Writes writes, Changes changes) {
    this.writes = writes;
    this.changes = changes;
  }

  /**
   * Adds a line. The caller's transaction holds the conversation's lock, or who follows the
   * conversation by the lines' ids could miss one.
   *
   * @param inboxId the customer's message that the line is, or answers; null for none
   */
  public void add(String key, Speaker speaker, Cause cause, @Nullable Long inboxId, String body) {
    add(List.of(new Said(key, speaker, cause, inboxId, body)));
  }

  /**
   * Adds several lines, as {@link #add(String, Speaker, Cause, Long, String)} does. Without lines
   * it still announces a change: the bot has answered, even if it said nothing.
   */
  public void add(
      String key, Speaker speaker, Cause cause, @Nullable Long inboxId, List<String> bodies) {
    if (bodies.isEmpty()) {
      changes.afterCommit(key);
      return;
    }
    add(bodies.stream().map(body -> new Said(key, speaker, cause, inboxId, body)).toList());
  }

  /** Adds lines of one conversation or of several, and announces them. */
  void add(List<Said> lines) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Said line : lines) {
      values.addAll(
          Arrays.asList(
              line.key,
              line.speaker.name(),
              line.cause.name(),
              line.inboxId,
              wellFormed(line.body)));
    }
    writes.add(
        "baton_transcript",
        "conversation_key, said_at, speaker, cause, inbox_id, body",
        "(?, current_timestamp, ?, ?, ?, ?)",
        lines.size(),
        values);
    lines.stream().map(Said::key).distinct().forEach(changes::afterCommit);
  }

  /** Announces lines of these conversations that were added elsewhere, and are committed. */
  void added(Collection<String> keys) {
    keys.forEach(changes::tell);
  }

  /** A bot may say half of a character, which no channel could be given: "?" in its place. */
  static String wellFormed(String body) {
    return new String(body.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /** Everything that was said, oldest first. */
  public List<Line> all(String key) {
    return since(key, 0).stream().filter(line -> !NOT_SAID.contains(line.cause())).toList();
  }

  /** Every line after one, oldest first; 0 is before the first. */
  public List<Line> since(String key, long id) {
    return since(key, id, Integer.MAX_VALUE);
  }

  /** The lines after one, oldest first, as many as are asked for. */
  public List<Line> since(String key, long id, int most) {
    return writes
        .sql(COLUMNS + "where conversation_key = ? and id > ? order by id fetch first ? rows only")
        .params(key, id, most)
        .query(Transcript::read)
        .list();
  }

  /** What the bot said at the start. */
  public List<Line> greeting(String key) {
    return writes
        .sql(
            COLUMNS
                + "where conversation_key = ? and speaker = 'BOT' and cause = 'START' order by id")
        .param(key)
        .query(Transcript::read)
        .list();
  }

  /** What the bot said to a customer's message. */
  public List<Line> answersTo(String key, long inboxId) {
    return writes
        .sql(
            COLUMNS + "where conversation_key = ? and speaker = 'BOT' and inbox_id = ? order by id")
        .params(key, inboxId)
        .query(Transcript::read)
        .list();
  }

  private static Line read(ResultSet row, int number) throws SQLException {
    return new Line(
        row.getLong("id"),
        row.getObject("said_at", OffsetDateTime.class).toInstant(),
        Speaker.valueOf(row.getString("speaker")),
        Cause.valueOf(row.getString("cause")),
        row.getString("body"));
  }
}
