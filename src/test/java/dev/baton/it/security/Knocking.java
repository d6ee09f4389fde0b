package dev.baton.it.security;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Sends requests as they are written, one after the other on a connection that is kept. */
final class Knocking implements AutoCloseable {

  private static final int PATIENCE = 60_000;

  private final int port;
  private Socket socket = new Socket();
  private InputStream in = InputStream.nullInputStream();
  private String started = "";

  Knocking(int port) {
    this.port = port;
  }

  /** The status of the answer; 0 if the server closed the connection without one. */
  int status(String method, String target, String... headers) {
    start(method, target, headers);
    return finish();
  }

  /** Sends a request; {@link #finish} reads its answer. */
  void start(String method, String target, String... headers) {
    StringBuilder request =
        new StringBuilder(method)
            .append(' ')
            .append(target)
            .append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      request.append("Content-Length: 0\r\n");
    }
    started = request.append("\r\n").toString();
    try {
      send();
    } catch (IOException closedMeanwhile) {
      // Reading the answer fails too, and then it is sent again.
    }
  }

  /** The status of the answer to the request that was started last. */
  int finish() {
    try {
      return receive();
    } catch (IOException closedMeanwhile) {
      try {
        socket.close();
        send();
        return receive();
      } catch (IOException e) {
        return 0;
      }
    }
  }

  private void send() throws IOException {
    if (!socket.isConnected() || socket.isClosed()) {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE);
      in = new BufferedInputStream(socket.getInputStream());
    }
    socket.getOutputStream().write(started.getBytes(StandardCharsets.ISO_8859_1));
  }

  private int receive() throws IOException {
    String line = line();
    if (line.isEmpty()) {
      throw new IOException("closed");
    }
    int status = Integer.parseInt(line.substring(9, 12));
    long length = -1;
    boolean chunked = false;
    boolean close = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(15).strip());
      }
      chunked |= lower.equals("transfer-encoding: chunked");
      close |= lower.equals("connection: close");
    }
    if (close || chunked || (length < 0 && status != 204 && status != 304)) {
      socket.close();
    } else if (!started.startsWith("HEAD") && length > 0) {
      in.skipNBytes(length);
    }
    return status;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
