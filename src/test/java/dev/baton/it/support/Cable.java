package dev.baton.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * The way to a server on this machine, which can be cut, or jammed so that nothing gets through.
 */
public final class Cable implements AutoCloseable {

  private final ServerSocket entrance;
  private final int server;
  private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;
  private volatile CountDownLatch jam = new CountDownLatch(0);

  public Cable(int server) {
    this.server = server;
    try {
      entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run(this::accept);
  }

  public int port() {
    return entrance.getLocalPort();
  }

  /** Ends all connections; others end as soon as they begin. */
  public void cut() {
    cut = true;
    ends.forEach(Cable::close);
  }

  /** Connections stay, and nobody hears anything any more. */
  public void jam() {
    jam = new CountDownLatch(1);
  }

  public void mend() {
    cut = false;
    jam.countDown();
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Socket near = entrance.accept();
        if (cut) {
          near.close();
          continue;
        }
        Socket far = new Socket(InetAddress.getLoopbackAddress(), server);
        ends.add(near);
        ends.add(far);
        run(() -> pass(near, far));
        run(() -> pass(far, near));
      } catch (IOException e) {
        // Closed, or the server is not there: who wanted to connect sees it.
      }
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] bytes = new byte[8192];
    try {
      for (int count = from.getInputStream().read(bytes);
          count >= 0;
          count = from.getInputStream().read(bytes)) {
        jam.await();
        to.getOutputStream().write(bytes, 0, count);
      }
    } catch (IOException e) {
      // One end is gone, and so is the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close(from);
    close(to);
    ends.remove(from);
    ends.remove(to);
  }

  private static void run(Runnable work) {
    Thread thread = new Thread(work, "cable");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      entrance.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    mend();
    cut();
  }
}
