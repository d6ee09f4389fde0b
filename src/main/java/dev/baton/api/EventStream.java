package dev.baton.api;

import dev.baton.conversation.Refusal;
import dev.baton.conversation.Transcript.Line;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener of one conversation. It writes only what the connection takes at once and reads on
 * only when that is gone, so that a slow listener costs neither a thread nor memory.
 *
 * <p>Guarded by its own monitor, under which nothing waits: not for the database, nor for the
 * network.
 */
final class EventStream implements WriteListener, AsyncListener {

  /**
   * What there is after a line.
   *
   * @param over whether nothing will follow these
   */
  record Page(List<Line> lines, boolean over) {}

  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  private final String key;
  private final AsyncContext async;
  private final ServletOutputStream out;
  private final Executor readers;
  private final LongFunction<Page> source;
  private final Consumer<EventStream> gone;

  private long last;

  /** Whether the connection has not yet taken what it was given, or was never asked. */
  private boolean blocked = true;

  private byte @Nullable [] unsent = Events.GREETING;
  private boolean unflushed;
  private boolean reading;
  private boolean lookAgain = true;
  private boolean over;
  private boolean done;

  /** When the connection last took something. */
  private long moved = System.nanoTime();

  /**
   * A stream that begins when the container says that it can be written.
   *
   * @param last the id of the line after which it begins
   * @param source reads a page of the lines after one
   * @param gone is told once that the stream is over
   */
  EventStream(
      String key,
      long last,
      AsyncContext async,
      ServletOutputStream out,
      Executor readers,
      LongFunction<Page> source,
      Consumer<EventStream> gone) {
    this.key = key;
    this.last = last;
    this.async = async;
    this.out = out;
    this.readers = readers;
    this.source = source;
    this.gone = gone;
  }

  String key() {
    return key;
  }

  /** The id of the last line that was read. */
  synchronized long last() {
    return last;
  }

  /** There may be something new. Returns at once. */
  synchronized void look() {
    if (done) {
      return;
    }
    if (reading || blocked || unsent != null) {
      lookAgain = true;
      return;
    }
    lookAgain = false;
    reading = true;
    long after = last;
    readers.execute(() -> read(after));
  }

  private void read(long after) {
    try {
      Page page = source.apply(after);
      byte[] events = page.lines().isEmpty() ? null : Events.of(page.lines());
      synchronized (this) {
        reading = false;
        if (events != null) {
          unsent = events;
          last = page.lines().get(page.lines().size() - 1).id();
          // There may be another page.
          lookAgain = true;
        } else if (page.over()) {
          over = true;
        }
        goOn();
      }
    } catch (Refusal e) {
      // The conversation was removed.
      close();
    } catch (RuntimeException e) {
      LOG.warn("The events of conversation {} cannot be read yet.", key, e);
      synchronized (this) {
        reading = false;
        lookAgain = true;
      }
    }
  }

  /**
   * Time passes: a silent stream gives a sign of life, one that nobody reads is dropped, and what
   * could not be read is read again.
   */
  synchronized void tick(Duration heartbeat) {
    long silent = System.nanoTime() - moved;
    if (done) {
      return;
    }
    if (blocked || unsent != null) {
      if (silent > 2 * heartbeat.toNanos()) {
        close();
      }
    } else if (silent >= heartbeat.toNanos()) {
      unsent = Events.HEARTBEAT;
      goOn();
    } else if (lookAgain) {
      look();
    }
  }

  @Override
  public synchronized void onWritePossible() {
    blocked = false;
    goOn();
  }

  /** Sends what there is, then looks for more. */
  private void goOn() {
    if (done || blocked) {
      return;
    }
    try {
      while (!blocked && (unsent != null || unflushed)) {
        send();
      }
    } catch (IOException | IllegalStateException e) {
      close();
    }
    if (!done && !blocked) {
      if (over) {
        close();
      } else if (lookAgain) {
        look();
      }
    }
  }

  private void send() throws IOException {
    byte[] bytes = unsent;
    if (bytes != null) {
      unsent = null;
      unflushed = true;
      moved = System.nanoTime();
      out.write(bytes);
    } else {
      unflushed = false;
      out.flush();
    }
    blocked = !out.isReady();
  }

  /** Ends the stream; its listener may come back and resume. */
  synchronized void close() {
    if (done) {
      return;
    }
    done = true;
    gone.accept(this);
    try {
      async.complete();
    } catch (IllegalStateException e) {
      // The container has ended it already.
    }
  }

  @Override
  public void onError(Throwable failure) {
    close();
  }

  @Override
  public void onError(AsyncEvent event) {
    close();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    close();
  }

  @Override
  public void onComplete(AsyncEvent event) {
    close();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
