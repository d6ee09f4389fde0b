package dev.baton.api;

import dev.baton.api.EventStream.Page;
import dev.baton.conversation.Changes;
import dev.baton.conversation.Conversations;
import dev.baton.conversation.Transcript;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The event streams of this node. A stream costs no thread and no connection to the database while
 * nothing happens. Thread-safe.
 *
 * <p>Stops before the web server does, which would otherwise wait for streams that never end.
 */
final class EventStreams implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);

  /** What could not be read is read again after this time. */
  private static final Duration TICK = Duration.ofSeconds(2);

  /** How many lines of a conversation are in memory for one listener. */
  private static final int PAGE = 100;

  private final Conversations conversations;
  private final Transcript transcript;
  private final Changes changes;
  private final EventLimits limits;
  private final Executor readers;
  private final AtomicInteger open = new AtomicInteger();
  private final Map<EventStream, Changes.Following> streams = new ConcurrentHashMap<>();
  private @Nullable ScheduledExecutorService clock;

  EventStreams(
      Conversations conversations,
      Transcript transcript,
      Changes changes,
      EventLimits limits,
      Executor readers) {
    this.conversations = conversations;
    this.transcript = transcript;
    this.changes = changes;
    this.limits = limits;
    this.readers = readers;
  }

  /** Whether nothing came after a line, and nothing will. */
  boolean nothingAfter(String key, long last) {
    Page page = read(key, last);
    return page.over() && page.lines().isEmpty();
  }

  /**
   * Answers a request with the conversation's lines after one, now and as they come.
   *
   * @throws UnreadableRequestException when this node has as many streams as it takes
   */
  void open(HttpServletRequest request, HttpServletResponse response, String key, long last)
      throws IOException {
    AtomicBoolean left = new AtomicBoolean();
    Runnable leave =
        () -> {
          if (left.compareAndSet(false, true)) {
            open.decrementAndGet();
          }
        };
    if (open.incrementAndGet() > limits.streams() || !isRunning()) {
      leave.run();
      throw new UnreadableRequestException(
          503,
          "This node has %d event streams open and takes no more; try again later."
              .formatted(open.get()));
    }
    EventStream stream = null;
    try {
      ServletOutputStream out = response.getOutputStream();
      AsyncContext async = request.startAsync(request, response);
      async.setTimeout(0);
      stream =
          new EventStream(
              key,
              last,
              async,
              out,
              readers,
              after -> read(key, after),
              gone -> {
                leave.run();
                forget(gone);
              });
      // Followed before it is read for the first time: what comes between must not be missed.
      streams.put(stream, changes.follow(key, stream::look));
      async.addListener(stream);
      out.setWriteListener(stream);
    } catch (IOException | RuntimeException e) {
      leave.run();
      if (stream != null) {
        stream.close();
      }
      throw e;
    }
    if (!isRunning()) {
      stream.close();
    }
  }

  private void forget(EventStream stream) {
    Changes.Following following = streams.remove(stream);
    if (following != null) {
      following.close();
    }
  }

  private Page read(String key, long last) {
    // First whether it is over, then the lines: the other way round the last could be missed.
    boolean over = conversations.isClosed(key);
    return new Page(transcript.since(key, last, PAGE), over);
  }

  private void tick() {
    try {
      streams.keySet().forEach(stream -> stream.tick(limits.heartbeat()));
    } catch (RuntimeException e) {
      LOG.warn("A stream could not be kept alive.", e);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // A tick lets no failure out.
  public synchronized void start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            runnable -> {
              Thread thread = new Thread(runnable, "baton-events");
              thread.setDaemon(true);
              return thread;
            });
    long every = Math.min(TICK.toMillis(), Math.max(1, limits.heartbeat().toMillis() / 2));
    started.scheduleWithFixedDelay(this::tick, every, every, TimeUnit.MILLISECONDS);
    clock = started;
  }

  @Override
  public void stop() {
    synchronized (this) {
      if (clock != null) {
        clock.shutdownNow();
        clock = null;
      }
    }
    new ArrayList<>(streams.keySet()).forEach(EventStream::close);
  }

  @Override
  public synchronized boolean isRunning() {
    return clock != null;
  }
}
