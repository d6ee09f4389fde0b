package dev.baton.it.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends bytes to the application that no well-behaved client would. */
public final class RawCaller {

  /** How long an answer is waited for. */
  private static final int PATIENCE = 30_000;

  private final int port;

  public RawCaller(int port) {
    this.port = port;
  }

  /**
   * What came back, as text of single bytes.
   *
   * @param status 0 when the connection was closed without an answer
   */
  public record Answer(int status, String text) {

    public String header(String name) {
      return text.split("\r\n\r\n", 2)[0]
          .lines()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }

    public String body() {
      String[] parts = text.split("\r\n\r\n", 2);
      return parts.length < 2 ? "" : parts[1];
    }
  }

  /** A request of a line, headers (whole lines) and a body, on a connection of its own. */
  public Answer send(String line, byte[] body, String... headers) {
    StringBuilder head = new StringBuilder(line).append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("Connection: close\r\n");
    if (body.length > 0) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    return send(bytes.toByteArray());
  }

  /** Exactly these bytes. */
  public Answer send(byte[] bytes) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE);
      try {
        socket.getOutputStream().write(bytes);
      } catch (IOException e) {
        // It need not listen to the end; what it said before counts.
      }
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("No answer to " + bytes.length + " bytes", e);
      } catch (IOException e) {
        // Closed with something unread.
      }
      String text = answer.toString(StandardCharsets.ISO_8859_1);
      int status = text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : 0;
      return new Answer(status, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
