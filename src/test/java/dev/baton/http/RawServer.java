package dev.baton.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A server below HTTP, for answers no HTTP server would give. */
public final class RawServer implements AutoCloseable {

  public interface Behaviour {
    void with(Socket connection) throws Exception;
  }

  private final ServerSocket listener;
  private final Behaviour behaviour;

  public RawServer(Behaviour behaviour) {
    this.behaviour = behaviour;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  /** Reads the head of a request, then says this and closes. */
  public static Behaviour says(String answer) {
    return connection -> {
      readHead(connection);
      connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
    };
  }

  /** Reads whatever comes and says nothing until the client hangs up. */
  public static void beSilent(Socket connection) throws IOException {
    while (connection.getInputStream().read() >= 0) {}
  }

  public static void readHead(Socket connection) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
    String line;
    do {
      line = reader.readLine();
    } while (line != null && !line.isEmpty());
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (true) {
      Socket connection;
      try {
        connection = listener.accept();
      } catch (IOException closed) {
        return;
      }
      daemon(
          () -> {
            try (connection) {
              behaviour.with(connection);
            } catch (IOException clientHungUp) {
              // the client's side of the story is what the tests look at
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "raw-server");
    thread.setDaemon(true);
    thread.start();
  }
}
