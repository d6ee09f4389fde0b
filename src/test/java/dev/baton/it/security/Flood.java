package dev.baton.it.security;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Many connections of one hostile client, served by a thread. What the server accepted is counted
 * by what could be written, so the sockets have small buffers.
 */
final class Flood implements AutoCloseable {

  private static final int SMALL_BUFFER = 16 * 1024;
  private static final long TICK_NANOS = 2_000_000;

  /** When a connection sends its next piece. */
  enum Rhythm {
    /** As fast as the server reads. */
    FLAT_OUT,
    /** After a pause. */
    PAUSED,
    /** When the server has answered. */
    ANSWERED
  }

  /**
   * What each connection sends.
   *
   * @param head sent once
   * @param piece sent again and again after it
   * @param limit how many bytes of pieces at most
   * @param pause in milliseconds, if the rhythm has one
   */
  record Kind(String name, String head, String piece, long limit, Rhythm rhythm, long pause) {}

  private final Kind kind;
  private final int port;
  private final boolean reopens;
  private final List<Connection> connections = new ArrayList<>();
  private final Map<Integer, Long> statuses = new ConcurrentSkipListMap<>();
  private final Thread thread;
  private volatile boolean stopped;
  private volatile int open;
  private final AtomicLong reopened = new AtomicLong();
  private volatile long mostSent;

  private Flood(int port, int count, Kind kind, boolean reopens) {
    this.port = port;
    this.kind = kind;
    this.reopens = reopens;
    this.open = count;
    for (int i = 0; i < count; i++) {
      connections.add(new Connection(i));
    }
    thread = new Thread(this::run, "flood " + kind.name());
    thread.setDaemon(true);
    thread.start();
  }

  /** Opens the connections once: those that the server closes stay closed. */
  static Flood once(int port, int count, Kind kind) {
    return new Flood(port, count, kind, false);
  }

  /** Opens a connection again whenever the server has closed it. */
  static Flood lasting(int port, int count, Kind kind) {
    return new Flood(port, count, kind, true);
  }

  /** How many connections the server has not closed. */
  int open() {
    return open;
  }

  long reopened() {
    return reopened.get();
  }

  /** How often the server answered or closed a connection. */
  long handled() {
    return reopened() + statuses.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Bytes of pieces that the server took from one connection. */
  long mostSent() {
    return mostSent;
  }

  /** How often each status was answered. */
  Map<Integer, Long> statuses() {
    return statuses;
  }

  private void run() {
    while (!stopped) {
      int alive = 0;
      boolean busy = false;
      for (Connection connection : connections) {
        busy |= connection.step();
        alive += connection.isOver() ? 0 : 1;
      }
      open = alive;
      if (!busy) {
        LockSupport.parkNanos(TICK_NANOS);
      }
    }
    connections.forEach(Connection::end);
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private final class Connection {

    private final long offset;
    private SocketChannel channel;
    private ByteBuffer head = bytes(kind.head());
    private ByteBuffer piece = ByteBuffer.allocate(0);
    private final ByteBuffer answer = ByteBuffer.allocate(SMALL_BUFFER);
    private long sent;
    private long due;
    private boolean answered;
    private boolean over;

    Connection(int number) {
      this.offset = number * kind.pause() * 1_000L;
      this.channel = opened();
      this.due = System.nanoTime() + offset;
    }

    private SocketChannel opened() {
      try {
        SocketChannel fresh = SocketChannel.open();
        fresh.setOption(StandardSocketOptions.SO_SNDBUF, SMALL_BUFFER);
        fresh.setOption(StandardSocketOptions.TCP_NODELAY, true);
        fresh.configureBlocking(false);
        fresh.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return fresh;
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    boolean isOver() {
      return over;
    }

    void end() {
      try {
        channel.close();
      } catch (IOException e) {
        // It is over in any case.
      }
    }

    /** Does what can be done without waiting; whether anything could. */
    boolean step() {
      if (over) {
        return false;
      }
      try {
        if (!channel.finishConnect()) {
          return false;
        }
        int read = read();
        if (read < 0) {
          ended();
          return true;
        }
        return write() > 0 || read > 0;
      } catch (IOException e) {
        ended();
        return true;
      }
    }

    private void ended() {
      end();
      if (!reopens) {
        over = true;
        return;
      }
      reopened.incrementAndGet();
      channel = opened();
      head = bytes(kind.head());
      piece = ByteBuffer.allocate(0);
      sent = 0;
      answered = false;
      due = System.nanoTime() + kind.pause() * 1_000_000L;
    }

    private int read() throws IOException {
      answer.clear();
      int read = channel.read(answer);
      if (read >= 12) {
        String start = new String(answer.array(), 0, 12, StandardCharsets.ISO_8859_1);
        if (start.startsWith("HTTP/1.1 ")) {
          statuses.merge(Integer.valueOf(start.substring(9)), 1L, Long::sum);
          answered = true;
        }
      }
      return read;
    }

    private int write() throws IOException {
      if (head.hasRemaining()) {
        return channel.write(head);
      }
      if (!piece.hasRemaining()) {
        if (sent >= kind.limit() || !isTime()) {
          return 0;
        }
        piece = bytes(kind.piece());
        answered = false;
        due = System.nanoTime() + kind.pause() * 1_000_000L;
      }
      int written = channel.write(piece);
      sent += written;
      mostSent = Math.max(mostSent, sent);
      return written;
    }

    private boolean isTime() {
      return switch (kind.rhythm()) {
        case FLAT_OUT -> true;
        case PAUSED -> System.nanoTime() >= due;
        case ANSWERED -> answered;
      };
    }
  }
}
