package dev.baton.it.support;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** The applications that live on one database. Thread-safe. */
public final class Nodes implements AutoCloseable {

  private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);

  private final Supplier<Baton> fork;
  private final List<Baton> alive = new CopyOnWriteArrayList<>();

  public Nodes(Supplier<Baton> fork) {
    this.fork = fork;
  }

  /** One more. */
  public void start() {
    alive.add(fork.get());
  }

  public int count() {
    return alive.size();
  }

  public Baton oldest() {
    return alive.get(0);
  }

  /** Any of them. */
  public Baton any(Random random) {
    List<Baton> now = List.copyOf(alive);
    return now.get(random.nextInt(now.size()));
  }

  /** Nobody speaks to it any more, and then it is gone. */
  public void kill(Baton node) {
    alive.remove(node);
    node.kill();
  }

  /**
   * Asks as a channel does that loses its connection: once more, and another node. What one node
   * does not answer because it fails, another may.
   *
   * @param first who is asked as long as it lives
   */
  public Baton.Answer ask(Baton first, Function<Baton, Baton.Answer> request) {
    return Awaitility.await("an answer")
        .atMost(LONG_ENOUGH)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .ignoreException(UncheckedIOException.class)
        .until(
            () -> request.apply(alive.contains(first) ? first : newest()),
            answer -> answer.status() < 500);
  }

  public Baton newest() {
    List<Baton> now = List.copyOf(alive);
    return now.get(now.size() - 1);
  }

  @Override
  public void close() {
    alive.forEach(Baton::close);
  }
}
