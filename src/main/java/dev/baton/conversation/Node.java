package dev.baton.conversation;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * This process among those that share the database. It says every few seconds that it is alive;
 * what it owns is taken over when it has not done so for ten seconds. The id is new at every start,
 * so that a restarted node is not taken for its predecessor. Thread-safe.
 */
public final class Node {

  private static final Duration LEASE = Duration.ofSeconds(10);

  private final JdbcClient jdbc;
  private final String id = UUID.randomUUID().toString();

  /** When it last began to say so in time, by this JVM's clock; null when it could not. */
  private volatile @Nullable Long said;

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
    long begun = System.nanoTime();
    try {
      say();
      said = begun;
    } catch (RuntimeException e) {
      said = null;
      throw e;
    }
  }

  /** Whether the others still count on this node, as far as it can know without asking. */
  public boolean isAlive() {
    Long last = said;
    return last != null && System.nanoTime() - last < LEASE.toNanos();
  }

  private void say() {
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
    }
  }

  /**
   * How many nodes died with work that this node takes from its owner.
   *
   * @param owner null when an orderly shutdown left the work to others
   */
  int deaths(@Nullable String owner) {
    return owner == null || owner.equals(id) ? 0 : 1;
  }

  /** Whether a node died of which not everything may have been taken over yet. */
  public boolean someDied() {
    return jdbc.sql("select count(*) from baton_node where alive_until <= current_timestamp")
            .query(Integer.class)
            .single()
        > 0;
  }

  /**
   * Forgets the nodes whose turns were taken over: those that died long before that, so that what
   * they had just begun was committed by then.
   */
  public void forgetDead() {
    jdbc.sql("delete from baton_node where alive_until < current_timestamp - interval '1' minute")
        .update();
  }

  /** This node stops: what it leaves unfinished may be taken over at once. */
  public void gone() {
    said = null;
    jdbc.sql("delete from baton_node where id = ?").param(id).update();
  }
}
