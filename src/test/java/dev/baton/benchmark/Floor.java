package dev.baton.benchmark;

import dev.baton.benchmark.Calls.Reply;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What nobody can do without: the calls, and after each turn one row that says where the
 * conversation stands.
 */
final class Floor implements Variant {

  private record At(String session, int sequence) {}

  private final Database database;
  private final Calls calls;
  private final Map<String, At> conversations = new ConcurrentHashMap<>();

  Floor(Database database, Calls calls) {
    this.database = database;
    this.calls = calls;
    database.execute(
        """
        create table conversation (
          conversation_key varchar(255) primary key, session_id varchar(255) not null,
          sequence integer not null, said text not null)""");
  }

  @Override
  public String name() {
    return "floor";
  }

  @Override
  public Database database() {
    return database;
  }

  @Override
  public void begin(String key) {
    Reply reply = calls.start();
    write(
        "insert into conversation (session_id, sequence, said, conversation_key) values (?, ?, ?, ?)",
        reply.session(),
        0,
        reply.messages(),
        key);
    conversations.put(key, new At(reply.session(), 0));
  }

  @Override
  public void say(String key) {
    At at = Objects.requireNonNull(conversations.get(key));
    Reply reply = calls.say(at.session, at.sequence + 1, "What about my order?");
    update(key, at.session, at.sequence + 1, reply);
    conversations.put(key, new At(at.session, at.sequence + 1));
  }

  @Override
  public void transfer(String key) {
    At at = Objects.requireNonNull(conversations.remove(key));
    Reply reply = calls.say(at.session, at.sequence + 1, Bot.ESCALATE);
    for (String target : reply.targets()) {
      if (calls.offer(target, at.session)) {
        break;
      }
    }
    calls.succeeded(at.session, at.sequence + 2);
    calls.end(at.session);
    update(key, at.session, at.sequence + 2, reply);
  }

  private void update(String key, String session, int sequence, Reply reply) {
    write(
        "update conversation set session_id = ?, sequence = ?, said = ? where conversation_key = ?",
        session,
        sequence,
        reply.messages(),
        key);
  }

  private void write(String sql, String session, int sequence, String said, String key) {
    try (Connection connection = database.source().getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, session);
      statement.setInt(2, sequence);
      statement.setString(3, said);
      statement.setString(4, key);
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {}
}
