package dev.baton.conversation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The sessions at other bots by which conversations were offered to them. Thread-safe. */
public final class BotSessions {

  private static final String SESSION =
      """
      select s.offer_id, o.target_value, s.session_id, s.runtime_crc, s.answer
      from baton_bot_session s join baton_offer o on o.id = s.offer_id\s""";

  private final JdbcClient jdbc;

  /** Works in the caller's transaction. */
  public BotSessions(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The bot of an offer has a session for the conversation. */
  public void started(BotSession session) {
    jdbc.sql(
            """
            insert into baton_bot_session (offer_id, session_id, runtime_crc, answer)
            values (?, ?, ?, ?)""")
        .params(session.offerId(), session.sessionId(), session.runtimeCrc(), session.answer())
        .update();
  }

  /** The session that was started for an offer. */
  public Optional<BotSession> ofOffer(long offerId) {
    return jdbc.sql(SESSION + "where s.offer_id = ?")
        .param(offerId)
        .query(BotSessions::read)
        .optional();
  }

  /**
   * The session in which the conversation is to go on: the winner's, before that has happened.
   *
   * @param winner the offer that was accepted of its latest transfer; null for none
   */
  public Optional<BotSession> next(Conversation conversation, @Nullable Long winner) {
    return winner == null
        ? Optional.empty()
        : jdbc.sql(SESSION + "where s.offer_id = ? and o.state = 'ACCEPTED' and s.session_id <> ?")
            .params(winner, conversation.sessionId())
            .query(BotSessions::read)
            .optional();
  }

  /** How many bots have had the conversation, the present one among them. */
  public int bots(String key) {
    return jdbc.sql(
            """
            select count(*) + 1 from baton_bot_session s join baton_offer o on o.id = s.offer_id
            where o.conversation_key = ? and o.state = 'ACCEPTED'""")
        .param(key)
        .query(Integer.class)
        .single();
  }

  private static BotSession read(ResultSet row, int number) throws SQLException {
    return new BotSession(
        row.getLong("offer_id"),
        row.getString("target_value"),
        row.getString("session_id"),
        row.getString("runtime_crc"),
        row.getString("answer"));
  }
}
