package dev.baton.conversation;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * This process among those that share the database. It says every few seconds that it is alive;
 * what it owns is taken over when it has not done so for ten seconds. The id is new at every start,
 * so that a restarted node is not taken for its predecessor. Thread-safe.
 */
public final class Node {

  private final JdbcClient jdbc;
  private final String id = UUID.randomUUID().toString();

  /** A node that has not said that it is alive yet. */
  public Node(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The id under which this node owns orders and offers. */
  public String id() {
    return id;
  }

  /** Says that this node is alive. The database's clock counts, the nodes' clocks may differ. */
  public void alive() {
    int known =
        jdbc.sql(
                """
                update baton_node set alive_until = current_timestamp + interval '10' second
                where id = ?""")
            .param(id)
            .update();
    if (known == 0) {
      jdbc.sql(
              """
              insert into baton_node (id, alive_until)
              values (?, current_timestamp + interval '10' second)""")
          .param(id)
          .update();
      jdbc.sql(
              """
              delete from baton_node
              where alive_until < current_timestamp - interval '1' day""")
          .update();
    }
  }

  /** This node stops: what it leaves unfinished may be taken over at once. */
  public void gone() {
    jdbc.sql("delete from baton_node where id = ?").param(id).update();
  }
}
